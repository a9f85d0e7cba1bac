// The plots of the last hour, of everything or of one service.

import { css, html } from 'lit';
import { strings } from '../core/strings.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import { type Ops, series } from './fold.ts';
import './plot.ts';
import { type Point, windowOf } from './plotting.ts';
import { bytes, percent } from './telling.ts';

export class NuPlots extends NuElement {
  static override properties = { ops: { attribute: false }, now: { type: Number }, of: { state: true } };
  declare ops: Ops;
  declare now: number;
  /** The service, or nothing for all of them. */
  declare of: string;

  static override styles = [
    base,
    css`
      .plots {
        display: grid; gap: 0.75rem;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr));
      }
      :host { container-type: inline-size }
      .bar { display: flex; gap: 0.75rem; align-items: center; margin-block-end: 0.6rem }
      h2 { white-space: nowrap }
      select { max-inline-size: 55% }
      @container (max-width: 26rem) {
        /* There is room for what is chosen alone; who hears the page hears the words. */
        label { position: absolute; clip-path: inset(50%) }
      }
      @container (min-width: 34rem) and (max-width: 62rem) {
        .plots { grid-template-columns: 1fr 1fr }
      }
    `,
  ];

  constructor() {
    super();
    this.of = '';
  }

  override render() {
    const { history, turns } = this.ops;
    const names = [...history.services.keys()].sort();
    const of = names.includes(this.of) ? this.of : '';
    const window = windowOf(history.at[0], this.now);
    const pointsOf = (values: readonly (number | null)[]): Point[] =>
      history.at.map((at, n) => ({ at, value: values[n] ?? null }));
    const steps = turns.at.map((at, n) => ({ at, value: turns.turns[n] ?? null }));
    return html`
      <div class="bar">
        <h2 class="grow">${strings.ops.plots}</h2>
        <label for="of" class="soft small cut">${strings.ops.plotsOf}</label>
        <select id="of" @change=${(event: Event) => (this.of = (event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${!of}>${strings.ops.all}</option>
          ${names.map((name) => html`<option value=${name} ?selected=${name === of}>${name}</option>`)}
        </select>
      </div>
      <div class="plots">
        <nu-plot label=${strings.ops.cpu} help=${strings.ops.cpuHelp} .window=${window} .show=${percent}
          .points=${pointsOf(series(history, 'cores', of))}></nu-plot>
        <nu-plot label=${strings.ops.memory} help=${strings.ops.memoryHelp} .window=${window} .show=${bytes}
          numbers="binary" .points=${pointsOf(series(history, 'memory', of))}></nu-plot>
        <nu-plot label=${strings.ops.restarts} help=${strings.ops.restartsHelp} .window=${window} kind="sum" numbers="whole"
          .points=${pointsOf(history.restarts)}></nu-plot>
        <nu-plot label=${strings.ops.turns} help=${strings.ops.turnsHelp} .window=${window} kind="stairs" numbers="whole"
          .points=${steps}></nu-plot>
      </div>
    `;
  }
}

define('nu-plots', NuPlots);
