// What changes in one window of a browser, told to the others that show the same.

export class Windows {
  readonly #name: string;
  readonly #changed: () => void;
  #channel: BroadcastChannel | undefined;

  /** `changed` is called, between `begin` and `end`, when another window changed what `name` is. */
  constructor(name: string, changed: () => void) {
    this.#name = name;
    this.#changed = changed;
  }

  /** Hear of changes; whoever comes back to this window may also have missed some elsewhere. */
  begin(): void {
    if (this.#channel) return;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.addEventListener('message', this.#changed);
    window.addEventListener('focus', this.#changed);
  }

  end(): void {
    this.#channel?.close();
    this.#channel = undefined;
    window.removeEventListener('focus', this.#changed);
  }

  /** Tell the others; what was begun before `end` may be over after it. */
  tell(): void {
    const channel = this.#channel ?? new BroadcastChannel(this.#name);
    channel.postMessage('changed');
    if (channel !== this.#channel) channel.close();
  }
}
