// The dev server of a site, and what it tells the browsers.

import path from 'node:path';
import { annotations, preferAnnotations } from './annotations.mjs';
import { answerAt } from './asking.mjs';
import { siteAstro } from './astro.mjs';
import { bridge } from './bridge.mjs';
import { Checks } from './checks.mjs';
import { naming } from './paths.mjs';
import { reporter } from './reporter.mjs';
import { emit } from './saying.mjs';
import { Word } from './word.mjs';

/** Start it; throws where it cannot. */
export async function dev({ root, port, cache, reads }) {
  const started = performance.now();
  const word = new Word();
  const names = naming(root);
  const checks = new Checks(names, word);
  const astro = await siteAstro(root);
  await preferAnnotations(root);
  await checks.begin();
  const server = await astro.dev({
    root,
    logLevel: 'warn',
    cacheDir: path.join(cache, 'astro'),
    server: { host: '127.0.0.1', port: Number(port), allowedHosts: ['.localhost'] },
    devToolbar: { enabled: true },
    integrations: [checks.integration],
    vite: {
      cacheDir: path.join(cache, 'vite'),
      clearScreen: false,
      server: { strictPort: true, fs: { allow: [root, cache, ...reads] } },
      plugins: [...reporter(names, word, checks), annotations(root), bridge(root)],
    },
  });
  const { address, port: taken } = server.address;
  word.isReady = true;
  answerAt(cache, (request, signal) => checks.check(request, signal));
  emit('astro.ready', { port: taken, address, ms: Math.round(performance.now() - started) });
  return server;
}
