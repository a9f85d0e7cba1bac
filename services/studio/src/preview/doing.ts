// What a person has done for a thread's preview, and which goes on while they look at another.

import type { ReactiveControllerHost } from 'lit';
import type { ThreadStore } from '../core/thread.ts';

/** Does one thing at a time for each thread. `shown` is the one that its host shows. */
export class Doing {
  readonly #host: Pick<ReactiveControllerHost, 'requestUpdate'>;
  readonly #shown: () => ThreadStore;
  readonly #busy = new Set<ThreadStore>();

  constructor(host: Pick<ReactiveControllerHost, 'requestUpdate'>, shown: () => ThreadStore) {
    this.#host = host;
    this.#shown = shown;
  }

  /** Whether something is under way for the thread that is shown. */
  get isBusy(): boolean {
    return this.#busy.has(this.#shown());
  }

  /**
   * Do something for the thread that is shown, unless something is under way for it. Never throws.
   *
   * `failed` hears what `work` threw, if its thread is shown then.
   */
  async begin(work: () => Promise<unknown>, failed: (error: unknown) => void): Promise<void> {
    const thread = this.#shown();
    if (this.#busy.has(thread)) return;
    this.#busy.add(thread);
    this.#host.requestUpdate();
    try {
      await work();
    } catch (error) {
      if (thread === this.#shown()) failed(error);
    } finally {
      this.#busy.delete(thread);
      this.#host.requestUpdate();
    }
  }
}
