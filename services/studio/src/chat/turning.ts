// How a turn looks: what was asked for at the end of the line, the answer over its whole width.

import { css } from 'lit';

export const turning = css`
  article { display: grid; gap: 0.6rem }
  article > * { min-inline-size: 0 }
  .asked-for { display: grid; gap: 0.35rem; justify-items: end; margin-inline-start: 2rem }
  .instruction {
    padding: 0.5rem 0.85rem; border-radius: calc(var(--radius) + 0.3rem);
    border-end-end-radius: 0.2rem; background: var(--raised); font-weight: 450;
    line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere;
  }
  .badge { max-inline-size: 100%; overflow-wrap: anywhere }
  .error, .problem { white-space: pre-line; overflow-wrap: anywhere }
  .permission { display: grid; gap: 0.5rem; border-color: var(--warn); overflow-wrap: anywhere }
  .foot {
    display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: center; min-block-size: 2rem;
    margin-block-start: -0.2rem;
  }
  .facts { flex: 1 1 7rem; overflow-wrap: anywhere }
  .state { display: inline-block; font-weight: 600; color: var(--ink) }
  :is(.state, .error, .problem)::first-letter { text-transform: uppercase }
  [data-state='cancelled'] .error { color: var(--soft) }
  [data-state='failed'] .state { color: var(--bad) }
  [data-state='interrupted'] .state, [data-state='cancelled'] .state { color: var(--warn) }
  :is([data-state='running'], [data-state='verifying']) .state { color: var(--accent) }
  :is([data-state='running'], [data-state='verifying']) .facts::before {
    content: ''; display: inline-block; inline-size: 0.6em; block-size: 0.6em;
    margin-inline-end: 0.45em; border-radius: 50%; background: var(--accent);
    animation: pulse 1.2s ease-in-out infinite;
  }
  .actions { display: flex; flex-wrap: wrap; gap: 0.25rem; margin-inline-start: auto }
  [data-undone='true'] .said { color: var(--soft) }
  [data-undone='true'] .instruction { color: var(--soft); text-decoration: line-through 1px }
  .danger { justify-self: start }
`;
