import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { streamingApi } from '../../src/ingest/connectors/streaming-api.js';
import { EventTables } from '../../src/ingest/normalize.js';
import { StreamParser } from '../../src/ingest/parser.js';
import { PlainMembers } from '../../src/ingest/plain-json.js';

const tables = new EventTables(builtinCatalog);
const { convert } = streamingApi.open({} as never);

/** The same source without its quick way. */
const converting = { ...streamingApi, open: () => ({ convert }) };

/** What becomes of the lines; the time of a dead letter is its own. */
function outcome(lines: readonly string[], connector = streamingApi) {
  const parser = new StreamParser({
    tables,
    connector,
    maxRecordBytes: 64 * 1024,
    keepFrom: new Date('2026-06-01T00:00:00Z'),
    origin: 'test',
  });
  parser.write(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  parser.end();
  const { events, deadLetters, ...counts } = parser.take();
  return {
    ...counts,
    letters: deadLetters?.identities,
    rows: events.map(({ lines: bytes, ...rows }) => ({
      ...rows,
      lines: Buffer.from(bytes).toString().split('\n'),
    })),
  };
}

/** Whether a line takes the quick way. */
function isCopied(line: string): boolean {
  const members = new PlainMembers();
  return (
    members.open(Buffer.from(line)) &&
    streamingApi.open({} as never).copy?.(members, (name) => {
      return tables.find(name)?.copy(members) !== undefined;
    }) === true
  );
}

function line(properties: string, rest = ''): string {
  return `{"time":"2026-06-01T17:04:45Z","category":"AdvancedHunting-DeviceProcessEvents","properties":${properties}${rest}}`;
}

const time = '"Timestamp":"2026-06-01T17:04:44.2220000Z"';

describe('records that are copied', () => {
  test.each([
    ['strings, numbers and truths', `{${time},"FileName":"cmd.exe","ProcessId":4,"FileSize":12}`],
    ['usual escapes', String.raw`{${time},"ProcessCommandLine":"cmd \"a\" \\b\t","ProcessId":4}`],
    ['nulls and empty texts', `{${time},"FileName":null,"FolderPath":""}`],
    ['spaces between members', `{ ${time} , "ProcessId" : 4 }`],
    ['a short time', '{"Timestamp":"2026-06-01T17:04:44Z","FileName":"a"}'],
    ['values that have to be changed', `{${time},"AdditionalFields":"{\\"a\\": 1}"}`],
    ['text beyond ASCII', `{${time},"FileName":"é😀"}`],
    ['escapes that are not needed', String.raw`{${time},"FileName":"a\u0027\/"}`],
    [
      'JSON with an integer of more than 64 bits',
      String.raw`{${time},"AdditionalFields":"{\"a\":123456789012345678901, \"b\":1}"}`,
    ],
    [
      'JSON with a real beyond the largest',
      String.raw`{${time},"AdditionalFields":"{\"a\":1e999,\"b\":\"1e999\"}"}`,
    ],
    ['members behind the properties', `{${time}}`, ',"Tenant":"DefaultTenant"'],
  ])('%s', (_, properties, rest?: string) => {
    const text = line(properties, rest);
    expect(isCopied(text)).toBe(true);
    expect(outcome([text])).toEqual(outcome([text], converting));
    expect(outcome([text]).rows).toHaveLength(1);
  });
});

describe('records that are not', () => {
  test.each([
    ['an unknown column', line(`{${time},"Unknown":1}`)],
    ['another name of a column', line(`{${time},"filename":"a"}`)],
    ['a name that comes twice', line(`{${time},"FileName":"a","FileName":null}`)],
    ['a value of a wrong type', line(`{${time},"ProcessId":"four"}`)],
    ['no time', line('{"FileName":"a"}')],
    ['a time beyond all clocks', line('{"Timestamp":"9999-01-01T00:00:00.0000000Z"}')],
    ['nested values', line(`{${time},"AdditionalFields":{"a":1}}`)],
    ['an array', `[${line(`{${time}}`)}]`],
    ['the category behind', `{"properties":{${time}},"category":"AdvancedHunting-DeviceInfo"}`],
    ['two categories', line(`{${time}}`, ',"category":"AdvancedHunting-DeviceInfo"')],
    ['two properties', line(`{${time}}`, `,"properties":{${time}}`)],
    ['a comma too many', line(`{${time},}`)],
    ['a comma too few', line(`{${time} "FileName":"a"}`)],
    ['a number that is none', line(`{${time},"ProcessId":01}`)],
    ['an escape that is none', line(String.raw`{${time},"FileName":"\x"}`)],
    ['an unusual escape elsewhere', String.raw`{"time":"\x",${line(`{${time}}`).slice(1)}`],
    ['no end', line(`{${time}}`).slice(0, -1)],
    ['more than one end', `${line(`{${time}}`)}}`],
  ])('%s', (_, text) => {
    expect(isCopied(text)).toBe(false);
    expect(outcome([text])).toEqual(outcome([text], converting));
  });
});

const columns = ['Timestamp', 'FileName', 'ProcessId', 'FileSize', 'AdditionalFields', 'DeviceId'];
const numbersText = fc.constantFrom('0', '-0', '-5', '1.50', '1e3', '12345678901234567890', '01');
const valueText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '"2026-06-02T00:00:00.0000001Z"',
    '"2026-06-02"',
    '""',
    '" 7 "',
    '"{}"',
    '"[ 1 ]"',
  ),
  fc.constantFrom('null', 'true', 'false', '{}', '[]', '"\\u0041\\/"', '"\\"', 'nul', ''),
  numbersText,
  fc.integer().map(String),
);
const member = fc
  .tuple(fc.oneof(fc.constantFrom(...columns), fc.string({ maxLength: 5 })), valueText)
  .map(([name, value]) => `${JSON.stringify(name)}:${value}`);
const separator = fc.constantFrom(',', ',', ',', ', ', ' ,', ';');
const text = fc
  .tuple(fc.array(member, { maxLength: 6 }), separator, fc.boolean())
  .map(([members, between, timed]) =>
    line(`{${[...(timed ? [time] : []), ...members].join(between)}}`),
  );

test('any record is taken as its conversion would take it', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (lines) => {
      const one = lines.map((each) => each.replaceAll(/[\r\n]/g, ' '));
      expect(outcome(one)).toEqual(outcome(one, converting));
    }),
    { numRuns: 1000, seed: 11 },
  );
});
