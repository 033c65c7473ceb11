import type { Plugin } from './plugin.js';
import { bagUnpack } from './plugins/bag-unpack.js';
import { pivot } from './plugins/pivot.js';

/** Every plugin of `evaluate`, by KQL's name. */
export const plugins: Readonly<Record<string, Plugin>> = {
  bag_unpack: bagUnpack,
  pivot,
};
