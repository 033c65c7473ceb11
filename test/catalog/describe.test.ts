import { expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { describeTable, listTables } from '../../src/catalog/describe.js';

test('the list has every table once, with those of earlier generations last', () => {
  const tables = listTables(builtinCatalog);
  expect(tables).toHaveLength(80);
  expect(tables[0]?.name).toBe('DeviceInfo');
  expect(tables.at(-1)).toMatchObject({
    name: 'DeviceTvmSoftwareInventoryVulnerabilities',
    category: 'Earlier names',
  });
});

test('every listed table can be described, with a word on every column of *', () => {
  for (const { name } of listTables(builtinCatalog)) {
    const description = describeTable(builtinCatalog, name);
    expect(description?.name).toBe(name);
    expect(description?.columns.filter(({ visible }) => visible).length).toBeGreaterThan(0);
  }
});

test('an alias describes its table', () => {
  const description = describeTable(builtinCatalog, 'GraphApiAuditEvents');
  expect(description).toMatchObject({
    name: 'GraphAPIAuditEvents',
    aliases: ['GraphApiAuditEvents'],
    timeColumn: 'Timestamp',
  });
});

test('a legacy table names its successor or says what it stands for', () => {
  expect(describeTable(builtinCatalog, 'ProcessCreationEvents')).toMatchObject({
    replacedBy: 'DeviceProcessEvents',
    timeColumn: 'EventTime',
    actionTypes: expect.arrayContaining(['ProcessCreated']),
  });
  expect(describeTable(builtinCatalog, 'AlertEvents')?.definition).toContain('AlertEvidence');
});

test('a name in another case is no table', () => {
  expect(describeTable(builtinCatalog, 'deviceevents')).toBeUndefined();
});
