// The operator's page: a head that stays, and its parts in one or two columns.

import { css } from 'lit';

export const page = css`
  :host {
    display: flex; flex-direction: column; block-size: 100dvh; container-type: inline-size;
    background: var(--ground);
  }
  /* Scrolls by itself, so that an open log covers nothing of it. */
  .all { flex: 1; min-block-size: 0; overflow: auto; scroll-padding-block-start: 4rem }
  header {
    position: sticky; inset-block-start: 0; z-index: 2; display: flex; flex-wrap: wrap;
    gap: 0.25rem 1rem; align-items: center; padding: 0.5rem 1.25rem; background: var(--card);
    border-block-end: 1px solid var(--line);
  }
  header h1 { font-size: 1.1rem; letter-spacing: -0.01em }
  header .state { font-size: 0.85em }
  nav { display: flex; gap: 0.75rem; align-items: center }
  nav a, nav button { color: var(--ink); text-decoration: none }
  nav a:hover { text-decoration: underline }
  nav button { padding-inline: 0.4rem }
  main {
    display: grid; gap: 1.25rem; inline-size: 100%;
    max-inline-size: 88rem; margin-inline: auto; padding: 1.25rem;
    grid-template-columns: minmax(0, 1fr);
  }
  .columns { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr) }
  .stack { display: grid; gap: 1.25rem; align-content: start }
  .connection { white-space: nowrap }
  .wait { margin: auto; color: var(--soft) }
  .alone { display: grid; flex: 1; place-items: center; padding: 1rem }
  .alone .card { display: grid; gap: 1rem; max-inline-size: 32rem; padding: 1.5rem }
  .alone h1 { font-size: 1.4rem }
  .choose { justify-content: flex-end; margin-block-start: 1rem }
  @container (min-width: 64rem) {
    .columns { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) }
  }
  @container (max-width: 46rem) {
    header { position: static; padding-inline: 0.75rem }
    main { padding: 0.75rem; gap: 0.9rem }
    header .grow { display: none }
    nav { flex-basis: 100% }
  }
`;
