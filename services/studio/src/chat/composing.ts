// How the box looks: one frame around the words and what goes with them.

import { css } from 'lit';

export const composing = css`
  form {
    display: grid; gap: 0.3rem; padding: 0.6rem 0.9rem 0.7rem;
    border-block-start: 1px solid var(--line);
  }
  label { font-weight: 600; font-size: 0.85em }
  .box {
    position: relative; border: 1px solid var(--line); border-radius: calc(var(--radius) + 0.2rem);
    background: var(--card);
  }
  .box:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent) }
  .dropping .box { border-color: var(--accent); border-style: dashed }
  textarea {
    display: block; inline-size: 100%; min-block-size: 3.9rem; max-block-size: 40dvh;
    padding: 0.6rem 0.8rem; border: 0; border-radius: inherit; background: none; resize: none;
    line-height: 1.45;
  }
  textarea:focus-visible { outline: none }
  .tools {
    display: flex; flex-wrap: wrap; gap: 0.35rem; align-items: center; padding: 0 0.4rem 0.4rem;
  }
  .tools select {
    padding-inline: 0.3rem; border-color: transparent; background: none; color: var(--soft);
  }
  .tools select:hover { background: var(--raised) }
  .ends { display: flex; gap: 0.35rem; margin-inline-start: auto }
  .chip {
    display: flex; gap: 0.4rem; align-items: center; inline-size: fit-content;
    max-inline-size: calc(100% - 1rem); margin: 0.5rem 0.5rem 0; padding-inline-start: 0.6rem;
    border-radius: 1rem; background: var(--raised);
  }
  .chip button { min-block-size: 1.6rem; block-size: 1.6rem; font-size: 0.8rem; border-radius: 50% }
  .drop {
    position: absolute; inset: 0; display: grid; place-items: center; border-radius: inherit;
    background: var(--card); color: var(--accent); font-weight: 600; pointer-events: none;
  }
  #hint { display: flex; flex-wrap: wrap; gap: 0 1rem }
  #hint:not(:has(:not(:empty))), #problem:empty { display: none }
  .money { margin-inline-start: auto }
`;
