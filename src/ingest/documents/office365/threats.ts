import {
  computed,
  type Expression,
  joined,
  textFrom,
  transform,
} from '../../windows/expression.js';
import { words } from '../../words.js';
import { listOf } from '../document.js';
import { all, at, firstOf, inPartAt, isThere, lists, rawAt } from '../expression.js';
import { clientAddress, objectsIn } from '../microsoft365.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';

/** `Phish: [URL reputation, Spoof]` */
const threatText = /^([^:[\]]{1,100}):\s*\[([^\]]{0,1000})\]$/;

interface Threat {
  readonly type: string;
  readonly methods: readonly string[];
}

const readThreats = rawAt('ThreatsAndDetectionTech');
const readVerdict = rawAt('Verdict');

function threatsIn(scope: Parameters<typeof readThreats>[0]): readonly Threat[] {
  const told = listOf(readThreats(scope)).flatMap((value) => {
    const [, type, methods] = threatText.exec(textFrom(value)?.trim() ?? '') ?? [];
    return type === undefined
      ? []
      : [{ type: type.trim(), methods: (methods ?? '').split(/,\s*/).filter((each) => each) }];
  });
  const verdict = textFrom(readVerdict(scope));
  return told.length > 0 || !verdict ? told : [{ type: verdict, methods: [] }];
}

const threatTypes = computed(
  'types of ThreatsAndDetectionTech, or Verdict',
  (scope) => {
    const types = new Set(threatsIn(scope).map(({ type }) => type));
    return types.size === 0 ? undefined : [...types].join(', ');
  },
  ['ThreatsAndDetectionTech', 'Verdict'],
);

const detectionMethods = computed('methods of ThreatsAndDetectionTech', (scope) => {
  const methods = threatsIn(scope).filter((each) => each.methods.length > 0);
  return methods.length === 0
    ? undefined
    : Object.fromEntries(methods.map((each) => [each.type, each.methods]));
});

/** Pairs of a name and a value as an object. */
function pairs(path: string): Expression {
  const read = rawAt(path);
  return computed(
    path,
    (scope) => {
      const entries = objectsIn(read(scope)).flatMap(({ Name, Value }) => {
        const name = textFrom(Name);
        return name === undefined ? [] : [[name, Value ?? null] as const];
      });
      return entries.length === 0 ? undefined : Object.fromEntries(entries);
    },
    [path],
  );
}

/** Defender's word for one of the audit log's, which stays where it is none of them. */
const worded = (name: string, cases: Readonly<Record<string, string>>) => {
  const table = words(cases);
  return transform(name, (text) => table[text.toLowerCase()] ?? text);
};

const direction = worded('direction', { intraorg: 'Intra-org' });
const deliveryAction = worded('deliveryAction', { deliveredasspam: 'Junked' });
const location = worded('location', {
  inbox: 'Inbox/folder',
  junkfolder: 'Junk folder',
  deletedfolder: 'Deleted items',
  onprem: 'On-premises/External',
  external: 'On-premises/External',
});
const policyActions = [
  ['MoveToJmf', 'Move message to junk mail folder'],
  ['AddXHeader', 'Add X-header'],
  ['ModifySubject', 'Modify subject'],
  ['Redirect', 'Redirect message'],
  ['Delete', 'Delete message'],
  ['Quarantine', 'Send to quarantine'],
  ['NoAction', 'No action taken'],
  ['BccMessage', 'Bcc message'],
] as const;
const policyAction = worded(
  'policyAction',
  Object.fromEntries(
    policyActions.flatMap(([word, told], number) => [
      [word.toLowerCase(), told],
      [String(number), told],
    ]),
  ),
);

const sender = firstOf(at('SenderIp'), at('SenderIP'));

const isThreatMail = all(
  isThere('NetworkMessageId'),
  lists('RecordType', '28', 'ThreatIntelligence'),
);

export const threatMail: DocumentRule = {
  event: 'mail with a threat (record type 28)',
  table: 'EmailEvents',
  condition: isThreatMail,
  each: 'Recipients',
  // Later detections tell of the same mail again.
  identity: joined('\n', inPartAt('NetworkMessageId'), inPartAt('Recipients')),
  time: at('MessageTime'),
  note: 'The first record of a message and recipient makes the row.',
  columns: {
    ReportId: at('Id'),
    NetworkMessageId: at('NetworkMessageId'),
    InternetMessageId: at('InternetMessageId'),
    SenderMailFromAddress: at('P1Sender'),
    SenderFromAddress: at('P2Sender'),
    SenderMailFromDomain: to.mailDomain(inPartAt('P1Sender')),
    SenderFromDomain: to.mailDomain(inPartAt('P2Sender')),
    SenderIPv4: to.ofFamily(sender, 4),
    SenderIPv6: to.ofFamily(sender, 6),
    RecipientEmailAddress: at('Recipients'),
    RecipientDomain: to.mailDomain(inPartAt('Recipients')),
    Subject: at('Subject'),
    EmailDirection: direction(at('Directionality')),
    DeliveryAction: deliveryAction(at('DeliveryAction')),
    DeliveryLocation: location(at('OriginalDeliveryLocation')),
    LatestDeliveryLocation: location(at('LatestDeliveryLocation')),
    ThreatTypes: threatTypes,
    DetectionMethods: detectionMethods,
    AuthenticationDetails: pairs('AuthDetails'),
    EmailAction: policyAction(at('PolicyAction')),
    EmailActionPolicy: at('Policy'),
    AttachmentCount: to.count('AttachmentData'),
    EmailSize: to.integer(at('EmailSize')),
  },
};

const isThreatClick = all(isThere('URL'), lists('RecordType', '41', 'ThreatIntelligenceUrl'));

export const threatClick: DocumentRule = {
  event: 'click on a URL with a threat (record type 41)',
  table: 'UrlClickEvents',
  condition: isThreatClick,
  actionType: worded('clickAction', {
    ...{ 2: 'ClickBlocked', blockpage: 'ClickBlocked' },
    ...{ 3: 'UrlScanInProgress', pendingdetonationpage: 'UrlScanInProgress' },
    ...{ 4: 'ClickBlocked', blockpageoverride: 'ClickBlocked' },
    ...{ 5: 'UrlScanInProgress', pendingdetonationpageoverride: 'UrlScanInProgress' },
  })(at('URLClickAction')),
  identity: at('Id'),
  time: at('TimeOfClick'),
  columns: {
    ReportId: at('Id'),
    Url: at('URL'),
    AccountUpn: to.lower(at('UserId')),
    Workload: at('AppName'),
    NetworkMessageId: at('SourceId'),
    IPAddress: clientAddress(at('UserIp')),
    IsClickedThrough: transform('isClickedThrough', (action) => /override$|^[45]$/i.test(action))(
      at('URLClickAction'),
    ),
  },
};
