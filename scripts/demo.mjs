// `npm run demo`: from a clone to a server with telemetry in it.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale, installIfStale, root } from './prepare.mjs';

installIfStale();
buildIfStale();
// In this process: starting another costs half a second that a second start does not have to lose.
process.argv.splice(1, 1, join(root, 'dist', 'cli', 'main.js'), 'demo');
await import(pathToFileURL(process.argv[1]).href);
