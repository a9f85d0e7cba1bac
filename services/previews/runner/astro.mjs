// The Astro that a site itself depends on, and whether this Node can run it.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { admits } from './versions.mjs';

/** The folder of the package, as Node would find it from the site. */
export function folderOf(root) {
  for (let folder = root; ; folder = path.dirname(folder)) {
    const found = path.join(folder, 'node_modules', 'astro');
    if (existsSync(path.join(found, 'package.json'))) return found;
    if (folder === path.dirname(folder)) break;
  }
  throw new Error(`cannot find Astro from ${root}: is it among its dependencies?`);
}

/** Import it; throws, with what to do, where there is none or it cannot run here. */
export async function siteAstro(root) {
  const folder = folderOf(root);
  const { version, engines, exports } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const needed = engines?.node;
  if (needed && !admits(needed, process.versions.node)) {
    throw new Error(
      `cannot run Astro ${version}: it needs Node ${needed}, and this is Node` +
        ` ${process.versions.node}; use an Astro that fits, or a newer image`,
    );
  }
  const main = exports?.['.'];
  const entry = typeof main === 'string' ? main : (main?.import ?? main?.default);
  if (typeof entry !== 'string') {
    throw new Error(`cannot run Astro ${version}: it has no programmatic API; use Astro 4 or newer`);
  }
  const astro = await import(pathToFileURL(path.join(folder, entry)).href);
  if (!astro.dev || !astro.build || !astro.preview) {
    throw new Error(`cannot run Astro ${version}: it has no programmatic API; use Astro 4 or newer`);
  }
  return astro;
}
