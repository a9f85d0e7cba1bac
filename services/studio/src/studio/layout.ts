// Where the parts of the studio are: beside one another, or one at a time where it is narrow.

import { css } from 'lit';

export const layout = css`
  :host {
    display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    background: var(--ground);
    container-type: inline-size;
  }
  .wait { padding: 2rem }
  header {
    display: flex; gap: 0.5rem; align-items: center; min-block-size: 3rem;
    padding-inline: 0.5rem 0.75rem; border-block-end: 1px solid var(--line);
  }
  header nav { display: flex; gap: 0.25rem }
  .skip:not(:focus) { position: absolute; clip-path: inset(50%) }
  main {
    position: relative; display: grid; min-block-size: 0;
    grid-template: minmax(0, 1fr) / [list] auto [chat] minmax(17rem, min(var(--chat, 26rem), 60%)) [edge] auto [rest] minmax(0, 1fr);
  }
  main > * { grid-row: 1; min-block-size: 0; min-inline-size: 0 }
  aside {
    display: none; position: absolute; inset-block: 0; inset-inline-start: 0; z-index: 5;
    grid-template-rows: minmax(0, 1fr) auto; inline-size: min(20rem, 100%);
    border-inline-end: 1px solid var(--line); background: var(--ground);
  }
  aside.listed { display: grid; box-shadow: var(--shadow) }
  aside nu-threads { overflow: auto }
  main.alone aside {
    position: static; grid-column: 1 / -1; inline-size: 100%; border: 0; box-shadow: none;
  }
  nu-chat, nu-missing { grid-column: chat }
  nu-splitter { grid-column: edge }
  nu-preview, nu-git, nu-publish { grid-column: rest }
  nu-git, nu-publish { overflow: auto }
  /* Out of sight, not out of the page: a frame that is moved or hidden loads anew. */
  nu-preview { visibility: hidden }
  nu-git, nu-publish { display: none }
  [data-view='chat'] nu-preview, [data-view='site'] nu-preview { visibility: visible }
  [data-view='git'] nu-git, [data-view='publish'] nu-publish { display: block }
  @container (inline-size >= 50rem) {
    [data-tab='chat'] { display: none }
  }
  @container (inline-size >= 75rem) {
    main:not(.alone) aside { position: static; grid-column: list; inline-size: 17rem; box-shadow: none }
  }
  @container (inline-size < 50rem) {
    main { grid-template-columns: [list chat edge rest] minmax(0, 1fr) }
    nu-splitter { display: none }
    nu-chat, nu-missing { visibility: hidden }
    [data-view='chat'] :is(nu-chat, nu-missing) { visibility: visible }
    [data-view='chat'] nu-preview { visibility: hidden }
    #connection[data-state='live'], header nav button span {
      position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%);
    }
    header nav button { inline-size: 2.5rem; padding: 0 }
  }
`;
