// What a dev server says of the mistakes of its site: each once, and when there is none any more.

import { emit } from './saying.mjs';

const LATE_MS = 400;
const CONFIGURATION = /^astro\.config\.\w+$/;

export class Word {
  #facts;
  #fixedAt = -Infinity;
  #heard = () => {};
  isReady = false; // whether anybody can have a page of it

  get isBroken() {
    return this.#facts !== undefined;
  }

  /** What is wrong with the configuration, if anything is. */
  get configuration() {
    return CONFIGURATION.test(this.#facts?.file ?? '') ? this.#facts : undefined;
  }

  /** Call `heard` whenever something is wrong with the configuration. */
  onConfiguration(heard) {
    this.#heard = heard;
  }

  /** Whether a mistake is told that was mended meanwhile. */
  isOld(facts, pages) {
    const isPage = !CONFIGURATION.test(facts.file ?? '') && !pages.broken;
    return isPage && performance.now() - this.#fixedAt < LATE_MS;
  }

  /** A mistake was not told as it should have been. */
  missed(pages, describe) {
    if (pages.broken && !this.isBroken) this.broken(describe());
  }

  broken(facts) {
    if (JSON.stringify(facts) !== JSON.stringify(this.#facts)) emit('astro.error', facts);
    this.#facts = facts;
    if (this.configuration) this.#heard();
  }

  /** Something new is shown: whatever was wrong is not, but for a configuration still unread. */
  updated(type, paths, pages) {
    emit('astro.hmr', { type, paths });
    if (!pages.broken && !CONFIGURATION.test(this.#facts?.file ?? '')) this.fixed();
  }

  fixed() {
    if (!this.isBroken) return;
    this.#fixedAt = performance.now();
    emit('astro.fixed');
    this.#facts = undefined;
  }
}
