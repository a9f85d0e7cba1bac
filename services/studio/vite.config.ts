// Three pages and one element for pages of others, as files with names that stay the same.

import { defineConfig } from 'vite';

export default defineConfig({
  base: '/',
  publicDir: false,
  build: {
    outDir: 'built',
    emptyOutDir: true,
    target: 'es2022',
    // Its polyfill would load by addresses of the page; of `live-edit.js` that is somebody else's.
    modulePreload: false,
    reportCompressedSize: true,
    rolldownOptions: {
      input: {
        studio: 'index.html',
        ops: 'ops.html',
        embed: 'embed.html',
        'live-edit': 'src/embed/live-edit.ts',
      },
      preserveEntrySignatures: 'exports-only',
      output: {
        entryFileNames: 'assets/[name].js',
        chunkFileNames: 'assets/[name].js',
        assetFileNames: 'assets/[name][extname]',
      },
    },
  },
});
