// What could not be read for a while is read again once it can be. Vite keeps the failure of a module
// until its file changes; one that only was out of reach comes back as it was, and no watcher tells:
// its volume was away, or there was no descriptor left.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { tell } from './watching.mjs';

const EVERY_MS = 1000;
const MOST = 50;
// As Node says it, and as Vite does of a file that it had found before.
const SAID = [
  /\b(?:ENOENT|EMFILE|ENFILE|EIO|ESTALE|ENXIO|ENODEV|EAGAIN|ETIMEDOUT|ENOTCONN): [^\n]*?, \w+ '([^'\n]+)'/,
  /Failed to load url .*? \(resolved id: ([^\n]*?)\)/,
];

/** The file that an error says could not be read. */
export function unreadIn(error) {
  const message = String(error?.message ?? '');
  const found = SAID.map((said) => said.exec(message)?.[1].split('?')[0]).find(Boolean);
  return found?.startsWith('/') ? found : undefined;
}

function canBeRead(file) {
  try {
    const handle = openSync(file, 'r');
    try {
      return fstatSync(handle).isFile() && readSync(handle, Buffer.alloc(1)) >= 0;
    } finally {
      closeSync(handle);
    }
  } catch {
    return false;
  }
}

/** Has the `watcher` of a server tell of files that came back as if they had changed. */
export class Again {
  #watcher;
  #files = new Set();
  #timer;

  constructor({ watcher, httpServer }) {
    this.#watcher = watcher;
    httpServer?.once('close', () => clearInterval(this.#timer));
  }

  /** Something went wrong, perhaps since a file could not be read. */
  note(error) {
    const file = unreadIn(error);
    if (!file || this.#files.size >= MOST) return;
    this.#files.add(file);
    this.#timer ??= setInterval(() => this.#look(), EVERY_MS).unref();
  }

  #look() {
    for (const file of [...this.#files].filter(canBeRead)) {
      this.#files.delete(file);
      tell(this.#watcher, 'change', file);
    }
    if (this.#files.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
