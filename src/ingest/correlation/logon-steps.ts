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

/** What the row of a step is to those of the others. */
export interface SettledStep {
  /** The row of the login tells it. */
  readonly isTold: boolean;
  readonly replaces?: readonly RowKey[] | undefined;
}

/**
 * The row of a login takes the place of its other steps': of all where it succeeds, else of one of each kind,
 * because each try has a row. It gets the account's name from them where it has none.
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
  if (step !== 'login') {
    if (correlation.isToldByPrimary(taken(row), toleranceMs)) {
      return { isTold: true };
    }
    lesserRows.add({ key: `${key}\n${step}`, device, ms, ...row });
    if (account !== undefined) {
      secondaries.add({ key, device, ms }, { account });
    }
    return { isTold: false };
  }
  if (account === undefined || noAccount.test(account)) {
    const known = secondaries.near({ key, device, ms }, toleranceMs);
    columns['AccountName'] = known?.['account'] ?? account;
  }
  const replaces = lesserSteps.flatMap((lesser) => {
    const event = { key: `${key}\n${lesser}`, device, ms, toleranceMs };
    const rows =
      result === 'LogonSuccess' ? lesserRows.near(event) : lesserRows.nearest(event, row);
    return rows ?? [];
  });
  for (const each of replaces) {
    correlation.notePrimary(taken(each));
  }
  return { isTold: false, replaces: replaces.length > 0 ? replaces : undefined };
}
