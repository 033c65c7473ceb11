import { expect, test } from 'vitest';
import { cutBody } from '../../../src/ingest/cutting/cut.js';
import { withoutPause } from '../../../src/ingest/cutting/without-pause.js';

/** As long as it comes with an event, and each of its characters is written with six. */
const host = '\u0001'.repeat(256);
const megabyte = 1024 * 1024;

test('lines whose host makes far more of a body than it is are refused', () => {
  const cut = (lines: number) =>
    withoutPause(
      cutBody('collectorLines', Buffer.alloc(2 * lines, 'a\n'), { host, sourcetype: '' }, () => ''),
    );
  expect(cut(megabyte)).toEqual({ groups: [], failure: { problem: 'tooLarge' } });
  expect(cut(1_000).failure).toBeUndefined();
});

test('records whose host makes far more of a request than it is are refused', () => {
  const records = new Array(200_000).fill('{"body":{"stringValue":"a"}}').join();
  const resource = { attributes: [{ key: 'host.name', value: { stringValue: host } }] };
  const body = Buffer.from(
    `{"resourceLogs":[{"resource":${JSON.stringify(resource)},"scopeLogs":[{"logRecords":[${records}]}]}]}`,
  );
  const cut = withoutPause(cutBody('otlpLogs', body, { isProtobuf: false }, () => ''));
  expect(cut.groups).toEqual([]);
  expect(cut.failure).toBe(
    `The request has events of more than ${body.length + 256 * megabyte} bytes.`,
  );
});
