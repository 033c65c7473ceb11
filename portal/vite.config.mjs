import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const outDir = '../dist/portal';

// biome-ignore lint/style/noDefaultExport: the file's contract with vite
export default defineConfig({
  plugins: [react(), compressAssets()],
  // The language's worker is written for Node and for browsers, and asks for `global`.
  define: { global: 'globalThis' },
  worker: { format: 'es' },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    // The editor and the language arrive after the page, each in one piece.
    chunkSizeWarningLimit: 8000,
    reportCompressedSize: false,
  },
  server: { proxy: { '^/(api|[^/]+/(oauth2|v2.0|discovery|signin))': 'http://127.0.0.1:8080' } },
});

/** Compresses once what is served many times. */
function compressAssets() {
  const brotli = promisify(brotliCompress);
  const zip = promisify(gzip);
  return {
    name: 'compress-assets',
    apply: 'build',
    async closeBundle() {
      const folder = join(import.meta.dirname, outDir, 'assets');
      for (const name of await readdir(folder)) {
        if (!/\.(js|css|svg|ttf)$/.test(name)) continue;
        const text = await readFile(join(folder, name));
        const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
        await writeFile(join(folder, `${name}.br`), await brotli(text, { params }));
        await writeFile(join(folder, `${name}.gz`), await zip(text, { level: 9 }));
      }
    },
  };
}
