import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The page of the results alone, on made-up rows: what bench/ and tests measure, and never published.
// biome-ignore lint/style/noDefaultExport: the file's contract with vite
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    target: 'es2023',
    emptyOutDir: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 8000,
    rolldownOptions: { input: 'src/results/bench.html' },
  },
});
