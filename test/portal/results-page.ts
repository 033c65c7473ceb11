import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';

const root = join(import.meta.dirname, '../..');
const executablePath = '/usr/bin/chromium';

/** Whether there is a browser to open the page with. */
export const hasBrowser = existsSync(executablePath);

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** What the page's components asked of the page around them. */
export interface Asked {
  readonly kind: 'add' | 'open';
  readonly text: string;
  readonly title?: string;
}

/** The components of a result on a page of their own, with made-up rows: see `bench.tsx`. */
export interface ResultsPage {
  /** Opens the page with these settings and waits until all rows are there. */
  open(settings: Readonly<Record<string, string | number>>): Promise<Page>;
  close(): Promise<void>;
}

export async function startResultsPage(): Promise<ResultsPage> {
  const directory = await mkdtemp(join(tmpdir(), 'quarry-results-'));
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const config = join(root, 'portal/vite.bench.mjs');
  await promisify(execFile)(process.execPath, [
    ...[vite, 'build', '--config', config, '--outDir', directory, '--logLevel', 'error'],
  ]);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    const file = join(directory, normalize(pathname));
    readFile(file).then(
      (content) => {
        response.setHeader('content-type', contentTypes[extname(file)] ?? 'text/plain');
        // A page is opened for each test: what it has read and compiled once serves the next one too.
        response.setHeader('cache-control', 'max-age=3600');
        response.end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const browser: Browser = await chromium.launch({ executablePath, args: flags });
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
    acceptDownloads: true,
  });
  return {
    async open(settings) {
      const page = await context.newPage();
      const query = new URLSearchParams(
        Object.entries(settings).map(([key, value]): [string, string] => [key, String(value)]),
      );
      await page.goto(`http://127.0.0.1:${port}/src/results/bench.html?${query}`);
      const rows = Number(settings['rows'] ?? 1000).toLocaleString('en');
      await page.getByRole('tab', { name: `Results (${rows})` }).waitFor();
      return page;
    },
    async close() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
}

/** What was asked of the page since the last time. */
export async function takeAsked(page: Page): Promise<Asked[]> {
  return page.evaluate(() => {
    const { asked } = globalThis as unknown as { asked: Asked[] };
    return asked.splice(0);
  });
}
