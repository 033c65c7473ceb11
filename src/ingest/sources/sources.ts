import { type AzureStorageSettings, readAzureStorage } from './azure-storage.js';
import { type FolderSettings, followFolder } from './folder.js';
import type { RunningSource, SourceParts } from './source.js';

/** The settings of every kind of source that the server reads by itself. */
interface Kinds {
  readonly folder: FolderSettings;
  readonly 'azure-storage': AzureStorageSettings;
}

const starters: {
  readonly [K in keyof Kinds]: (settings: Kinds[K], parts: SourceParts) => Promise<RunningSource>;
} = {
  folder: followFolder,
  'azure-storage': readAzureStorage,
};

type KindSettings<K extends keyof Kinds = keyof Kinds> = {
  [Kind in K]: { readonly kind: Kind } & Kinds[Kind];
}[K];

/** Starts a source. It reads until it is closed; what it cannot do at the moment it tries again. */
export function startSource<K extends keyof Kinds>(
  settings: KindSettings<K>,
  parts: SourceParts,
): Promise<RunningSource> {
  return starters[settings.kind as K](settings, parts);
}
