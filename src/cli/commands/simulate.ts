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
    .option('--end <time>', 'the end, in ISO 8601 (now)')
    .option('--seed <text>', 'the same seed and options give the same bytes', seed)
    .option('--tenant <id>', "the records' tenantId", '00000000-0000-0000-0000-000000000000')
    .action(async (options: SimulateOptions) => {
      const end = options.end === undefined ? new Date() : new Date(options.end);
      if (Number.isNaN(end.getTime())) throw new UsageError(`${options.end} is not a time`);
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
