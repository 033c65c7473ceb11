// What a fresh or an old clone needs before anything of it can run. Node's own modules only: this runs
// before packages are installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs packages when they are absent, or are not those of package-lock.json. */
export function installIfStale() {
  const reason = whyStale();
  if (reason === undefined) return;
  console.log(`Installing packages (${reason}) …`);
  // Not `npm ci`: it wants the engine's libraries of every platform in the lock file, and where a registry
  // has only some of them it refuses. `install` keeps to the versions of the lock file as well.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** Compiles when dist/ is absent, or was made from other sources. */
export function buildIfStale() {
  const stamp = join(root, 'dist', '.sources');
  const sources = hashOfSources();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  console.log('Building …');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run(process.execPath, [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.build.json']);
  writeFileSync(stamp, sources);
}

/** Runs a program in the checkout; its failure ends this process with its exit code. */
export function run(program, programArguments, environment = {}) {
  const { status, error } = spawnSync(program, programArguments, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
    // npm is a script on Windows.
    shell: program === 'npm' && process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** A program that a package brings. */
export function bin(packageName, path) {
  return join(root, 'node_modules', packageName, path);
}

function whyStale() {
  const installed = readJson('node_modules/.package-lock.json')?.packages;
  if (!installed) return 'there are none';
  const wanted = readJson('package-lock.json').packages;
  for (const [path, { version, optional, link }] of Object.entries(wanted)) {
    if (path === '' || link) continue;
    // Optional packages are left out where they are for another platform.
    if (optional && !installed[path]) continue;
    if (installed[path]?.version !== version || !existsSync(join(root, path, 'package.json'))) {
      return `${path.replace(/^.*node_modules\//, '')} is not ${version}`;
    }
  }
  return undefined;
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function hashOfSources() {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
  for (const path of [...settings.map((name) => join(root, name)), ...sources.sort()]) {
    hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}
