import { unsupported } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { PluginCall } from '../plugin.js';
import { plugins } from '../plugins.js';

/** `T | evaluate plugin(…) : (Name: type, …)` */
export const evaluate: OperatorPlanner = (node, input, context) => {
  const call = new PluginCall(node, input, context);
  const plugin = Object.hasOwn(plugins, call.name) ? plugins[call.name] : undefined;
  const what = `The plugin '${call.name}'`;
  if (!plugin) throw unsupported(call.call, what, 'Quarry does not have it');
  if ('refused' in plugin) throw unsupported(call.call, what, plugin.refused);
  return plugin.plan(call);
};
