import { Command } from 'commander';
import { simulate, smallCompany } from '../../simulator/simulate.js';
import { UsageError } from '../failure.js';
import { write } from '../formats.js';

interface SimulateOptions {
  readonly seed: string;
  readonly events: string;
  readonly days: string;
  readonly workstations: string;
  readonly end?: string;
  readonly tenant: string;
}

export function simulateCommand(): Command {
  const { seed, events, days, workstations } = smallCompany;
  return new Command('simulate')
    .description(
      "Write an invented company's telemetry to standard output, as Streaming API records",
    )
    .option('--events <count>', 'records in all', String(events))
    .option('--days <count>', 'whole days before the end', String(days))
    .option('--workstations <count>', 'people at a desk', String(workstations))
    .option('--end <time>', 'the end, in ISO 8601, UTC where it names no zone (now)')
    .option('--seed <text>', 'the same seed and options give the same bytes', seed)
    .option('--tenant <id>', "the records' tenantId", '00000000-0000-0000-0000-000000000000')
    .action(async (options: SimulateOptions) => {
      const end = options.end === undefined ? new Date() : timeOf(options.end);
      const whole = (name: string, text: string, least: number) => {
        const value = Number(text);
        if (Number.isSafeInteger(value) && value >= least) return value;
        throw new UsageError(`--${name} is a whole number, ${least} or more`);
      };
      const chunks = simulate({
        seed: options.seed,
        end,
        days: whole('days', options.days, 2),
        events: whole('events', options.events, 3000),
        workstations: whole('workstations', options.workstations, 1),
        tenantId: options.tenant,
      });
      for (const chunk of chunks) await write(process.stdout, chunk);
    });
}

/** The same bytes wherever they are made: never the machine's own time zone. */
function timeOf(text: string): Date {
  const [, time, zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?)(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const date = new Date(time?.includes('T') ? `${time}${zone}` : text);
  if (time === undefined || Number.isNaN(date.getTime())) {
    throw new UsageError(`--end is a time in ISO 8601, as 2026-01-31 or 2026-01-31T18:00:00Z`);
  }
  return date;
}
