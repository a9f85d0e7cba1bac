// What the studio's elements are made of.

import { type CSSResultGroup, LitElement, type ReactiveController, type ReactiveControllerHost } from 'lit';
import { base } from './base.ts';

export interface Told {
  text: string;
  kind: 'info' | 'problem';
}

export class NuElement extends LitElement {
  static override styles: CSSResultGroup = [base];

  /** Tell those around, through all shadow roots; whether nobody objected. */
  protected send(name: string, detail: unknown = {}): boolean {
    const event = new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true });
    return this.dispatchEvent(event);
  }

  /** Have something said at the edge of the page. */
  protected tell(text: string, kind: Told['kind'] = 'info'): void {
    this.send('nu-tell', { text, kind } satisfies Told);
  }
}

/** Has an element shown again whenever what it stands for says `change`. */
export class Watch<T extends EventTarget> implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly isConnected?: boolean };
  readonly #target: () => T | undefined;
  readonly #changed = () => this.#host.requestUpdate();
  #watched: T | undefined;

  constructor(host: ReactiveControllerHost, target: () => T | undefined) {
    this.#host = host;
    this.#target = target;
    host.addController(this);
  }

  hostUpdate(): void {
    const target = this.#target();
    // An update that was under way when the element was taken out comes all the same.
    if (target === this.#watched || this.#host.isConnected === false) return;
    this.#watched?.removeEventListener('change', this.#changed);
    this.#watched = target;
    target?.addEventListener('change', this.#changed);
  }

  hostConnected(): void {
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#watched?.removeEventListener('change', this.#changed);
    this.#watched = undefined;
  }
}

/** Define an element, unless a page that loads this twice has it already. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
