import { parseDatetime } from '../datetime.js';
import {
  type Expression,
  expressionOf,
  field,
  inPart,
  type Operand,
  type RuleScope,
  tellingOf,
  textFrom,
  transform,
} from './expression.js';
import * as values from './values.js';

export const lower = transform('lower', (text) => text.toLowerCase());
export const trimmed = transform('trim', (text) => text.trim());
export const long = transform('long', values.integer);
/** `EventData` has its times in UTC, without saying so. */
export const utc = transform('utc', (text) => parseDatetime(text.trim())?.text);
export const path = transform('path', (text, { device }) => values.plainPath(text, device.volumes));
export const fileName = transform('fileName', (text, { device }) =>
  values.baseName(values.plainPath(text, device.volumes)),
);
export const withoutStream = transform('withoutStream', values.withoutStream);
export const streamName = transform('streamName', values.streamName);
export const accountName = transform('accountName', values.accountName);
export const accountDomain = transform('accountDomain', values.accountDomain);
/** As they are written, whatever the case. */
export const nameOfUser = transform('name', (user) => user.slice(user.indexOf('\\') + 1));
export const domainOfUser = transform('domain', (user) => /^([^\\]*)\\/.exec(user)?.[1]);
/** What is known of the account of a name. */
export const sidOfUser = transform('SID', (user, scope) => scope.sidOf(user));
const sid = /^S-1-\d[\d-]*$/i;
/** Of a field that has a name or a SID. */
export const sidGiven = transform('SID', (text) => (sid.test(text) ? text : undefined));
/** That of an account: events may have that of none beside a name. */
export const ownSid = transform('SID', (text) => (text === values.nobody ? undefined : text));
export const sidOfLogon = transform('SID of the logon', values.sidOfLogon);
/** Of a field that has a name or a SID: the name, which is known of accounts that every Windows has. */
export const userGiven = transform('user', (text) =>
  sid.test(text) ? values.wellKnownAccounts[text.toUpperCase()] : text,
);
export const integrityLevel = transform('integrityLevel', values.integrityLevel);
export const tokenElevation = transform('tokenElevation', values.tokenElevation);
export const logonType = transform('logonType', values.logonType);
export const protocolName = transform('protocolName', values.protocolName);
export const address = transform('address', values.shortAddress);
export const addressType = transform('addressType', values.addressType);
export const registryKey = transform('registryKey', values.registryKey);
export const registryParent = transform('registryParent', values.registryParent);
export const registryValueName = transform('registryValueName', values.registryValueName);
export const registryDetailsType = transform(
  'registryType',
  (text) => values.registryDetails(text).type,
);
export const registryDetailsData = transform(
  'registryData',
  (text) => values.registryDetails(text).data,
);
export const registryType = transform('registryType', values.registryType);
export const pipeName = transform('pipeName', values.pipeName);
export const serviceImage = transform('serviceImage', values.serviceImage);
export const serviceType = transform('serviceType', values.serviceType);
export const serviceStart = transform('serviceStart', values.serviceStart);
export const unescaped = transform('unescaped', values.unescapeXml);
export const commonName = transform('commonName', values.commonName);

/** No results are an empty list. */
export function dnsResults(name: string): Expression {
  const key = name.toLowerCase();
  return {
    read: ({ event }) => values.dnsResults(event.data.get(key) ?? ''),
    text: `dnsResults(${name})`,
    fields: [key],
  };
}

/** An account by its SID where every Windows has it: the Security log writes the machine's name for it. */
export function account(
  sidName: Operand,
  userName: Operand,
  domainName: Operand,
): Record<'AccountName' | 'AccountDomain' | 'AccountSid', Expression> {
  const [sid, user, domain] = [sidName, userName, domainName].map(expressionOf) as [
    Expression,
    Expression,
    Expression,
  ];
  const wellKnown = (scope: RuleScope) => values.wellKnownAccounts[textFrom(sid.read(scope)) ?? ''];
  return {
    AccountName: {
      read: (scope) => {
        const name = wellKnown(scope) ?? textFrom(user.read(scope));
        return name && values.accountName(name);
      },
      text: `accountName(${user.text})`,
      ...tellingOf(user),
    },
    AccountDomain: {
      read: (scope) => {
        const known = wellKnown(scope);
        return known ? values.accountDomain(known) : textFrom(domain.read(scope))?.toLowerCase();
      },
      text: `lower(${domain.text})`,
      ...tellingOf(domain),
    },
    AccountSid: sid,
  };
}

/** An account by `DOMAIN\name`. */
export function accountOf(
  user: Operand,
): Record<'AccountName' | 'AccountDomain' | 'AccountSid', Expression> {
  return {
    AccountName: accountName(user),
    AccountDomain: accountDomain(user),
    AccountSid: sidOfUser(user),
  };
}

export function iniValue(name: string, key: string): Expression {
  return inPart(transform(`iniValue[${key}]`, (text) => values.iniValue(text, key))(name));
}

export function hash(operand: Operand, name: values.HashName): Expression {
  return transform(`hash[${name}]`, (text) => values.hashFrom(text, name))(operand);
}

/** Hashes of a file, in the columns that they have. */
export function hashes(operand: Operand): Record<'SHA1' | 'SHA256' | 'MD5', Expression> {
  return {
    SHA1: hash(operand, 'SHA1'),
    SHA256: hash(operand, 'SHA256'),
    MD5: hash(operand, 'MD5'),
  };
}

export function authenticationProtocol(): Expression {
  const [chosen, lm] = [field('AuthenticationPackageName'), field('LmPackageName')];
  return {
    read: (scope) =>
      values.authenticationProtocol(
        chosen.read(scope) as string | undefined,
        lm.read(scope) as string | undefined,
      ),
    text: 'authenticationProtocol(AuthenticationPackageName, LmPackageName)',
    ...tellingOf(chosen),
  };
}

export function failureReason(): Expression {
  const [status, subStatus, stated] = [field('Status'), field('SubStatus'), field('FailureReason')];
  return {
    read: (scope) =>
      values.failureReason(
        status.read(scope) as string | undefined,
        subStatus.read(scope) as string | undefined,
        stated.read(scope) as string | undefined,
      ),
    text: 'failureReason(Status, SubStatus, FailureReason)',
    fields: [],
  };
}

/** Data of the Security log: numbers are hex there. */
export function registryData(name: string, typeName: string): Expression {
  const [data, type] = [field(name), field(typeName)];
  return {
    read: (scope) => {
      const text = data.read(scope);
      return typeof text === 'string'
        ? values.registryNumber(text, type.read(scope) as string | undefined)
        : undefined;
    },
    text: `registryData(${name}, ${typeName})`,
    ...tellingOf(data, type),
  };
}
