import { at, firstOf, lists, not } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { acting, common, userOf } from './columns.js';

export const script: DocumentRule = {
  event: 'powershell_events',
  table: 'DeviceEvents',
  actionType: 'AmsiScriptContent',
  columns: {},
  additional: {
    ...common,
    ScriptBlockId: at('script_block_id'),
    Path: at('script_path'),
    Content: at('script_text'),
  },
};

export const query: DocumentRule = {
  event: 'dns_lookup_events',
  table: 'DeviceEvents',
  actionType: 'DnsQueryResponse',
  actor: acting,
  columns: { AccountName: to.accountName(userOf()) },
  additional: { ...common, DnsQueryString: at('name'), DnsQueryResult: at('response') },
};

export const yara: DocumentRule = {
  event: 'yara, yara_events',
  table: 'DeviceEvents',
  actionType: 'AntivirusDetection',
  condition: not(lists('count', '0')),
  columns: {
    FolderPath: firstOf(at('path'), at('target_path')),
    FileName: to.baseName(firstOf(at('path'), at('target_path'))),
  },
  additional: { ...common, ThreatName: at('matches') },
};

export const hardware: DocumentRule = {
  event: 'hardware_events',
  table: 'DeviceEvents',
  actionType: 'PnpDeviceConnected',
  condition: lists('action', 'add', 'attach'),
  columns: {},
  additional: {
    ...common,
    ClassName: at('type'),
    DeviceDescription: at('model'),
    VendorIds: at('vendor'),
    DeviceId: at('serial'),
  },
};

export const anything: DocumentRule = {
  event: 'other queries',
  table: 'DeviceEvents',
  actionType: 'OsqueryResult',
  note: 'The columns are in AdditionalFields.',
  columns: {},
  additional: { Action: at('@action'), ...common },
};
