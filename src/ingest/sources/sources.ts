import { type FolderSettings, followFolder } from './folder.js';
import type { RunningSource, SourceParts } from './source.js';

/** Every kind of source that the server reads by itself, and how it is started. */
const kinds = {
  folder: followFolder,
} as const;

type NamedSettings = { readonly kind: 'folder' } & FolderSettings;

/** Starts a source. It reads until it is closed; what it cannot do at the moment it tries again. */
export function startSource(settings: NamedSettings, parts: SourceParts): Promise<RunningSource> {
  return kinds[settings.kind](settings, parts);
}
