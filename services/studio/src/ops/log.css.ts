// The log: a drawer at the foot, its lines in columns of time, stream and text.

import { css } from 'lit';

export const log = css`
  :host {
    flex: none; z-index: 3; container-type: inline-size; border-block-start: 1px solid var(--line); background: var(--card); box-shadow: var(--shadow);
  }
  section { display: flex; flex-direction: column; block-size: min(24rem, 50dvh) }
  header {
    display: flex; flex-wrap: wrap; gap: 0.4rem; align-items: center; padding: 0.5rem 1rem;
    border-block-end: 1px solid var(--line);
  }
  header button { min-block-size: 2rem }
  select { max-inline-size: 14rem }
  #service { font-weight: 600 }
  input.field { inline-size: 13rem }
  .lines {
    flex: 1; min-block-size: 0; overflow: auto; padding-block: 0.35rem; direction: ltr;
    font: 0.8rem/1.55 var(--mono); text-align: left;
  }
  .lines:focus-visible { outline-offset: -3px }
  .lines > p { display: flex; gap: 0.75rem; inline-size: max-content; min-inline-size: 100%;
    padding: 0 1rem; border-inline-start: 3px solid transparent }
  .wraps > p { inline-size: auto }
  time, .stream { flex: none; color: var(--soft); user-select: none }
  .stream { inline-size: 3.6em }
  .stream.stderr { color: var(--warn) }
  .text { white-space: pre }
  .wraps .text { min-inline-size: 0; white-space: pre-wrap; overflow-wrap: anywhere }
  .lines > .error { border-color: var(--bad); color: var(--bad); background: var(--removed) }
  .lines > .warning { border-color: var(--warn); color: var(--warn) }
  .lines > .debug { color: var(--soft) }
  .lines > .gap { padding-block: 0.2rem; font-family: var(--text); font-style: italic }
  mark { border-radius: 0.15em; background: var(--accent); color: var(--on-accent) }
  @container (max-width: 46rem) {
    header { padding-inline: 0.75rem }
    .stream { display: none }
    header > * { order: 4 }
    #service { order: 1; flex: 1 1 12rem; min-inline-size: 0; max-inline-size: none }
    .close { order: 2 }
    input.field { order: 3; flex: 1 1 9rem; min-inline-size: 0 }
    #stream { order: 3 }
    header button { padding-inline: 0.5rem }
    header span.grow { order: 5; flex-basis: 100% }
    .lines > p { padding-inline: 0.6rem; gap: 0.5rem }
  }
`;
