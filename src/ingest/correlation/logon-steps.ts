import type { Moment } from '../datetime.js';
import type { RowKey } from '../rows.js';
import type { Columns } from '../windows/actor.js';
import { textFrom } from '../windows/expression.js';
import { integer } from '../windows/values.js';
import type { Correlation } from './correlation.js';
import { labelOf } from './processes.js';

/**
 * Programs tell of one logon in several records: that there is no such account (`Invalid user`), that they have
 * asked who it is (USER_AUTH, PAM), and that someone logs on (USER_LOGIN, `Accepted`, `Failed`). Defender has
 * one row of all of them.
 */
export type LogonStep = (typeof logonSteps)[number];
type LesserStep = (typeof lesserSteps)[number];

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
  /** The row of another step tells it. */
  readonly isTold: boolean;
  readonly replaces?: readonly RowKey[] | undefined;
}

/**
 * The row of a login takes the place of its other steps': of all where it succeeds, else of one of each kind,
 * because each try has a row. It gets the account's name from them where it has none. Steps of another account are
 * another logon's: one process may serve many. Where the login has come first, its row tells them; that of one which
 * names the account takes the place of a login's that does not.
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
  const key = `${labelOf(device)}\nlogon\n${textFrom(pid)} ${textFrom(result)}`;
  const steps = new LogonSteps(key, device, ms, result === 'LogonSuccess', correlation);
  if (steps.isTaken(row)) {
    return { isTold: true };
  }
  return step === 'login' ? steps.login(columns, row) : steps.lesser(step, columns, row);
}

/** The steps of logons that a process has served, with one result. */
class LogonSteps {
  readonly #key: string;
  readonly #device: string;
  readonly #ms: number;
  readonly #succeeds: boolean;
  readonly #correlation: Correlation;

  constructor(
    key: string,
    device: string,
    ms: number,
    succeeds: boolean,
    correlation: Correlation,
  ) {
    this.#key = key;
    this.#device = device;
    this.#ms = ms;
    this.#succeeds = succeeds;
    this.#correlation = correlation;
  }

  /** Whether another row has taken the place of this one. */
  isTaken(row: RowKey): boolean {
    return this.#correlation.isToldByPrimary(this.#taken(row), toleranceMs);
  }

  lesser(step: LesserStep, columns: Columns, row: RowKey): SettledStep {
    const { lesserRows, secondaries } = this.#correlation;
    const account = textFrom(columns['AccountName']);
    const name = plainName(account);
    if (this.#laterLogin(`${step} ${name === '' ? anyName : name}`, row)) {
      return { isTold: true };
    }
    const replaces = name === '' ? undefined : this.#laterLogin(`${step} `, row);
    if (replaces) {
      const [logonId] = replaces.flatMap(
        (login) => secondaries.near(this.#loginOf(login), toleranceMs)?.['logonId'] ?? [],
      );
      columns['LogonId'] ??= logonId && integer(logonId);
      this.#take(replaces);
      this.#awaitSteps(name, row, this.#succeeds ? lesserSteps : otherThan(step));
      return { isTold: false, replaces };
    }
    lesserRows.add({ ...this.#occurrence(`${step} ${name}`), ...row });
    if (account !== undefined) {
      secondaries.add(this.#occurrence(), { account });
    }
    return { isTold: false };
  }

  login(columns: Columns, row: RowKey): SettledStep {
    const { lesserRows, secondaries } = this.#correlation;
    const account = textFrom(columns['AccountName']);
    const known =
      plainName(account) === ''
        ? secondaries.near(this.#occurrence(), toleranceMs)?.['account']
        : undefined;
    columns['AccountName'] = known ?? account;
    const name = plainName(known ?? account);
    const awaited: LesserStep[] = [];
    const replaces = lesserSteps.flatMap((lesser) => {
      const events = [...new Set([name, ''])].map((each) => ({
        ...this.#occurrence(`${lesser} ${each}`),
        toleranceMs,
      }));
      if (this.#succeeds) {
        awaited.push(lesser);
        return events.flatMap((event) => lesserRows.near(event) ?? []);
      }
      for (const event of events) {
        const nearest = lesserRows.nearest(event, row);
        if (nearest) return nearest;
      }
      awaited.push(lesser);
      return [];
    });
    this.#take(replaces);
    this.#awaitSteps(name, row, awaited);
    const logonId = textFrom(columns['LogonId']);
    // Of a login that names no account, whose place another step's row may take.
    if (logonId !== undefined && name === '') {
      secondaries.add(this.#loginOf(row), { logonId });
    }
    return { isTold: false, replaces: replaces.length > 0 ? replaces : undefined };
  }

  /** The row of a login may come before those of its other steps. */
  #awaitSteps(name: string, row: RowKey, steps: readonly LesserStep[]): void {
    for (const step of steps) {
      for (const each of [name, anyName]) {
        this.#correlation.lesserRows.add({
          ...this.#occurrence(`login ${step} ${each}`),
          ...row,
        });
      }
    }
  }

  /** The rows of logins that have come before this step of theirs. */
  #laterLogin(stepAndName: string, row: RowKey): readonly RowKey[] | undefined {
    const { lesserRows } = this.#correlation;
    const event = {
      ...this.#occurrence(`login ${stepAndName}`),
      ...{ toleranceMs, fromMs: this.#ms },
    };
    if (!this.#succeeds) {
      return lesserRows.nearest(event, row);
    }
    // Its own row, which has taken a login's place, tells nothing: it comes again where it was not stored.
    const others = lesserRows.near(event)?.filter(({ identity }) => identity !== row.identity);
    return others?.length ? others : undefined;
  }

  #take(rows: readonly RowKey[]): void {
    for (const row of rows) {
      this.#correlation.notePrimary(this.#taken(row));
    }
  }

  #loginOf({ identity }: RowKey) {
    return this.#occurrence(`login ${identity}`);
  }

  #taken({ identity }: RowKey) {
    return this.#occurrence(String(identity));
  }

  #occurrence(what?: string) {
    const key = what === undefined ? this.#key : `${this.#key}\n${what}`;
    return { key, device: this.#device, ms: this.#ms };
  }
}

/** No account is called so. */
const anyName = '\n';

function otherThan(step: LesserStep): LesserStep[] {
  return lesserSteps.filter((each) => each !== step);
}
