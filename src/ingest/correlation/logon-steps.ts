import type { Moment } from '../datetime.js';
import type { RowKey } from '../rows.js';
import type { Columns } from '../windows/actor.js';
import { textFrom } from '../windows/expression.js';
import type { Correlation } from './correlation.js';
import { labelOf } from './processes.js';

/**
 * Programs tell of one logon in several records: that there is no such account (`Invalid user`), that they have
 * asked who it is (USER_AUTH, PAM), and that someone logs on (USER_LOGIN, `Accepted`, `Failed`). Defender has
 * one row of all of them.
 */
export type LogonStep = (typeof logonSteps)[number];

const lesserSteps = ['account', 'authentication'] as const;
export const logonSteps = [...lesserSteps, 'login'] as const;

/** sshd gives a logon as long (`LoginGraceTime`). */
const toleranceMs = 120_000;

/** Where a program knows no account, some write that. */
const noAccount = /^\((?:unknown|invalid)(?: user)?\)$/;

/** An account's name without its domain, which not every step tells; '': it is not known. */
function plainName(account: string | undefined): string {
  return account === undefined || noAccount.test(account)
    ? ''
    : account
        .slice(account.lastIndexOf('\\') + 1)
        .replace(/(?<=.)@.*$/s, '')
        .toLowerCase();
}

/** What the row of a step is to those of the others. */
export interface SettledStep {
  /** The row of the login tells it. */
  readonly isTold: boolean;
  readonly replaces?: readonly RowKey[] | undefined;
}

/**
 * The row of a login takes the place of its other steps': of all where it succeeds, else of one of each kind,
 * because each try has a row. It gets the account's name from them where it has none. Steps of another account are
 * another logon's: one process may serve many.
 */
export function settleStep(
  step: LogonStep,
  columns: Columns,
  row: RowKey,
  device: string,
  { milliseconds: ms }: Moment,
  correlation: Correlation,
): SettledStep {
  const { ActionType: result, InitiatingProcessId: pid } = columns;
  if (pid === undefined) {
    return { isTold: false };
  }
  const { lesserRows, secondaries } = correlation;
  const key = `${labelOf(device)}\nlogon\n${textFrom(pid)} ${textFrom(result)}`;
  const taken = ({ identity }: RowKey) => ({ key: `${key}\n${identity}`, device, ms });
  const account = textFrom(columns['AccountName']);
  const name = plainName(account);
  if (step !== 'login') {
    if (correlation.isToldByPrimary(taken(row), toleranceMs)) {
      return { isTold: true };
    }
    lesserRows.add({ key: `${key}\n${step} ${name}`, device, ms, ...row });
    if (account !== undefined) {
      secondaries.add({ key, device, ms }, { account });
    }
    return { isTold: false };
  }
  const known =
    name === '' ? secondaries.near({ key, device, ms }, toleranceMs)?.['account'] : undefined;
  columns['AccountName'] = known ?? account;
  const names = new Set([plainName(known ?? account), '']);
  const replaces = lesserSteps.flatMap((lesser) => {
    const events = [...names].map((each) => ({
      key: `${key}\n${lesser} ${each}`,
      ...{ device, ms, toleranceMs },
    }));
    if (result === 'LogonSuccess') {
      return events.flatMap((event) => lesserRows.near(event) ?? []);
    }
    for (const event of events) {
      const nearest = lesserRows.nearest(event, row);
      if (nearest) return nearest;
    }
    return [];
  });
  for (const each of replaces) {
    correlation.notePrimary(taken(each));
  }
  return { isTold: false, replaces: replaces.length > 0 ? replaces : undefined };
}
