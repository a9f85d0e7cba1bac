// How the parts of the operator's page look that several of them have.

import { css } from 'lit';

export const looks = css`
  .panel {
    border: 1px solid var(--line); border-radius: calc(var(--radius) + 0.2rem);
    background: var(--card); overflow: clip;
  }
  .panel > header {
    display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: center;
    min-block-size: 3rem; padding: 0.5rem 1rem; border-block-end: 1px solid var(--line);
  }
  .panel > .none { padding: 1rem; color: var(--soft) }
  .panel li { padding: 0.6rem 1rem; border-block-end: 1px solid var(--line) }
  .panel li:last-child { border-block-end: 0 }
  .name { font-weight: 600; overflow-wrap: anywhere }
  .number { font-variant-numeric: tabular-nums; white-space: nowrap }
  .why { color: var(--soft); font-size: 0.85em; overflow-wrap: anywhere }
  .why.bad { color: var(--bad) }
  .state {
    display: inline-flex; gap: 0.4em; align-items: center; font-size: 0.8em; font-weight: 600;
    letter-spacing: 0.02em; color: var(--soft); white-space: nowrap;
  }
  .state::before {
    content: ''; inline-size: 0.65em; block-size: 0.65em; flex: none; border-radius: 50%;
    border: 2px solid currentColor;
  }
  .state.good { color: var(--good) }
  .state.good::before { background: currentColor }
  .state.warn { color: var(--warn) }
  .state.warn::before { background: linear-gradient(90deg, currentColor 50%, transparent 50%) }
  .state.bad { color: var(--bad) }
  .state.bad::before { border-radius: 0.1em; background: currentColor }
  .commands { display: flex; gap: 0.25rem; justify-content: flex-end }
  .commands button { min-block-size: 1.9rem; padding-inline: 0.55rem }
  .commands button.icon { inline-size: 1.9rem; padding: 0 }
`;

/** The kind of a state, by which it has its colour and its mark. */
export function kindOf(state: string, failed = false): '' | 'good' | 'warn' | 'bad' {
  if (state === 'RUNNING' || state === 'ready') return 'good';
  if (state === 'FATAL' || state === 'failed' || failed) return 'bad';
  return ['STARTING', 'BACKOFF', 'STOPPING', 'installing', 'starting'].includes(state) ? 'warn' : '';
}
