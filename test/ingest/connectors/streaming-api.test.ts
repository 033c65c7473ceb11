import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';

const properties = {
  Timestamp: '2026-01-05T10:11:12.4Z',
  DeviceName: 'web01.contoso.com',
  ActionType: 'ProcessCreated',
  ReportId: 7,
};
const record = (category: string, own: unknown = properties) => ({
  ...{ time: '2026-01-05T10:12:00Z', tenantId: 't', operationName: 'Publish' },
  ...{ category, properties: own, Tenant: 'DefaultTenant' },
});
const wanted = {
  table: 'DeviceProcessEvents',
  Timestamp: '2026-01-05T10:11:12.4000000Z',
  DeviceName: 'web01.contoso.com',
  ActionType: 'ProcessCreated',
};

describe('a record of the Streaming API', () => {
  it.each<[string, object]>([
    ['as Defender writes it', record('AdvancedHunting-DeviceProcessEvents')],
    ['in small letters', record('advancedhunting-deviceprocessevents')],
    ['with the name of the setting', record('Tables-AdvancedHunting-DeviceProcessEvents')],
    ['with the name of the table alone', record('DeviceProcessEvents')],
    ['with the name of a copy', record('AdvancedHunting-DeviceProcessEvents_CL')],
    [
      'with its properties as text',
      record('AdvancedHunting-DeviceProcessEvents', JSON.stringify(properties)),
    ],
  ])('%s', (_name, each) => {
    const result = converted([each]);
    expect([result.source, result.letters]).toEqual(['defender-streaming', []]);
    expect(onlyRow(result)).toMatchObject(wanted);
  });

  it.each<[string, object, string]>([
    ['of a table that nobody knows', record('AdvancedHunting-NewTable'), 'table.unknown'],
    ['of another service', record('SignInLogs', { id: 'x' }), 'table.unknown'],
    [
      'whose properties are text, and no object',
      record('AdvancedHunting-DeviceProcessEvents', '{"a":'),
      'record.shape',
    ],
  ])('%s is told', (_name, each, code) => {
    const { letters, rows } = converted([each], 'defender-streaming');
    expect([letters.length, letters[0]?.['ReasonCode'], rows]).toEqual([1, code, {}]);
  });
});
