// The last hour of one service in a line; for eyes alone, since the number stands beside it.

import { css, html, svg } from 'lit';
import { define, NuElement } from '../ui/element.ts';
import { line } from './plotting.ts';

const [WIDTH, HEIGHT] = [60, 18];
const MOST = 90; // samples: a quarter of an hour

export class NuSpark extends NuElement {
  static override properties = { values: { attribute: false } };
  declare values: readonly (number | null)[];

  static override styles = css`
    :host { display: block; inline-size: 60px; block-size: 18px; flex: none; direction: ltr }
    path { fill: none; stroke: var(--accent); stroke-width: 1.25; stroke-linejoin: round }
  `;

  override render() {
    const values = this.values.slice(-MOST);
    const points = values.map((value, n) => ({ at: MOST - values.length + n, value }));
    const top = Math.max(0.1, ...values.map((value) => value ?? 0));
    const path = line(points, { from: 0, to: MOST - 1 }, top, WIDTH, HEIGHT - 2);
    return html`<svg width=${WIDTH} height=${HEIGHT} viewBox="0 -1 ${WIDTH} ${HEIGHT}" aria-hidden="true">
      ${svg`<path d=${path} />`}
    </svg>`;
  }
}

define('nu-spark', NuSpark);
