// Keeps a list at its end while a person is there, and where it is when they are not.

import type { LitElement, ReactiveController } from 'lit';

const NEAR = 60; // pixels from the end that count as at the end

export class Stick implements ReactiveController {
  /** Whether a person has gone away from the end. */
  away = false;
  readonly #host: LitElement;
  readonly #scroller: () => Element | null;
  readonly #sizes = new ResizeObserver(() => this.#grown());
  #watched: Element | null = null;
  #last = 0;
  /** How far the end was from the top when the beginning was about to grow, in pixels. */
  #held: number | null = null;

  constructor(host: LitElement, scroller: () => Element | null) {
    this.#host = host;
    this.#scroller = scroller;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.watch(null);
  }

  /** Follow the size of what is scrolled. */
  watch(list: Element | null): void {
    if (list === this.#watched) return;
    this.#sizes.disconnect();
    this.#watched = list;
    const scroller = list && this.#scroller();
    if (!list || !scroller) return;
    this.#sizes.observe(list);
    this.#sizes.observe(scroller); // the box below it grows
  }

  // Only a person goes back. What grew since a scrolling of our own is not somebody's going away.
  readonly scrolled = (): void => {
    const at = this.#scroller()?.scrollTop ?? 0;
    if (!this.#away()) this.#be(false);
    else if (at < this.#last) this.#be(true);
    this.#last = at;
  };

  /** What somebody unfolds is to be looked at where it is. */
  readonly clicked = (event: Event): void => {
    const path = event.composedPath();
    if (path.some((it) => it instanceof Element && it.localName === 'summary')) this.#be(true);
  };

  toEnd(): void {
    this.#be(false);
    this.#grown();
  }

  /** What comes next comes before what is in sight, which stays where it is. */
  hold(): void {
    const scroller = this.#scroller();
    this.#held = scroller && scroller.scrollHeight - scroller.scrollTop;
  }

  #away(): boolean {
    const scroller = this.#scroller();
    if (!scroller) return false;
    return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight > NEAR;
  }

  #grown(): void {
    const scroller = this.#scroller();
    if (!scroller) return;
    if (this.#held !== null) {
      scroller.scrollTop = scroller.scrollHeight - this.#held;
      this.#held = null;
    } else if (!this.away) {
      scroller.scrollTop = scroller.scrollHeight;
    } else {
      this.#be(this.#away());
    }
  }

  #be(away: boolean): void {
    if (away === this.away) return;
    this.away = away;
    this.#host.requestUpdate();
  }
}
