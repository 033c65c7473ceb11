import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly { rule: { name: string }; from: string; to: string }[];
  };
}

const { stdout, stderr } = spawnSync(
  process.execPath,
  ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', 'src', '--output-type', 'json'],
  { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
);
const { modules, summary }: Cruise = JSON.parse(stdout || `{"error":${JSON.stringify(stderr)}}`);

test('the thread that answers requests does not load the parser of the language', () => {
  const loaded = `await import('./src/main.ts'); process.stdout.write(String('Kusto' in globalThis));`;
  const { stdout: answer } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type', 'module', '--eval', loaded],
    { encoding: 'utf8' },
  );
  expect(answer).toBe('false');
});

describe('the folders of src', () => {
  it('are all seen: a checker that reads nothing reports success', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `src/${name}`);
    const seen = new Set(modules.map(({ source }) => source));
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => !seen.has(file))).toEqual([]);
  });

  it('import downwards only', () => {
    const broken = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
    expect(broken).toEqual([]);
  });
});
