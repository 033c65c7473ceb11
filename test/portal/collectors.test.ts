import { expect, test } from 'vitest';
import { collectors } from '../../portal/src/data/collectors.js';

const configOf = (id: string, origin: string) =>
  collectors
    .find((each) => each.id === id)
    ?.config({ origin, clientId: 'CLIENT_ID', secret: 'SECRET' }) ?? '';

test.each([
  ['https://quarry.example', 'quarry.example:443'],
  ['http://quarry.example', 'quarry.example:80'],
  ['http://127.0.0.1:8080', '127.0.0.1:8080'],
  ['https://[2001:db8::1]', '[2001:db8::1]:443'],
])('a Beat is told the port of %s, for it would take one of its own', (origin, written) => {
  const config = configOf('winlogbeat', origin);
  expect(config).toContain(`//${written}/elasticsearch"]`);
  // This server's version of Elasticsearch is older than the newest Beats.
  expect(config).toContain('allow_older_versions: true');
});
