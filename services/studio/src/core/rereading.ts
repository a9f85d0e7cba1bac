// When what a page shows is read again, though nobody asked for it here.

import { Problem } from './api.ts';

/** How long whoever was refused for now waits before asking again. */
export const AGAIN_MS = 3000;
const LONGEST_MS = 48_000;

/**
 * Calls `read`, between `begin` and `end`: when another window changed what `name` is, if it has
 * one; when somebody comes back to this one, or the network does, and some change may have been
 * missed; and in a while when the last reading failed for now.
 */
export class Rereading {
  readonly #name: string | null;
  readonly #read: () => void;
  #channel: BroadcastChannel | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pause = AGAIN_MS;
  #isOn = false;

  constructor(name: string | null, read: () => void) {
    this.#name = name;
    this.#read = read;
  }

  begin(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    if (this.#name !== null) this.#channel = new BroadcastChannel(this.#name);
    this.#channel?.addEventListener('message', this.#read);
    window.addEventListener('focus', this.#read);
    window.addEventListener('online', this.#read);
  }

  end(): void {
    this.#isOn = false;
    clearTimeout(this.#timer);
    this.#channel?.close();
    this.#channel = undefined;
    window.removeEventListener('focus', this.#read);
    window.removeEventListener('online', this.#read);
  }

  /**
   * A reading failed: read again in a while, where that may help, and in a longer one each time.
   *
   * A page that nobody sees waits for who comes back.
   */
  failed(error: unknown): void {
    clearTimeout(this.#timer);
    const passing = error instanceof Problem && error.passing;
    if (!passing || !this.#isOn || document.visibilityState === 'hidden') return;
    this.#timer = setTimeout(this.#read, this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_MS);
  }

  /** A reading succeeded. */
  done(): void {
    clearTimeout(this.#timer);
    this.#pause = AGAIN_MS;
  }

  /** Tell the other windows of a change; what was begun before `end` may be over after it. */
  tell(): void {
    if (this.#name === null) return;
    const channel = this.#channel ?? new BroadcastChannel(this.#name);
    channel.postMessage('changed');
    if (channel !== this.#channel) channel.close();
  }
}
