// Which versions of its files a dev server has taken in: what its watcher told, and what it made of
// that. Whatever it was not told of in time, it is told here.

import { lstatSync } from 'node:fs';
import path from 'node:path';
import { tell } from './watching.mjs';

const LATE_MS = 300;
// Vite goes on after it was told, and says nobody when it is done: there are no timers in it.
const AFTERWARDS_MS = 25;
const CLOCK_MS = 50; // by which a file's time may be behind the clock
const TOLD = ['add', 'change', 'unlink'];

/** What tells two versions of a file apart; `gone` where there is none. */
function versionOf(file) {
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found ? `${found.ino} ${found.size} ${found.ctimeMs}` : 'gone';
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * What one watcher tells, from now on; `told` is called with each file. All that comes of it is run
 * by `outside`, since a watch may have begun in the course of some request.
 */
export class Taking {
  #watcher;
  #told;
  #since = Date.now();
  #versions = new Map(); // by file, the version that was told of last
  #work = new Set(); // what those who were told are still at
  #waiting = new Set();

  constructor(watcher, told, outside) {
    this.#watcher = watcher;
    this.#told = told;
    const emit = watcher.emit;
    watcher.emit = (name, ...rest) =>
      outside(() =>
        TOLD.includes(name) ? this.#tell(name, ...rest) : emit.call(watcher, name, ...rest),
      );
  }

  /** As an emitter does it, but keeping what the listeners promise. */
  #tell(name, file, ...rest) {
    this.#versions.set(file, versionOf(file));
    const listeners = this.#watcher.rawListeners(name);
    for (const listener of listeners) {
      const done = listener.call(this.#watcher, file, ...rest);
      if (typeof done?.finally !== 'function') continue;
      const work = done.finally(() => this.#work.delete(work));
      this.#work.add(work);
    }
    this.#told(file);
    for (const wake of this.#waiting) wake();
    return listeners.length > 0;
  }

  /** Take what was told of a file as not told. */
  forget(file) {
    this.#versions.set(file, undefined);
  }

  /** The version of a file that was read when this began, the one that is there if none is given. */
  seed(file, version = versionOf(file)) {
    this.#versions.set(file, version);
  }

  /** The version of a file that was told of last. */
  versionOf(file) {
    return this.#versions.get(file);
  }

  /** Whether the server was told of all `files` as they are. */
  has(files) {
    return files.every((file) => this.#isTaken(file));
  }

  #isTaken(file) {
    const version = versionOf(file);
    if (this.#versions.has(file)) return this.#versions.get(file) === version;
    // Nobody had read it before that.
    const changed = lstatSync(file, { throwIfNoEntry: false })?.ctimeMs;
    return version !== 'gone' && changed < this.#since - CLOCK_MS;
  }

  /** Whether the watcher knows of a file. */
  #knows(file) {
    const { dir, base } = path.parse(file);
    return this.#watcher.getWatched()[dir]?.includes(base) ?? false;
  }

  /** Return when the server has taken `files` in as they are. Its own mistakes are not ours. */
  async take(files) {
    const until = performance.now() + LATE_MS;
    let missing = files.filter((file) => !this.#isTaken(file));
    const news = missing.length > 0;
    while (missing.length > 0 && performance.now() < until) {
      await this.#next(until - performance.now());
      missing = missing.filter((file) => !this.#isTaken(file));
    }
    for (const file of missing) {
      const name = versionOf(file) === 'gone' ? 'unlink' : this.#knows(file) ? 'change' : 'add';
      tell(this.#watcher, name, file);
    }
    while (this.#work.size > 0) await Promise.allSettled([...this.#work]);
    if (news) await pause(AFTERWARDS_MS);
  }

  #next(ms) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(late);
        this.#waiting.delete(wake);
        resolve();
      };
      const late = setTimeout(wake, ms);
      this.#waiting.add(wake);
    });
  }
}
