import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cleanUp, temporaryDirectory } from '../../engine/fixture.js';
import { lines, numbers, processEvent } from '../../ingest/requests.js';
import { startIngestServer } from './server.js';

const modules = [
  '/usr/lib/x86_64-linux-gnu/rsyslog',
  '/usr/lib/aarch64-linux-gnu/rsyslog',
  '/usr/lib/rsyslog',
];
const hasShipper =
  spawnSync('rsyslogd', ['-v']).status === 0 &&
  modules.some((folder) => existsSync(join(folder, 'omelasticsearch.so')));
if (!hasShipper) {
  console.warn(
    'rsyslog with its Elasticsearch output is not installed (apt-get install rsyslog-elasticsearch): not tested',
  );
}

/** The program as it is packaged, told nothing but where to send. */
test.skipIf(!hasShipper).each([
  ['at the root of an address of its own', true],
  ['below the path of the common one', false],
])(
  'rsyslog sends what it reads: %s',
  async (_name, isOwn) => {
    const server = await startIngestServer({
      elasticsearch: { port: 0 },
    });
    const url = new URL(isOwn ? (server.quarry.elasticsearchUrl ?? '') : server.url);
    const directory = temporaryDirectory();
    const input = join(directory, 'input.ndjson');
    const configuration = join(directory, 'rsyslog.conf');
    const place = isOwn
      ? `server="127.0.0.1" serverport="${url.port}"`
      : `server="${url.origin}/elasticsearch" serverport="${url.port}"`;
    writeFileSync(
      configuration,
      `global(workDirectory="${directory}" maxMessageSize="64k")
module(load="imfile" PollingInterval="1")
module(load="omelasticsearch")
template(name="whole" type="string" string="%msg%")
input(type="imfile" File="${input}" Tag="events" addMetadata="off")
action(type="omelasticsearch" ${place} template="whole" searchIndex="defender-streaming"
  bulkmode="on" maxbytes="1m" uid="${server.clientId}" pwd="${server.secret}"
  action.resumeInterval="1" action.resumeRetryCount="-1" errorFile="${directory}/errors.json")
`,
    );
    writeFileSync(input, lines(numbers(0, 500).map((n) => processEvent(n))));
    const program = ['-n', '-f', configuration, '-i', join(directory, 'pid')];
    const shipper = spawn('rsyslogd', program, { stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = once(shipper, 'exit');
    let said = '';
    for (const stream of [shipper.stdout, shipper.stderr]) {
      stream.on('data', (chunk) => {
        said += String(chunk);
      });
    }
    cleanUp(() => shipper.kill('SIGKILL'));
    const count = async () => {
      const [row] = await server.rows('DeviceProcessEvents | summarize n = count()');
      return `${row?.['n']} rows; ${said}`;
    };
    await expect.poll(count, { timeout: 100_000 }).toMatch(/^500 rows/);
    shipper.kill('SIGTERM');
    await exited;
    expect(existsSync(join(directory, 'errors.json'))).toBe(false);
  },
  150_000,
);
