import { company, type Employee } from '../company.js';
import type { Recorder } from '../host.js';
import { publicAddress } from '../internet.js';
import { hashesOf } from '../programs.js';
import type { Random } from '../random.js';
import type { Fields } from '../record.js';
import type { Clock } from '../time.js';

/** Mail, sign-ins and cloud services: what happens to accounts, on no device in particular. */
export interface Organisation {
  readonly employees: readonly Employee[];
  readonly random: Random;
  readonly record: Recorder;
}

export interface Mail {
  readonly sender: { readonly address: string; readonly name: string; readonly objectId?: string };
  readonly senderAddress: string;
  readonly recipient: Employee | { readonly upn: string; readonly objectId: null };
  readonly subject: string;
  readonly direction: 'Inbound' | 'Outbound' | 'Intra-org';
  readonly urls?: readonly string[];
  readonly attachments?: readonly {
    readonly name: string;
    readonly type: string;
    readonly content: string;
  }[];
  readonly threat?: {
    readonly types: string;
    readonly methods: string;
    readonly delivered: boolean;
  };
  readonly language?: string;
}

/** One message to one recipient: `EmailEvents`, and a row for each link and attachment. Returns its id. */
export function deliver(organisation: Organisation, mail: Mail, clock: Clock): string {
  const { random, record } = organisation;
  const id = random.guid();
  const reportId = `${id}-${random.integer(1, 9_999_999)}`;
  const { address } = mail.sender;
  const domain = address.slice(address.indexOf('@') + 1);
  const delivered = mail.threat?.delivered ?? true;
  const at = clock.now;
  record('EmailEvents', at, null, {
    NetworkMessageId: id,
    InternetMessageId: `<${random.hex(24)}@${domain}>`,
    SenderMailFromAddress: address,
    SenderFromAddress: address,
    SenderDisplayName: mail.sender.name,
    SenderObjectId: mail.sender.objectId ?? null,
    SenderMailFromDomain: domain,
    SenderFromDomain: domain,
    SenderIPv4: mail.senderAddress,
    RecipientEmailAddress: mail.recipient.upn,
    RecipientObjectId: mail.recipient.objectId,
    RecipientDomain: mail.recipient.upn.slice(mail.recipient.upn.indexOf('@') + 1),
    Subject: mail.subject,
    EmailClusterId: random.uint32(),
    EmailDirection: mail.direction,
    DeliveryAction: delivered ? 'Delivered' : 'Blocked',
    DeliveryLocation: delivered ? 'Inbox/folder' : 'Quarantine',
    LatestDeliveryAction: delivered ? 'Delivered' : 'Blocked',
    LatestDeliveryLocation: delivered ? 'Inbox/folder' : 'Quarantine',
    ThreatTypes: mail.threat?.types ?? null,
    DetectionMethods: mail.threat?.methods ?? null,
    ConfidenceLevel: mail.threat ? JSON.stringify({ Phish: 'High' }) : null,
    BulkComplaintLevel: mail.direction === 'Inbound' ? random.integer(0, 5) : null,
    AuthenticationDetails: JSON.stringify({
      SPF: 'pass',
      DKIM: mail.threat ? 'none' : 'pass',
      DMARC: mail.threat ? 'none' : 'pass',
      CompAuth: mail.threat ? 'fail' : 'pass',
    }),
    AttachmentCount: mail.attachments?.length ?? 0,
    UrlCount: mail.urls?.length ?? 0,
    EmailLanguage: mail.language ?? 'en',
    EmailSize: random.integer(6_000, 900_000),
    IsFirstContact: mail.threat ? 1 : 0,
    ReportId: reportId,
  });
  for (const url of mail.urls ?? []) {
    record('EmailUrlInfo', at, null, {
      NetworkMessageId: id,
      Url: url,
      UrlDomain: new URL(url).hostname,
      UrlLocation: 'Body',
      ReportId: reportId,
    });
  }
  for (const { name, type, content } of mail.attachments ?? []) {
    const { sha256, size } = hashesOf(content);
    record('EmailAttachmentInfo', at, null, {
      NetworkMessageId: id,
      SenderFromAddress: address,
      SenderDisplayName: mail.sender.name,
      SenderObjectId: mail.sender.objectId ?? null,
      RecipientEmailAddress: mail.recipient.upn,
      RecipientObjectId: mail.recipient.objectId,
      FileName: name,
      FileType: type,
      SHA256: sha256,
      FileSize: size,
      ThreatTypes: mail.threat?.types ?? null,
      ReportId: reportId,
    });
  }
  return id;
}

const partners = [
  ['orders@industrial-parts.example', 'Industrial Parts'],
  ['dispatch@northsea-freight.example', 'Northsea Freight'],
  ['c.moreau@metrology-lab.example', 'Claire Moreau'],
  ['newsletter@harbourtimes.example', 'Harbour Times'],
  ['info@trade-fair.example', 'Trade Fair'],
  ['accounts@copperline.example', 'Copperline Accounts'],
] as const;

const subjects = [
  'Re: delivery date',
  'Order confirmation',
  'Meeting on Thursday',
  'Updated drawing',
  'Question about the calibration',
  'Minutes',
  'Invoice',
  'Re: Offer',
  'Weekly news',
  'Site visit',
];

const lures = [
  'Your mailbox is almost full',
  'Parcel could not be delivered',
  'Payroll update required',
  'You missed a call',
  'Unusual sign-in',
];

function receiveMail(organisation: Organisation, clock: Clock): void {
  const { random } = organisation;
  const [address, name] = random.pick(partners);
  deliver(
    organisation,
    {
      sender: { address, name },
      senderAddress: publicAddress(address),
      recipient: random.pick(organisation.employees),
      subject: `${random.pick(subjects)} ${random.integer(100, 999)}`,
      direction: 'Inbound',
      ...(random.chance(0.4) && {
        urls: [`https://${address.slice(address.indexOf('@') + 1)}/m/${random.hex(8)}`],
      }),
      ...(random.chance(0.25) && {
        attachments: [
          {
            name: `${random.pick(['order', 'drawing', 'invoice', 'protocol'])}-${random.integer(10, 99)}.pdf`,
            type: 'pdf',
            content: `mail ${random.hex(6)}`,
          },
        ],
      }),
    },
    clock,
  );
}

function sendMail(organisation: Organisation, clock: Clock): void {
  const { random } = organisation;
  const sender = random.pick(organisation.employees);
  const inside = random.chance(0.6);
  const [address] = random.pick(partners);
  deliver(
    organisation,
    {
      sender: { address: sender.upn, name: sender.displayName, objectId: sender.objectId },
      senderAddress: company.publicIp,
      recipient: inside ? random.pick(organisation.employees) : { upn: address, objectId: null },
      subject: random.pick(subjects),
      direction: inside ? 'Intra-org' : 'Outbound',
    },
    clock,
  );
}

function receiveJunk(organisation: Organisation, clock: Clock): void {
  const { random } = organisation;
  const site = random.pick([
    'mail-quota.example',
    'parcel-tracking.example',
    'secure-login.example',
    'hr-portal.example',
  ]);
  const delivered = random.chance(0.3);
  const recipient = random.pick(organisation.employees);
  const url = `https://${site}/${random.hex(10)}`;
  const id = deliver(
    organisation,
    {
      sender: { address: `no-reply@${site}`, name: 'Service Desk' },
      senderAddress: publicAddress(site),
      recipient,
      subject: random.pick(lures),
      direction: 'Inbound',
      urls: [url],
      threat: {
        types: 'Phish',
        methods: JSON.stringify({ Phish: ['URL malicious reputation'] }),
        delivered,
      },
    },
    clock,
  );
  if (!delivered) return;
  if (random.chance(0.5)) {
    organisation.record('UrlClickEvents', clock.later(60, 3_000), null, {
      Url: url,
      ActionType: random.chance(0.8) ? 'ClickBlocked' : 'ClickAllowed',
      AccountUpn: recipient.upn,
      Workload: 'Email',
      NetworkMessageId: id,
      ThreatTypes: 'Phish',
      IPAddress: company.publicIp,
      IsClickedThrough: false,
      UrlChain: JSON.stringify([url]),
      ReportId: random.guid(),
    });
  }
  organisation.record('EmailPostDeliveryEvents', clock.later(300, 6_000), null, {
    NetworkMessageId: id,
    Action: 'Moved to quarantine',
    ActionType: 'Phish ZAP',
    ActionTrigger: 'SpecialAction',
    ActionResult: 'Success',
    RecipientEmailAddress: recipient.upn,
    DeliveryLocation: 'Quarantine',
    ReportId: random.guid(),
  });
}

function signIn(organisation: Organisation, clock: Clock): void {
  const { random } = organisation;
  const person = random.pick(organisation.employees);
  const failed = random.chance(0.05);
  const away = random.chance(0.15);
  organisation.record('IdentityLogonEvents', clock.now, null, {
    ActionType: failed ? 'LogonFailed' : 'LogonSuccess',
    Application: 'Microsoft 365',
    LogonType: random.pick(['Interactive', 'OAuth2:Token', 'OAuth2:Authorize']),
    FailureReason: failed ? 'WrongPassword' : null,
    ...accountOf(person),
    IPAddress: away ? publicAddress(`home of ${person.upn}`) : company.publicIp,
    Location: 'NL',
    OSPlatform: 'Windows 11',
    DeviceType: 'Desktop',
    ReportId: random.guid(),
    AdditionalFields: JSON.stringify({ 'ARG.CLOUD_SERVICE': 'Microsoft 365' }),
  });
}

function domainLogon(organisation: Organisation, clock: Clock): void {
  const { random } = organisation;
  const person = random.pick(organisation.employees);
  organisation.record('IdentityLogonEvents', clock.now, null, {
    ActionType: random.chance(0.03) ? 'LogonFailed' : 'LogonSuccess',
    Application: 'Active Directory',
    LogonType: random.pick(['Credentials validation', 'Resource access', 'Interactive']),
    Protocol: random.chance(0.85) ? 'Kerberos' : 'Ntlm',
    ...accountOf(person),
    IPAddress: `10.20.1.${20 + random.integer(0, 17)}`,
    DestinationDeviceName: `bw-dc01.${company.dnsDomain}`,
    DestinationIPAddress: '10.20.0.10',
    DestinationPort: 88,
    ReportId: random.guid(),
  });
}

function queryDirectory(organisation: Organisation, clock: Clock): void {
  const { random } = organisation;
  const person = random.pick(organisation.employees);
  organisation.record('IdentityQueryEvents', clock.now, null, {
    ActionType: 'LDAP query',
    Application: 'Active Directory',
    QueryType: random.pick(['AllUsers', 'UserByName', 'GroupMembers']),
    QueryTarget: random.pick(organisation.employees).displayName,
    Query: `(&(objectCategory=person)(sAMAccountName=${random.pick(organisation.employees).name}))`,
    Protocol: 'Ldap',
    ...accountOf(person),
    IPAddress: `10.20.1.${20 + random.integer(0, 17)}`,
    DestinationDeviceName: `bw-dc01.${company.dnsDomain}`,
    ReportId: random.guid(),
  });
}

const cloudActions = [
  ['FileAccessed', 'Microsoft SharePoint Online', 20892],
  ['FileDownloaded', 'Microsoft OneDrive for Business', 15600],
  ['FileModified', 'Microsoft SharePoint Online', 20892],
  ['MailItemsAccessed', 'Microsoft Exchange Online', 20893],
  ['Send', 'Microsoft Exchange Online', 20893],
  ['MessageSent', 'Microsoft Teams', 28375],
  ['UserLoggedIn', 'Microsoft 365', 11161],
] as const;

function useCloud(organisation: Organisation, clock: Clock): void {
  const { random } = organisation;
  const person = random.pick(organisation.employees);
  const [action, application, applicationId] = random.pick(cloudActions);
  const document = `https://brackwater.sharepoint.com/sites/projects/Shared Documents/Offer ${random.integer(1, 80)}.docx`;
  const file = action.startsWith('File');
  organisation.record('CloudAppEvents', clock.now, null, {
    ActionType: action,
    ActivityType: action,
    Application: application,
    ApplicationId: applicationId,
    AccountObjectId: person.objectId,
    AccountId: person.objectId,
    AccountDisplayName: person.displayName,
    AccountType: 'Regular',
    IsAdminOperation: false,
    DeviceType: 'Desktop',
    OSPlatform: 'Windows 11',
    IPAddress: random.chance(0.15) ? publicAddress(`home of ${person.upn}`) : company.publicIp,
    IsAnonymousProxy: false,
    CountryCode: 'NL',
    City: 'Rotterdam',
    UserAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/121.0.0.0 Safari/537.36',
    ObjectName: file ? document : null,
    ObjectType: file ? 'File' : null,
    ReportId: `${random.hex(12)}_${applicationId}_${random.integer(1, 9)}`,
    RawEventData: JSON.stringify({
      Operation: action,
      Workload: application.replace('Microsoft ', '').replaceAll(' ', ''),
      UserId: person.upn,
      ResultStatus: 'Succeeded',
      ...(file && { ObjectId: document, SourceFileExtension: 'docx' }),
    }),
  });
}

function changeDirectory(organisation: Organisation, clock: Clock): void {
  const { random } = organisation;
  const person = random.pick(organisation.employees);
  organisation.record('IdentityDirectoryEvents', clock.now, null, {
    ActionType: random.pick([
      'Account Password changed',
      'Group Membership changed',
      'Device Operating System changed',
    ]),
    Application: 'Active Directory',
    TargetAccountUpn: person.upn,
    TargetAccountDisplayName: person.displayName,
    ...accountOf(random.pick(organisation.employees)),
    DestinationDeviceName: `bw-dc01.${company.dnsDomain}`,
    ReportId: random.guid(),
  });
}

function accountOf(person: Employee): Fields {
  return {
    AccountName: person.name,
    AccountDomain: company.dnsDomain,
    AccountUpn: person.upn,
    AccountSid: person.sid,
    AccountObjectId: person.objectId,
    AccountDisplayName: person.displayName,
  };
}

/** How often each happens, day and night; most of it in working hours. */
export const organisationActivities: readonly {
  readonly weight: number;
  readonly run: (organisation: Organisation, clock: Clock) => void;
}[] = [
  { weight: 14, run: receiveMail },
  { weight: 12, run: sendMail },
  { weight: 6, run: receiveJunk },
  { weight: 16, run: signIn },
  { weight: 12, run: domainLogon },
  { weight: 4, run: queryDirectory },
  { weight: 20, run: useCloud },
  { weight: 1, run: changeDirectory },
];
