// The dev server of a site, and what it tells the browsers.

import path from 'node:path';
import { siteAstro } from './astro.mjs';
import { naming } from './paths.mjs';
import { reporter } from './reporter.mjs';
import { emit } from './saying.mjs';
import { Word } from './word.mjs';

/** Start it; throws where it cannot. */
export async function dev({ root, port, cache, reads }) {
  const started = performance.now();
  const word = new Word();
  const astro = await siteAstro(root);
  const server = await astro.dev({
    root,
    logLevel: 'warn',
    cacheDir: path.join(cache, 'astro'),
    server: { host: '127.0.0.1', port: Number(port), allowedHosts: ['.localhost'] },
    devToolbar: { enabled: false },
    vite: {
      cacheDir: path.join(cache, 'vite'),
      clearScreen: false,
      server: { strictPort: true, fs: { allow: [root, cache, ...reads] } },
      plugins: reporter(naming(root), word),
    },
  });
  const { address, port: taken } = server.address;
  word.isReady = true;
  emit('astro.ready', { port: taken, address, ms: Math.round(performance.now() - started) });
  return server;
}
