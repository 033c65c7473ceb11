import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';
import { type Data, event } from './events.js';

const subject = {
  SubjectUserSid: 'S-1-5-21-1-2-3-500',
  SubjectUserName: 'Admin',
  SubjectDomainName: 'CONTOSO',
};
const ticket = {
  TargetUserName: 'Bob@CONTOSO.COM',
  TargetDomainName: 'CONTOSO.COM',
  ServiceName: 'svc_sql',
  TicketEncryptionType: '0x17',
  IpAddress: '::ffff:10.0.0.9',
  IpPort: '50000',
};

const cases: readonly (readonly [string, number, Data, Data])[] = [
  [
    'a ticket for a service',
    4769,
    { ...ticket, Status: '0x0' },
    {
      table: 'IdentityLogonEvents',
      ActionType: 'LogonSuccess',
      LogonType: 'Resource access',
      Protocol: 'Kerberos',
      AccountName: 'bob',
      AccountDomain: 'contoso.com',
      IPAddress: '10.0.0.9',
      Port: 50000,
      DestinationDeviceName: 'pc1.contoso.com',
      AdditionalFields: { ServiceName: 'svc_sql', TicketEncryptionType: '0x17' },
    },
  ],
  [
    'a wrong password',
    4771,
    { TargetUserName: 'Bob', Status: '0x18', IpAddress: '::1' },
    { ActionType: 'LogonFailed', FailureReason: 'WrongPassword', IPAddress: '::1' },
  ],
  [
    'a wrong password, by a number',
    4771,
    { TargetUserName: 'Bob', Status: 24 },
    { ActionType: 'LogonFailed', FailureReason: 'WrongPassword' },
  ],
  [
    'a ticket, with all digits of the code',
    4768,
    { ...ticket, Status: '0x00000000' },
    { ActionType: 'LogonSuccess' },
  ],
  [
    'NTLM',
    4776,
    { TargetUserName: 'Bob', Workstation: 'KALI', Status: '0x0' },
    { ActionType: 'LogonSuccess', Protocol: 'Ntlm', DeviceName: 'kali' },
  ],
  [
    'NTLM of a computer that is named as a path',
    4776,
    { TargetUserName: 'Bob', Workstation: '\\\\KALI', Status: '0x0' },
    { DeviceName: 'kali' },
  ],
  [
    'replication of the directory, by the name of the right',
    4662,
    { ...subject, Properties: 'Control Access DS-Replication-Get-Changes-All domainDNS' },
    { ActionType: 'Directory Services replication', AccountName: 'admin' },
  ],
  [
    'replication of the directory',
    4662,
    {
      ...subject,
      Properties: '%%7688 {1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}',
      AccessMask: '0x100',
    },
    {
      table: 'IdentityDirectoryEvents',
      ActionType: 'Directory Services replication',
      AccountName: 'admin',
      DestinationDeviceName: 'pc1.contoso.com',
      AdditionalFields: {
        AccessMask: '0x100',
        Properties: '%%7688 {1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}',
      },
    },
  ],
  [
    'a new member of a group of the domain',
    4728,
    { ...subject, MemberName: 'CN=Mallory,DC=x', TargetUserName: 'Domain Admins' },
    {
      ActionType: 'Group Membership changed',
      TargetAccountDisplayName: 'Mallory',
      AdditionalFields: {
        GroupName: 'Domain Admins',
        'TO.GROUP': 'Domain Admins',
        'TARGET_OBJECT.USER': 'Mallory',
        'ACTOR.ACCOUNT': 'Admin',
      },
    },
  ],
  [
    'a member that is none any more',
    4757,
    { ...subject, MemberName: 'CN=Mallory,DC=x', TargetUserName: 'Enterprise Admins' },
    { AdditionalFields: { 'FROM.GROUP': 'Enterprise Admins' } },
  ],
  [
    'a computer account',
    4741,
    { ...subject, TargetUserName: 'EVIL$' },
    { ActionType: 'Device Account Created', AccountName: 'admin', TargetDeviceName: 'evil' },
  ],
  [
    'another name of an account',
    4781,
    { ...subject, OldTargetUserName: 'EVIL$', NewTargetUserName: 'DC1' },
    {
      ActionType: 'Account Name changed',
      TargetAccountDisplayName: 'DC1',
      AdditionalFields: { OldTargetUserName: 'EVIL$' },
    },
  ],
];

describe('what domain controllers write', () => {
  it.each(cases)('%s: a row where extensions are wanted', (_name, id, data, wanted) => {
    const input = [event('security', id, data)];
    const result = converted(input, undefined, { extensions: true });
    expect(onlyRow(result)).toMatchObject(wanted);
    expect(result.letters).toEqual([]);
    expect(converted(input)).toMatchObject({ rows: {}, counts: { unmapped: 1 } });
  });

  it('other access to the directory is no row', () => {
    const input = [event('security', 4662, { ...subject, Properties: '%%7688' })];
    expect(converted(input, undefined, { extensions: true }).rows).toEqual({});
  });
});
