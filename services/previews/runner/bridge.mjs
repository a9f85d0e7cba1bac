// The modules of ours in a page: in the place of Astro's toolbar, and with Vite's client.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryOf } from './annotations.mjs';

const TOOLBAR = 'astro/runtime/client/dev-toolbar/entrypoint.js';
const CLIENT = '/vite/dist/client/client.mjs';
const MODULE = /^nurseryd:(around|hello|missed|outline|pick|places|site|talk)\.mjs$/;

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
    // Of all the pages that listen for edits, also of those that say what is wrong.
    transform(code, id, { ssr } = {}) {
      if (ssr || !id.endsWith(CLIENT)) return null;
      return { code: `${code}\nimport('nurseryd:missed.mjs');\n`, map: null };
    },
  };
}
