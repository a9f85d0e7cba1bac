// The link that lets a frame see a thread's preview, renewed before it ends.

import { Problem } from '../core/api.ts';
import { renewIn } from '../core/renewal.ts';
import { THREAD, type ThreadStore } from '../core/thread.ts';
import type { Which } from './scene.ts';

const SECONDS = 12 * 3600;

/** `renewed` is called with a link that is to be visited, so that the frame may go on. */
export class Link {
  readonly thread: ThreadStore;
  readonly which: Which;
  url: string | undefined;
  readonly #renewed: (url: string) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: Promise<string> | undefined;
  #ended = false;

  constructor(thread: ThreadStore, which: Which, renewed: (url: string) => void) {
    this.thread = thread;
    this.which = which;
    this.#renewed = renewed;
  }

  /** The link, asked for once at a time; throws `Problem`. */
  get(): Promise<string> {
    if (this.url !== undefined) return Promise.resolve(this.url);
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<string> {
    try {
      return await this.#make();
    } catch (error) {
      // Who may only look makes no links. Where previews are open to everybody, none is needed.
      const shown = this.which === 'built' ? this.thread.built : this.thread.preview;
      if (error instanceof Problem && error.status === 403 && shown) return shown.url;
      throw error;
    }
  }

  async #make(): Promise<string> {
    const { url, expires } = await this.thread.api.ask(
      `POST ${THREAD}/preview/link`,
      { path: this.thread.path, body: { seconds: SECONDS, built: this.which === 'built' } },
    );
    this.url = url;
    clearTimeout(this.#timer);
    if (!this.#ended) {
      this.#timer = setTimeout(() => void this.#renew(), renewIn(expires, Date.now()));
    }
    return url;
  }

  async #renew(): Promise<void> {
    this.url = undefined;
    try {
      const url = await this.get();
      if (!this.#ended) this.#renewed(url);
    } catch {
      // Whoever needs it next asks again, and is told why not.
    }
  }
}
