// Where the chat and the site are in the element: beside one another, or one at a time.

import { css } from 'lit';

export const look = css`
  :host {
    position: relative; display: flex; flex-direction: column;
    min-block-size: 20rem; block-size: 100%; overflow: hidden; background: var(--ground);
    container-type: inline-size;
  }
  .head { display: none; gap: 0.5rem; align-items: center; padding: 0.35rem 0.9rem }
  .head.headed { display: flex; min-block-size: 2.75rem; border-block-end: 1px solid var(--line) }
  nav { display: none; gap: 0.25rem; margin-inline-start: auto }
  .main {
    flex: 1; display: grid; grid-template-rows: minmax(0, 1fr); min-block-size: 0;
    grid-template-columns: minmax(18rem, var(--live-edit-chat-width, 26rem)) minmax(0, 1fr);
  }
  .main > * { min-block-size: 0; min-inline-size: 0 }
  .main[data-layout='chat'], .main[data-layout='preview'], .main.alone {
    grid-template-columns: minmax(0, 1fr);
  }
  .main[data-layout='split'] > nu-chat { border-inline-end: 1px solid var(--line) }
  .alone { place-items: center; padding: 1.5rem; overflow: auto }
  .wait { padding: 0.6rem 1rem; background: var(--raised); text-align: center }
  nu-toasts { position: absolute }
  @container (inline-size < 46rem) {
    .head:has(nav) { display: flex; border-block-end: 1px solid var(--line) }
    nav { display: flex }
    .main[data-layout='split'] { grid-template-columns: minmax(0, 1fr) }
    .main[data-layout='split'] > :is(nu-chat, nu-preview) { grid-column: 1; grid-row: 1; border: 0 }
    /* Out of sight, not out of the page: a frame that is taken out loads anew. */
    .main[data-layout='split'][data-view='chat'] > nu-preview,
    .main[data-layout='split'][data-view='preview'] > nu-chat { visibility: hidden }
  }
`;
