// One plot of the last hour: a line, what it is at a moment, and all of it as a table.

import { css, html, nothing, svg } from 'lit';
import { strings } from '../core/strings.ts';
import { clock } from '../core/times.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import { looks } from './looks.ts';
import { area, line, type Numbers, parts, type Point, pointed, scale, stairs, type Window } from './plotting.ts';

const [WIDTH, HEIGHT] = [600, 120];
const ROWS = 12;

export class NuPlot extends NuElement {
  static override properties = {
    label: {}, help: {}, points: { attribute: false }, window: { attribute: false },
    show: { attribute: false }, kind: {}, numbers: {}, at: { state: true },
  };
  declare label: string;
  declare help: string;
  declare points: readonly Point[];
  declare window: Window;
  declare show: (value: number) => string;
  /** `line`; `stairs` for what stays until it changes; `sum` for what is counted. */
  declare kind: 'line' | 'stairs' | 'sum';
  declare numbers: Numbers;
  declare at: number | undefined;

  static override styles = [
    base,
    looks,
    css`
      :host { display: flex; container-type: inline-size }
      .panel { flex: 1; min-inline-size: 0; padding: 0.75rem 1rem 0.5rem }
      .head { display: flex; gap: 0.5rem; align-items: baseline }
      .value { font-size: 1.35rem; font-weight: 600; line-height: 1.3 }
      .field { position: relative; margin-block-start: 0.5rem; block-size: 5.5rem; direction: ltr;
        border: 0; padding: 0; background: none; border-radius: 0; touch-action: pan-y }
      svg { display: block; inline-size: 100%; block-size: 100%; overflow: visible }
      path { vector-effect: non-scaling-stroke }
      .grid { stroke: var(--line); stroke-width: 1 }
      .line { fill: none; stroke: var(--accent); stroke-width: 1.75; stroke-linejoin: round }
      .area { fill: var(--accent); opacity: 0.14 }
      .bar { fill: var(--warn) }
      .pointer { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3 }
      .top, .half { position: absolute; inset-inline-start: 0; padding-inline: 0.15rem;
        background: var(--card); color: var(--soft); font-size: 0.7rem; line-height: 1 }
      .top { inset-block-start: -0.35rem }
      .half { inset-block-start: calc(50% - 0.35rem) }
      .ends { display: flex; justify-content: space-between; direction: ltr;
        color: var(--soft); font-size: 0.7rem; margin-block-start: 0.3rem }
      details { font-size: 0.8rem; color: var(--soft) }
      summary { inline-size: fit-content; cursor: pointer; border-radius: 0.2rem }
      table { inline-size: 100%; border-collapse: collapse; margin-block: 0.4rem }
      th, td { padding: 0.15rem 0; text-align: start; border-block-end: 1px solid var(--line) }
      th:last-child, td:last-child { text-align: end }
      @container (max-width: 15rem) {
        .panel { padding-inline: 0.75rem }
        .field { block-size: 4rem }
        h3 .soft, .half { display: none }
      }
      thead th { font-weight: 600 }
      tbody th { font-weight: 400 }
    `,
  ];

  constructor() {
    super();
    this.points = [];
    this.kind = 'line';
    this.numbers = 'any';
    this.label = this.help = '';
    this.show = String;
  }

  override render() {
    const last = this.points.at(-1);
    const here = this.at === undefined ? undefined : pointed(this.points, this.at);
    const value = here ? here.value : this.kind === 'sum' ? this.#sum : (last?.value ?? null);
    return html`
      <div class="panel">
        <div class="head">
          <h3 class="grow">${this.label} <span class="soft small">${this.help}</span></h3>
          ${here ? html`<span class="soft small number">${clock(here.at, true)}</span>` : nothing}
        </div>
        <p class="value number">${this.points.length ? this.#told(value) : strings.ops.nothing}</p>
        ${this.points.length ? this.#field() : html`<p class="field soft small">${strings.ops.noData}</p>`}
        <div class="ends"><span>${clock(this.window.from)}</span><span>${strings.ops.now}</span></div>
        <details>
          <summary>${strings.ops.table}<span class="unseen">: ${this.label}</span></summary>
          ${this.#table()}
        </details>
      </div>
    `;
  }

  #field() {
    const bars = this.kind === 'sum' ? parts(this.points, this.window, 60, 'sum') : [];
    const shown = this.kind === 'sum' ? bars : this.points;
    const { top, steps } = scale(Math.max(0, ...shown.map((it) => it.value ?? 0)), this.numbers);
    const draw = this.kind === 'stairs' ? stairs : line;
    const path = this.kind === 'sum' ? '' : draw(this.points, this.window, top, WIDTH, HEIGHT);
    const pointer = this.at === undefined ? undefined : this.#x(this.at);
    return html`
      <div class="field" aria-hidden="true" @pointermove=${this.#point} @pointerleave=${this.#leave}>
        <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">
          ${steps.map((step) => {
            const y = HEIGHT - (step / top) * HEIGHT;
            return svg`<path class="grid" d="M0 ${y}H${WIDTH}" />`;
          })}
          ${path ? svg`
            <path class="area" d=${area(path, HEIGHT)} />
            <path class="line" d=${path} />` : nothing}
          ${bars.map((bar) => bar.value
            ? svg`<path class="bar" d=${this.#bar(bar.at, bar.value / top)} />`
            : nothing)}
          ${pointer === undefined ? nothing : svg`<path class="pointer" d="M${pointer} 0V${HEIGHT}" />`}
        </svg>
        <span class="top number">${this.show(top)}</span>
        ${steps.length > 2 ? html`<span class="half number">${this.show(top / 2)}</span>` : nothing}
      </div>
    `;
  }

  #table() {
    const how = this.kind === 'sum' ? 'sum' : 'most';
    const steps = this.kind === 'stairs' ? this.#spread() : this.points;
    const name = how === 'sum' ? strings.ops.sum(this.label) : strings.ops.most(this.label);
    return html`
      <table>
        <thead><tr><th scope="col">${strings.ops.time}</th><th scope="col">${name}</th></tr></thead>
        <tbody>
          ${parts(steps, this.window, ROWS, how).map((row) => html`
            <tr><th scope="row" class="number">${clock(row.at)}</th><td class="number">${this.#told(row.value)}</td></tr>
          `)}
        </tbody>
      </table>
    `;
  }

  /** What stays until it changes, as a value at the begin of every row as well. */
  #spread(): Point[] {
    const { from, to } = this.window;
    const begins = Array.from({ length: ROWS }, (_, n) => from + ((to - from) / ROWS) * n);
    const held = begins.map((at) => ({ at, value: pointed(this.points, at)?.value ?? null }));
    return [...this.points, ...held];
  }

  get #sum(): number {
    return this.points.reduce((sum, { value }) => sum + (value ?? 0), 0);
  }

  #told(value: number | null): string {
    return value === null ? strings.ops.nothing : this.show(value);
  }

  #x(at: number): number {
    return ((at - this.window.from) / (this.window.to - this.window.from)) * WIDTH;
  }

  #bar(at: number, part: number): string {
    const x = this.#x(at);
    return `M${x + 1} ${HEIGHT}V${HEIGHT - part * HEIGHT}H${x + WIDTH / 60 - 1}V${HEIGHT}Z`;
  }

  #point(event: PointerEvent): void {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const { from, to } = this.window;
    this.at = from + ((event.clientX - left) / width) * (to - from);
  }

  #leave(): void {
    this.at = undefined;
  }
}

define('nu-plot', NuPlot);
