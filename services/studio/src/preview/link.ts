// The link that lets a frame see a thread's preview, renewed before it ends.

import { Problem } from '../core/api.ts';
import { renewIn } from '../core/renewal.ts';
import { Rereading } from '../core/rereading.ts';
import { THREAD, type ThreadStore } from '../core/thread.ts';
import type { Which } from './scene.ts';

const SECONDS = 12 * 3600;
const LEAST_MS = 5000; // between two by themselves: by a clock that is ahead each has ended at once

/**
 * `renewed` is called with a link that nobody asked for just now, and which is to be visited so that
 * the frame may go on: of one that was about to end, or of one that could not be had before.
 */
export class Link {
  readonly thread: ThreadStore;
  readonly which: Which;
  url: string | undefined;
  readonly #renewed: (url: string) => void;
  readonly #rereading: Rereading;
  #due = Infinity; // when another is wanted, by the wall clock: timers stand still while a machine sleeps
  #wasLive = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: Promise<string> | undefined;
  #ended = false;

  constructor(thread: ThreadStore, which: Which, renewed: (url: string) => void) {
    this.thread = thread;
    this.which = which;
    this.#renewed = renewed;
    this.#rereading = new Rereading(null, () => void this.#look());
    this.#rereading.begin();
    thread.addEventListener('change', this.#moved);
  }

  /** The link, asked for once at a time; throws `Problem`. */
  get(): Promise<string> {
    if (this.url !== undefined && Date.now() < this.#due) return Promise.resolve(this.url);
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#rereading.end();
    this.thread.removeEventListener('change', this.#moved);
  }

  async #ask(): Promise<string> {
    this.url = undefined;
    this.#due = 0;
    try {
      const url = await this.#make();
      this.#rereading.done();
      return url;
    } catch (error) {
      // Who may only look makes no links. Where previews are open to everybody, none is needed.
      const shown = this.which === 'built' ? this.thread.built : this.thread.preview;
      if (error instanceof Problem && error.status === 403 && shown) {
        this.#due = Infinity;
        return shown.url;
      }
      this.#rereading.failed(error);
      throw error;
    }
  }

  async #make(): Promise<string> {
    const { url, expires } = await this.thread.api.ask(
      `POST ${THREAD}/preview/link`,
      { path: this.thread.path, body: { seconds: SECONDS, built: this.which === 'built' } },
    );
    this.url = url;
    const wait = Math.max(LEAST_MS, renewIn(expires, Date.now()));
    this.#due = Date.now() + wait;
    clearTimeout(this.#timer);
    if (!this.#ended) {
      this.#timer = setTimeout(() => {
        this.#due = 0; // that clock may be a moment behind
        void this.#look();
      }, wait);
    }
    return url;
  }

  /** Whoever is heard again was away, or is shown another token. */
  readonly #moved = (): void => {
    const isLive = this.thread.connection.state === 'live';
    if (isLive && !this.#wasLive) void this.#look();
    this.#wasLive = isLive;
  };

  /** Ask for another, where one is wanted. Never throws. */
  async #look(): Promise<void> {
    if (this.#asking || Date.now() < this.#due) return;
    try {
      const url = await this.get();
      if (!this.#ended) this.#renewed(url);
    } catch {
      // Whoever needs it next is told why not.
    }
  }
}
