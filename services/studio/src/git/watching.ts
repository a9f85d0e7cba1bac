// Keeps a thread's git state up to date for as long as an element is on the page that shows it.

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { GitState } from './state.ts';

export class Watching implements ReactiveController {
  #state: GitState | undefined;
  #stop: (() => void) | undefined;

  constructor(host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** Watch this one, and no other any more. */
  watch(state: GitState | undefined): void {
    if (state === this.#state) return;
    this.#stop?.();
    this.#state = state;
    this.#stop = state?.watch();
  }

  hostDisconnected(): void {
    this.watch(undefined);
  }
}
