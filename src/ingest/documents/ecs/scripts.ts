import { any, at, firstOf, isThere } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import { acting, actorDetails } from './actor.js';

const [ofPowershell, ofSentinelOne] = [
  'powershell.file.script_block_text',
  'sentinel_one_cloud_funnel.event.cmd_script.content',
];

/** What an interpreter has been given to run, as a sensor has seen it. */
export const script: DocumentRule = {
  event: 'script',
  table: 'DeviceEvents',
  actionType: 'AmsiScriptContent',
  condition: any(isThere(ofPowershell), isThere(ofSentinelOne)),
  actor: acting,
  columns: actorDetails,
  additional: {
    ScriptBlockId: at('powershell.file.script_block_id'),
    Content: firstOf(at(ofPowershell), at(ofSentinelOne)),
  },
};
