// The border between the chat and what is beside it, which a person can move.

import { css, html } from 'lit';
import { strings } from '../core/strings.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';

export const LEAST = 280; // pixels
const MOST = 720;
const STEP = 24;
const KEPT = 'nurseryd.chat-width';

/** The width that a person chose last, in pixels; undefined for none that can be had. */
export function keptWidth(): number | undefined {
  try {
    const width = Number(localStorage.getItem(KEPT) ?? undefined);
    return width >= LEAST && width <= MOST ? width : undefined;
  } catch {
    return undefined; // a browser that keeps nothing for this page
  }
}

/** Says `nu-width` with the `width` in pixels that the chat is to have. `width` is the present one. */
export class NuSplitter extends NuElement {
  static override properties = { width: { type: Number } };
  declare width: number;

  static override styles = [
    base,
    css`
      :host { inline-size: 9px; margin-inline: -4px; z-index: 2; cursor: col-resize; touch-action: none }
      div { block-size: 100%; inline-size: 100% }
      div::after {
        content: ''; display: block; inline-size: 1px; block-size: 100%; margin-inline: auto;
        background: var(--line);
      }
      div:is(:hover, :focus-visible, .held)::after { inline-size: 3px; background: var(--accent) }
      div:focus-visible { outline: none }
    `,
  ];

  override render() {
    return html`
      <div role="separator" tabindex="0" aria-orientation="vertical" aria-label=${strings.studio.resize}
        aria-valuenow=${this.width} aria-valuemin=${LEAST} aria-valuemax=${MOST}
        @pointerdown=${this.#hold} @keydown=${this.#key}></div>
    `;
  }

  get #turned(): 1 | -1 {
    return getComputedStyle(this).direction === 'rtl' ? -1 : 1;
  }

  #hold(event: PointerEvent): void {
    const handle = event.currentTarget as HTMLElement;
    const [begin, from] = [event.clientX, this.width];
    handle.setPointerCapture(event.pointerId);
    handle.classList.add('held');
    const move = ({ clientX }: PointerEvent) => this.#set(from + (clientX - begin) * this.#turned);
    const drop = () => {
      handle.removeEventListener('pointermove', move);
      handle.classList.remove('held');
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', drop, { once: true });
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#set(this.width + step * this.#turned);
  }

  #set(wanted: number): void {
    const width = Math.round(Math.min(MOST, Math.max(LEAST, wanted)));
    try {
      localStorage.setItem(KEPT, String(width));
    } catch {
      // Then it is as wide as before when the page is opened again.
    }
    this.send('nu-width', { width });
  }
}

define('nu-splitter', NuSplitter);
