// The modules of a page that speak with the studio around it, in the place of Astro's toolbar.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryOf } from './annotations.mjs';

const TOOLBAR = 'astro/runtime/client/dev-toolbar/entrypoint.js';
const MODULE = /^nurseryd:(around|hello|outline|pick|places|site|talk)\.mjs$/;

/** A Vite plugin that answers Astro's own import of its toolbar, so that no page is edited. */
export function bridge(root) {
  const folder = path.relative(repositoryOf(root), root);
  const site = `export const FOLDER = ${JSON.stringify(folder && `${folder}/`)};\n`;
  return {
    name: 'nurseryd:bridge',
    enforce: 'pre',
    resolveId(id) {
      if (id === TOOLBAR) return 'nurseryd:hello.mjs';
      return MODULE.test(id) ? id : null;
    },
    async load(id) {
      const [, name] = MODULE.exec(id) ?? [];
      if (!name) return null;
      const code =
        name === 'site' ? site : await readFile(new URL(`page/${name}.mjs`, import.meta.url), 'utf8');
      return { code, map: { mappings: '' } }; // five times as long with one, and nobody's to debug
    },
  };
}
