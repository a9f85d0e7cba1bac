// The content of a site that Astro keeps in its store: entries of collections, checked by a schema.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { folderOf } from './astro.mjs';

// Loaders that read the site's own files, and nothing from elsewhere.
const LOCAL = ['glob-loader', 'file-loader'];
const CONFIGURATION = /\/content(?:\.config|\/config)\.\w+$/;
const PATIENCE_MS = 3000;
const TOLD = ['add', 'change', 'unlink'];

/** The modules that what Astro keeps comes from. */
export const STORE = /astro:data-layer-content|astro:content|content-modules|content-assets|asset-imports/;

/** The file that it keeps it in. */
export const storeOf = (root) => path.join(root, '.astro', 'data-store.json');

/** A part of Astro that keeps content; nothing, where this version has none of that name. */
async function part(root, name) {
  const file = path.join(folderOf(root), 'dist', 'content', name);
  return existsSync(file) ? import(pathToFileURL(file).href) : {};
}

export class Content {
  #root;
  #observer;
  #toldAt = -Infinity; // when the collections were declared anew
  #readAt = -Infinity; // when Astro had read that
  #heard = () => {};

  constructor(root) {
    this.#root = root;
  }

  /** Learn when Astro reads how collections are declared, from now on. */
  async follow() {
    this.#observer = (await part(this.#root, 'utils.js')).globalContentConfigObserver;
    this.#observer?.subscribe(({ status }) => {
      if (status === 'loading') return;
      this.#readAt = performance.now();
      this.#heard();
    });
  }

  /** The watcher told of a file. */
  told(file) {
    if (CONFIGURATION.test(file)) this.#toldAt = performance.now();
  }

  /** Have Astro read the content as it is; throws what is wrong with it. False where it has none. */
  async read(watcher) {
    if (this.#observer && this.#toldAt > this.#readAt) {
      await new Promise((resolve) => {
        this.#heard = resolve;
        setTimeout(resolve, PATIENCE_MS);
      });
      this.#toldAt = -Infinity;
    }
    const { status, error } = this.#observer?.get() ?? {};
    if (status === 'error') throw error;
    const { globalContentLayer } = {
      ...(await part(this.#root, 'content-layer.js')),
      ...(await part(this.#root, 'instance.js')),
    };
    const layer = globalContentLayer?.get?.();
    if (!layer) return false;
    const before = new Map(TOLD.map((name) => [name, new Set(watcher.rawListeners(name))]));
    try {
      await layer.sync({ loaders: LOCAL });
    } finally {
      // Each reading begins to watch once more, and the first goes on.
      for (const name of TOLD) {
        for (const listener of watcher.rawListeners(name)) {
          if (!before.get(name).has(listener)) watcher.off(name, listener);
        }
      }
    }
    return true;
  }
}
