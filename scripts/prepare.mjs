// What a fresh or an old clone needs before anything of it can run. Node's own modules only: this runs
// before packages are installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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

/** Compiles the server and builds the portal, each when it is absent or was made from other sources. */
export function buildIfStale() {
  build('the server', {
    stamp: 'dist/.sources',
    // The portal is built into the same folder, by itself.
    clean: () => readdirSync(join(root, 'dist')).filter((name) => name !== 'portal'),
    sources: ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
    command: [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.build.json'],
  });
  const settings = ['index.html', 'package.json', 'tsconfig.json', 'vite.config.mjs'];
  build('the portal', {
    stamp: 'dist/portal/.sources',
    clean: () => ['portal'],
    sources: ['portal/src', ...settings.map((name) => `portal/${name}`), 'package-lock.json'],
    command: [bin('vite', 'bin/vite.js'), 'build', 'portal', '--logLevel', 'warn'],
  });
}

function build(what, { stamp, clean, sources, command }) {
  const hash = hashOf(sources);
  const stampFile = join(root, stamp);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return;
  console.log(`Building ${what} …`);
  mkdirSync(join(root, 'dist'), { recursive: true });
  for (const name of clean()) rmSync(join(root, 'dist', name), { recursive: true, force: true });
  run(process.execPath, command);
  writeFileSync(stampFile, hash);
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

function hashOf(sources) {
  const hash = createHash('sha256');
  for (const path of sources.flatMap(filesOf)) {
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** A file, or all files of a folder, as paths from the root. */
function filesOf(source) {
  if (!statSync(join(root, source)).isDirectory()) return [source];
  return readdirSync(join(root, source), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}
