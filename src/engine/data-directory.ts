import { randomUUID } from 'node:crypto';
import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
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
  /** What one run of the engine needs, of which each has its own: its configuration, and its working directory. */
  readonly run: string;
  readonly work: string;
}

/**
 * Makes what is missing. Nothing is removed: another process may have the directory, whose lock is not seen from
 * another container; the engine's own is, once it has been started.
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
  const run = path.join(root, 'run', randomUUID());
  const directories: EngineDirectories = {
    root,
    engine: path.join(root, 'engine'),
    spool: path.join(root, 'spool'),
    results: path.join(root, 'results'),
    run,
    work: path.join(run, 'work'),
  };
  for (const directory of Object.values(directories)) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  }
  return directories;
}

/** Removes what a killed process left behind, for the one whose engine has the directory. */
export async function removeLeftBehind({ run, results }: EngineDirectories): Promise<void> {
  for (const folder of [path.dirname(run), results]) {
    for (const name of await readdir(folder)) {
      const left = path.join(folder, name);
      if (left !== run) await rm(left, { recursive: true, force: true });
    }
  }
}
