// The page around a frame of ours, whom alone the frame hears and answers.
//
// Which pages may have it in a frame the server says, in `frame-ancestors`, and browsers keep to
// that for every page around: whoever is this window's parent is one of a named origin.

import { type FromFrame, read, type ToFrame, written } from './protocol.ts';

export class Embedder {
  readonly #window: Window | undefined = window.parent === window ? undefined : window.parent;
  readonly #hear: (message: ToFrame) => void;
  #origin = namedOrigin();
  #unsaid: FromFrame[] = [];

  constructor(hear: (message: ToFrame) => void) {
    this.#hear = hear;
  }

  /** Whether there is one: the page may also have a tab of its own. */
  get exists(): boolean {
    return this.#window !== undefined;
  }

  begin(): void {
    window.addEventListener('message', this.#heard);
  }

  end(): void {
    window.removeEventListener('message', this.#heard);
  }

  /** Tell it, once it is known of which origin it is. */
  tell(message: FromFrame): void {
    if (this.#origin) this.#window?.postMessage(written(message), this.#origin);
    else this.#unsaid.push(message);
  }

  readonly #heard = (event: MessageEvent): void => {
    if (!this.#window || event.source !== this.#window) return;
    const message = read(event.data);
    if (!message) return;
    this.#origin = event.origin;
    for (const unsaid of this.#unsaid.splice(0)) this.tell(unsaid);
    this.#hear(message);
  };
}

/** The origin of the page around, where the browser says so: not all do. */
function namedOrigin(): string {
  const nearest = location.ancestorOrigins?.[0];
  if (nearest) return nearest === 'null' ? '' : nearest;
  return URL.canParse(document.referrer) ? new URL(document.referrer).origin : '';
}
