// A production build, into a folder that is not the site's own.

import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { siteAstro } from './astro.mjs';

/** Where in `out` the site is. Beside it are its packages, which what was built still imports. */
export function siteIn(out) {
  return path.join(out, 'dist');
}

/** Build the site; throws what is wrong with it. */
export async function build({ root, out, cache, modules }) {
  const astro = await siteAstro(root);
  const link = path.join(out, 'node_modules');
  mkdirSync(out, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(modules, link);
  await astro.build({
    root,
    outDir: siteIn(out),
    cacheDir: path.join(cache, 'astro'),
    logLevel: 'info',
    vite: { cacheDir: path.join(cache, 'vite'), clearScreen: false },
  });
}
