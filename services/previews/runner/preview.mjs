// What a production build put out, served as its adapter has it.

import path from 'node:path';
import { siteAstro } from './astro.mjs';
import { siteIn } from './build.mjs';
import { emit } from './saying.mjs';

const HOST = '127.0.0.1';

/** Serve `out`; throws where there is nothing, or the site's adapter cannot. */
export async function preview({ root, port, out, cache }) {
  const started = performance.now();
  const astro = await siteAstro(root);
  const server = await astro.preview({
    root,
    outDir: siteIn(out),
    cacheDir: path.join(cache, 'astro'),
    logLevel: 'warn',
    server: { host: HOST, port: Number(port), allowedHosts: ['.localhost'] },
    vite: {
      cacheDir: path.join(cache, 'vite'),
      clearScreen: false,
      preview: { strictPort: true },
    },
  });
  // Before Astro 5 it goes on to another port, and says that it has the one that it was given.
  const taken = server.server?.address?.()?.port ?? server.port ?? Number(port);
  if (taken !== Number(port)) {
    await server.stop();
    throw new Error(`cannot serve at port ${port}: it is taken; choose another one`);
  }
  const ms = Math.round(performance.now() - started);
  emit('astro.ready', { port: Number(port), address: HOST, ms });
  return server;
}
