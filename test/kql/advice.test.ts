import { describe, expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { HuntError } from '../../src/errors.js';
import { bind } from '../../src/kql/bind.js';

/** What an error adds to the service's own text. */
function adviceOn(query: string): string {
  try {
    bind(query, builtinCatalog);
  } catch (error) {
    if (!(error instanceof HuntError)) throw error;
    return error.message.split(/Fix (?:syntax|semantic) errors in your query\. ?/)[1] ?? 'none';
  }
  return 'no error';
}

describe('an error says how a query could be mended', () => {
  const emptyLine =
    'An empty line does not end a query: if another one begins behind it, run one of them at a time.';
  const backslash = 'A backslash in a plain string begins an escape: double it, or write @"…".';
  test.each([
    ['DeviceEvents | where actionType == "x"', "Did you mean 'ActionType'?"],
    [
      'DeviceEvents | join (DeviceInfo | where osplatform == "x") on DeviceId',
      "Did you mean 'OSPlatform'?",
    ],
    ['DeviceEvents | summarize n = count() by DeviceNmae', "Did you mean 'DeviceName'?"],
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
    // Nothing is near.
    ['SecurityEvent | take 1', ''],
    ['DeviceEvents | where abc == 1', ''],
    ['DeviceEvents | where (true', ''],
  ])('%s', (query, advice) => {
    expect(adviceOn(query)).toBe(advice);
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
