// How the way to the live site looks: a list of steps, each with a sign and a word of its state.

import { css } from 'lit';

export const publishStyles = css`
  fieldset { display: grid; gap: 0.5rem; margin: 0; padding: 0; border: 0; min-inline-size: 0 }
  legend { padding: 0; font-weight: 600 }
  .ways { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); gap: 0.6rem }
  .way {
    display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.1rem 0.6rem; align-content: start;
    padding: 0.75rem; border: 1px solid var(--line); border-radius: var(--radius); color: inherit;
    font-size: inherit; cursor: pointer;
  }
  .way:has(:checked) { border-color: var(--accent); background: var(--raised) }
  .way:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 1px }
  .way input { accent-color: var(--accent); margin-block: 0.3rem 0 }
  .way b { font-weight: 600 }
  .way .soft { grid-column: 2 }
  ol { display: grid }
  .step {
    display: grid; grid-template-columns: 1.7rem minmax(0, 1fr) auto; gap: 0 0.6rem;
    padding-block: 0.55rem; border-block-start: 1px solid var(--line);
  }
  .step:first-child { border: 0 }
  .step > * { min-inline-size: 0; overflow-wrap: anywhere }
  .sign {
    display: grid; place-items: center; inline-size: 1.6rem; block-size: 1.6rem; border-radius: 50%;
    background: var(--raised); color: var(--soft); font-size: 0.85em;
  }
  .done .sign { background: var(--accent); color: var(--on-accent) }
  .failed .sign { background: var(--bad); color: var(--card) }
  .running .sign { color: var(--accent); outline: 2px solid var(--accent); animation: beat 1.2s ease-in-out infinite }
  @keyframes beat { 50% { outline-offset: 3px } }
  .more { grid-column: 2 / -1; margin-block-start: 0.35rem }
  .outcome { border-color: var(--accent) }
`;
