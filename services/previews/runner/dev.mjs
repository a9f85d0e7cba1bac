// The dev server of a site, and what it tells the browsers.

import path from 'node:path';
import { siteAstro } from './astro.mjs';
import { reporter } from './reporter.mjs';
import { emit } from './saying.mjs';

/** Start it; throws where it cannot. */
export async function dev({ root, port, cache, modules }) {
  const started = performance.now();
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
      server: { strictPort: true, fs: { allow: [root, modules, cache] } },
      plugins: [reporter(root)],
    },
  });
  const { address, port: taken } = server.address;
  emit('astro.ready', { port: taken, address, ms: Math.round(performance.now() - started) });
  return server;
}
