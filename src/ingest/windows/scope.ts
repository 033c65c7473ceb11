import type { Correlation } from '../correlation/correlation.js';
import type { Device } from '../correlation/devices.js';
import type { Process } from '../correlation/process.js';
import type { Moment } from '../datetime.js';
import type { NamedProcess } from './actor.js';
import type { WindowsEvent } from './event.js';
import type { RuleScope } from './expression.js';
import { lentBy } from './learning.js';
import type { Plan } from './plan.js';
import type { Lent, Twin } from './rule.js';
import { present } from './values.js';

/** What is known beside an event is looked for when a rule asks for it. */
export class EventScope implements RuleScope {
  readonly event: WindowsEvent;
  readonly device: Device;
  /** Since 1970; 0 where the event has no time. */
  readonly ms: number;
  readonly time: string;
  readonly #plan: Plan;
  readonly #correlation: Correlation;
  #target: Process | undefined | null = null;
  #started: Process | undefined | null = null;

  constructor(
    event: WindowsEvent,
    plan: Plan,
    device: Device,
    time: Moment | undefined,
    correlation: Correlation,
  ) {
    this.event = event;
    this.device = device;
    this.ms = time?.milliseconds ?? 0;
    this.time = time?.text ?? '';
    this.#plan = plan;
    this.#correlation = correlation;
  }

  get target(): Process | undefined {
    if (this.#target === null) {
      const { target } = this.#plan;
      this.#target = target && this.#find(target(this));
    }
    return this.#target;
  }

  get started(): Process | undefined {
    if (this.#started === null) {
      const { data } = this.event;
      const guid = present(data.get('processguid'));
      const isStart = this.#plan.rule.table === 'DeviceProcessEvents';
      this.#started = isStart && guid !== undefined ? this.#find({ guid }) : undefined;
    }
    return this.#started;
  }

  get twin(): Lent | undefined {
    const { twin, lenders } = this.#plan.rule;
    if (lenders) {
      return Object.assign({}, ...lenders.map((lender) => this.#lentBy(lender)));
    }
    return twin?.role === 'primary' ? this.#lentBy(twin) : undefined;
  }

  #lentBy(twin: Pick<Twin, 'kind' | 'key'>): Lent | undefined {
    return lentBy(twin, this.event, this.device, this.ms, this.#correlation);
  }

  sidOf(user: string): string | undefined {
    return this.#correlation.accounts.sidOf(user);
  }

  #find({ guid, pid, image, isUnknown }: Partial<NamedProcess>): Process | undefined {
    return this.#correlation.processes.find(this.device.name, {
      guid,
      pid,
      image,
      isUnknown,
      ms: this.ms,
    });
  }
}
