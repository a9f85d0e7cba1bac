// Where the elements of a page come from, said in the page: Astro annotates them for its toolbar.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { folderOf } from './astro.mjs';
import { marked } from './marking.mjs';

const COMPONENT = /^\/[^?\0]*\.astro$/;
const UNSAFE = /["`\\$<>&]/; // in a file's name, within an attribute in a template
const FILE = /data-astro-source-file="([^"\n]*)"/g;
const TOOLBAR = /\bdev-toolbar\b|^astro\/toolbar$|^astro > (?:aria-query|axobject-query|html-escaper)$/;
const SETTING = 'devToolbar.enabled';

/** The folder of the repository that `root` is in, by which the files of a site are named. */
export function repositoryOf(root) {
  for (let folder = root; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, '.git'))) return folder;
    if (folder === path.dirname(folder)) return root;
  }
}

/**
 * Have the site's Astro annotate, whatever the person who ran it last prefers for a terminal of
 * their own: those preferences are read from two files, and no option goes before them.
 */
export async function preferAnnotations(root) {
  const file = path.join(folderOf(root), 'dist', 'preferences', 'store.js');
  const { PreferenceStore } = await import(pathToFileURL(file).href).catch(() => ({}));
  if (!PreferenceStore) return; // annotated all the same, unless somebody turned it off
  const { get } = PreferenceStore.prototype;
  PreferenceStore.prototype.get = function preferred(key) {
    return key === SETTING ? true : get.call(this, key);
  };
}

/** A file as the repository names it; undefined for one that is not its own. */
function nameIn(repository, file) {
  const inside = `${repository}/`;
  const name = file.startsWith(inside) ? file.slice(inside.length) : '';
  return name === '' || name.split('/').includes('node_modules') ? undefined : name;
}

/**
 * `code` with its annotations relative to the repository, and without those of other folders.
 * Each is as long as before, so that what is known of the places in `code` stays true.
 */
export function relativeIn(code, repository) {
  return code.replace(FILE, (whole, file) => {
    if (!path.isAbsolute(file)) return whole;
    const name = nameIn(repository, file);
    return (name === undefined ? '' : `data-astro-source-file="${name}"`).padEnd(whole.length);
  });
}

/** `code` of a component that its compiler did not annotate; as it is where that cannot be made up for. */
function madeUp(code, file, repository, parse) {
  const name = nameIn(repository, file);
  if (name === undefined || UNSAFE.test(name)) return code;
  try {
    const said = marked(code, readFileSync(file, 'utf8'), name, parse);
    parse(said);
    return said;
  } catch {
    return code;
  }
}

/** Leave out of what Vite prepares at its start all that only the toolbar imports. */
function spareToolbar({ optimizeDeps, environments }) {
  for (const { include } of [optimizeDeps, environments?.client?.optimizeDeps].filter(Boolean)) {
    const kept = include?.filter((name) => !TOOLBAR.test(name)) ?? [];
    include?.splice(0, include.length, ...kept);
  }
}

/** A Vite plugin for the annotations of a site, relative to its repository. */
export function annotations(root) {
  const repository = repositoryOf(root);
  return {
    name: 'nurseryd:annotations',
    enforce: 'post',
    configResolved: spareToolbar,
    transform(code, id, { ssr } = {}) {
      if (!ssr) return null;
      const isBare = COMPONENT.test(id) && !code.includes('data-astro-source-file="');
      const said = isBare
        ? madeUp(code, id, repository, (text) => this.parse(text))
        : relativeIn(code, repository);
      return said === code ? null : { code: said, map: null };
    },
  };
}
