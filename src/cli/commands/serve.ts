import { Command, Option } from 'commander';
import { dataOption } from '../connection.js';

interface ServeOptions {
  readonly data?: string;
  readonly host?: string;
  readonly port?: string;
  readonly retention?: string;
  readonly publicUrl?: string;
  readonly config?: string;
  readonly logLevel?: string;
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('Serve a data directory over HTTP; makes it where it does not exist')
    .addOption(dataOption())
    .option('--host <host>', 'the address to listen on (127.0.0.1)')
    .option('--port <port>', 'the port to listen on; 0 takes any (8080)')
    .option(
      '--retention <time>',
      'how long events are kept and how far back hunts look: 30d, 400d, forever',
    )
    .option('--public-url <url>', 'the address that clients use, where it is another one')
    .option('--config <file>', 'a YAML file of settings; flags and QUARRY_* variables come first')
    .addOption(
      new Option(
        '--log-level <level>',
        'how much is logged, as JSON lines on standard output (info)',
      ).choices(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    )
    .action(async ({ config, ...flags }: ServeOptions) => {
      const [{ closeOnSignal, startQuarry }, { loadConfiguration }] = await Promise.all([
        import('../../main.js'),
        import('../../configuration.js'),
      ]);
      const configuration = await loadConfiguration({
        flags: flags as object,
        environment: process.env,
        file: config,
      });
      const quarry = await startQuarry(configuration, { expectsHunts: true });
      closeOnSignal(quarry, console.error);
      console.error(`Quarry serves ${configuration.data} on ${quarry.url}`);
    });
}
