// Sends a file as the body of one request, from a process of its own: a collector is none of the hunter's
// client, and shares no thread with it. `send.ts FILE URL TOKEN` prints the answer.
import { createReadStream } from 'node:fs';
import { request } from 'node:http';

const [file = '', url = '', token = ''] = process.argv.slice(2);
const sending = request(
  url,
  { method: 'POST', headers: { authorization: `Bearer ${token}` } },
  (response) => response.pipe(process.stdout),
);
createReadStream(file).pipe(sending);
