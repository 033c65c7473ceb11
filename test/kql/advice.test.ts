import { describe, expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { HuntError } from '../../src/errors.js';
import { compileNow } from '../compile-here.js';

const scope = {
  database: 'tenant_t',
  now: new Date('2026-02-03T04:05:06Z'),
  from: null,
  to: null,
  deviceGroups: null,
};

/** What an error adds to the service's own text. */
function adviceOn(query: string): string {
  try {
    compileNow(query, builtinCatalog, scope);
  } catch (error) {
    if (!(error instanceof HuntError)) throw error;
    return error.message.split(/Fix (?:syntax|semantic) errors in your query\. ?/)[1] ?? 'none';
  }
  return 'no error';
}

describe('an error says how a query could be mended', () => {
  const emptyLine =
    'An empty line does not end a query: if another one begins behind it, run one of them at a time.';
  const comparison = "Values are compared by '==' or '=~'; '=' gives a name.";
  const comments = "Comments in KQL begin with '//'.";
  const fence = 'Leave out the backticks: they belong to Markdown.';
  const backslash = 'A backslash in a plain string begins an escape: double it, or write @"…".';
  test.each([
    ['DeviceEvents | where actionType == "x"', "Did you mean 'ActionType'?"],
    [
      'DeviceEvents | join (DeviceInfo | where osplatform == "x") on DeviceId',
      "Did you mean 'OSPlatform'?",
    ],
    ['DeviceEvents | summarize n = count() by DeviceNmae', "Did you mean 'DeviceName'?"],
    [
      'DeviceEvents | extend n = toscalar(DeviceInfo | where OSPlatform == ActionType | count)',
      "'ActionType' is a column of the rows outside, which a table inside does not see.",
    ],
    ['DeviceProcesEvents | take 1', "Did you mean 'DeviceProcessEvents'?"],
    ['DeviceEvents | extend x = ToString(1)', "Did you mean 'tostring'?"],
    ['DeviceEvents | Where true', "Did you mean 'where'?"],
    ['DeviceEvents | sumarize count()', "Did you mean 'summarize'?"],
    ['let n = 5\nDeviceEvents | take n', 'A let statement ends with a semicolon.'],
    ['DeviceEvents | project ActionType\n\n// the next\nDeviceInfo | take 1', emptyLine],
    ['DeviceEvents | where FolderPath has "C:\\Windows\\System32"', backslash],
    ['DeviceEvents | where ActionType == “x”', 'Quotation marks in KQL are straight: " or \'.'],
    [
      'DeviceEvents | where DeviceId == <your device>',
      'Replace the placeholder in angle brackets by a value.',
    ],
    ['DeviceEvents | where FolderPath has "\\Users\\Public"', backslash],
    ['print x = "\\q"', backslash],
    ['print a = @"C:\\x", b = "it\\\'s \\d"', backslash],
    ['DeviceEvents | where ActionType = "x"', comparison],
    ['DeviceEvents | where ActionType == "x" and DeviceName = "y" | count', comparison],
    ['DeviceEvents | where ActionType == "x" AND DeviceName == "y"', "Did you mean 'and'?"],
    ['DeviceEvents | where DeviceName Contains "y"', "Did you mean 'contains'?"],
    ['DeviceEvents | summarize count() By DeviceName', "Did you mean 'by'?"],
    ['DeviceEvents | where Timestamp &gt; ago(1d)', "Write '>' instead of '&gt;'."],
    ['DeviceEvents | where DeviceName == &quot;a&quot;', `Write '"' instead of '&quot;'.`],
    ['DeviceEvents | extend a = 1 – 2', "Write '-' instead of '–'."],
    ['print 5 − 3', "Write '-' instead of '−'."],
    ['DeviceEvents ｜ count', "Write '|' instead of '｜'."],
    ['DeviceEvents | where Timestamp between (ago(7d)…now())', "Write '..' instead of '…'."],
    ['# what came in\nDeviceEvents | count', comments],
    ['-- what came in\nDeviceEvents | count', comments],
    ['/* what came in */ DeviceEvents | count', comments],
    ['DeviceEvents | count\n-----------\n', comments],
    ['DeviceEvents | count -- how many', comments],
    ['```kql\nDeviceEvents | count\n```', fence],
    ['```\nDeviceEvents | count', fence],
    ['1 + 1', "A value is answered by print: write 'print ' before it."],
    ['`DeviceEvents | count`', fence],
    // Nothing is near.
    ['SecurityEvent | take 1', ''],
    ['DeviceEvents | where abc == 1', ''],
    ['DeviceEvents | where (true', ''],
  ])('%s', (query, advice) => {
    expect(adviceOn(query)).toBe(advice);
  });

  test('a control command is called one', () => {
    expect(() => compileNow('.show tables', builtinCatalog, scope)).toThrow(
      'a control command is not supported: the hunting API answers queries alone',
    );
  });

  test('however long the text', () => {
    const began = performance.now();
    for (const noise of ['\\"', '\n', ' //x\n', '“', '<a', 'let ']) {
      adviceOn(`print "C:\\${noise.repeat(20_000)}`);
      adviceOn(`DeviceEvents | project a ${noise.repeat(2_000)} b`);
    }
    adviceOn(`${'a'.repeat(200_000)} | take 1`);
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});
