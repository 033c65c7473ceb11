import { mkdir, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { HuntError } from '../errors.js';

/** The parts of a data directory that belong to the engine; real paths. */
export interface EngineDirectories {
  readonly root: string;
  /** The engine's own. */
  readonly engine: string;
  /** Segments on their way in. */
  readonly spool: string;
  /** Results on their way out. */
  readonly results: string;
  /** What one run of the engine needs: its configuration, and its working directory. */
  readonly run: string;
  readonly work: string;
}

/**
 * Makes what is missing and removes what a killed process left behind.
 * @throws HuntError `request.parameter` for a path that the engine would not read as one path
 */
export async function prepareDirectories(dataDirectory: string): Promise<EngineDirectories> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const root = await realpath(dataDirectory);
  if (/[*?{}]|::/.test(root)) {
    throw new HuntError('request.parameter', {
      message: `The path of the data directory must not contain * ? { } or :: (${root}).`,
    });
  }
  const directories: EngineDirectories = {
    root,
    engine: path.join(root, 'engine'),
    spool: path.join(root, 'spool'),
    results: path.join(root, 'results'),
    run: path.join(root, 'run'),
    work: path.join(root, 'run', 'work'),
  };
  await rm(directories.results, { recursive: true, force: true });
  await rm(directories.run, { recursive: true, force: true });
  for (const directory of Object.values(directories)) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  }
  return directories;
}
