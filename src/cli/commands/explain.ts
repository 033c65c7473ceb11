import { text as textOf } from 'node:stream/consumers';
import { Command } from 'commander';
import pc from 'picocolors';
import { builtinCatalog } from '../../catalog/catalog.js';
import { tenantDatabase } from '../../catalog/names.js';
import { HuntError } from '../../errors.js';
import { RefusedError } from '../failure.js';
import { printable } from '../formats.js';

export function explainCommand(): Command {
  return new Command('explain')
    .description('Print what becomes of a query: its result columns, the logical plan, the SQL')
    .argument('<kql>', 'the query; - reads it from standard input')
    .option('--retention <time>', 'how far back the hunt looks: 30d, 400d, forever', '30d')
    .action(async (argument: string, { retention }: { retention: string }) => {
      const text = argument === '-' ? await textOf(process.stdin) : argument;
      const [{ CompileThreads }, { loadConfiguration, parseRetention }] = await Promise.all([
        import('../../hunting/compile-threads.js'),
        import('../../configuration.js'),
      ]);
      // No directory is opened: of the settings only the limits of a text count.
      const configuration = await loadConfiguration({
        flags: { data: '.' },
        environment: process.env,
      });
      const now = new Date();
      const days = parseRetention(retention);
      const scope = {
        database: tenantDatabase('default'),
        now,
        from: days === null ? null : new Date(now.getTime() - days * 86_400_000),
        to: null,
        deviceGroups: null,
      };
      const caller = { tenant: 'default', id: 'quarry command line' };
      // With the limits of time and memory that a server has: a text may be anybody's.
      const compiler = new CompileThreads(configuration);
      try {
        const { columns, plan, sql } = await compiler.explain(
          { caller },
          text,
          builtinCatalog,
          scope,
        );
        const width = Math.max(0, ...columns.map(({ name }) => name.length));
        const schema = columns.map(({ name, type }) => `${printable(name).padEnd(width)}  ${type}`);
        console.log(section('Result', schema.join('\n')));
        console.log(section('Plan', plan.trimEnd()));
        console.log(section('SQL', sql));
      } catch (error) {
        if (!(error instanceof HuntError)) throw error;
        throw new RefusedError(error.message, { text, span: error.span });
      } finally {
        await compiler.close();
      }
    });
}

function section(title: string, body: string): string {
  return `${pc.bold(title)}\n${body.replace(/^/gm, '  ')}\n`;
}
