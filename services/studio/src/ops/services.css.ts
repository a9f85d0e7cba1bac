// The table of services: lines of columns where there is room, cards where there is not.

import { css } from 'lit';

export const services = css`
  :host { container-type: inline-size }
  .line {
    display: grid; gap: 0.25rem 1rem; align-items: center; padding: 0.5rem 1rem;
    border-block-end: 1px solid var(--line);
    grid-template-columns: minmax(9rem, 1fr) 10.5rem 5.5rem 4.5rem 9rem 5.5rem 10.5rem;
  }
  .line:last-child { border-block-end: 0 }
  .line:not(.head):hover { background: color-mix(in srgb, var(--raised) 55%, transparent) }
  .how { display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: baseline }
  .head { padding-block: 0.35rem; color: var(--soft); font-size: 0.8em; background: var(--raised) }
  .end { text-align: end }
  .cpu { display: flex; gap: 0.5rem; align-items: center; justify-content: flex-end }
  .cpu > span { min-inline-size: 3.6rem }
  .label { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%) }
  .who .badge { margin-inline-start: 0.25rem; vertical-align: 0.1em }
  @container (max-width: 62rem) {
    .line { grid-template-columns: minmax(8rem, 1fr) 6.5rem 5rem 4rem 4rem 4.5rem 10rem; column-gap: 0.6rem }
    nu-spark { display: none }
    .cpu > span { min-inline-size: 0 }
  }
  @container (max-width: 46rem) {
    .line {
      display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; padding-block: 0.75rem; font-size: 0.95em;
    }
    .line.head { display: none }
    .who { flex: 1 0 60%; min-inline-size: 0 }
    .how { flex-direction: column; align-items: flex-end }
    .end { text-align: start }
    .nothing { display: none }
    .label { position: static; inline-size: auto; block-size: auto; clip-path: none; color: var(--soft) }
    .commands { flex: 1 0 100%; justify-content: flex-start }
    .commands button.icon { inline-size: 2.75rem }
    .commands button { min-block-size: 2.25rem }
  }
`;
