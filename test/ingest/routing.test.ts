import { expect, test } from 'vitest';
import { connectors } from '../../src/ingest/connectors.js';
import { connectorNamed } from '../../src/ingest/routing.js';

test.each([
  ['windows-event', 'windows-event'],
  ['windows-event-2026.01.05', 'windows-event'],
  ['logs-windows_event-default', 'windows-event'],
  ['ZEEK_JSON', 'zeek-json'],
  ['logs-zeek_json-prod', 'zeek-json'],
  ['windows-events', undefined],
  ['winlogbeat-8.11.0', undefined],
  ['auto', undefined],
  ['', undefined],
  ['__proto__', undefined],
])('an index %j stands for %s', (name, connector) => {
  expect(connectorNamed(name, connectors)).toBe(connector);
});
