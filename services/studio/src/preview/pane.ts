// How the pane of the preview looks.

import { css } from 'lit';

export const pane = css`
  :host { display: grid; grid-template-rows: auto minmax(0, 1fr); block-size: 100% }
  .stage { position: relative; overflow: hidden; background: var(--raised) }
  .sheet {
    position: absolute; inset-block-start: 0; inset-inline-start: 50%;
    inline-size: calc(var(--width) * var(--scale)); block-size: calc(var(--height) * var(--scale));
    translate: -50%; overflow: hidden;
  }
  .sheet:dir(rtl) { translate: 50% }
  .sheet[data-device] { box-shadow: var(--shadow) }
  #site {
    inline-size: var(--width); block-size: var(--height); border: 0; background: #fff;
    color-scheme: normal; transform: scale(var(--scale)); transform-origin: 0 0;
  }
  .sheet:dir(rtl) #site { transform-origin: 100% 0 }
  .hint, .built {
    position: absolute; inset-inline: 0.75rem; z-index: 1; margin-inline: auto;
    inline-size: fit-content; max-inline-size: calc(100% - 1.5rem); border: 1px solid var(--line);
    border-radius: 2rem; background: var(--card); box-shadow: var(--shadow);
  }
  .hint { inset-block-end: 0.75rem; padding: 0.4rem 1rem; border-radius: 1rem; font-size: 0.85em; pointer-events: none }
  .built { inset-block-end: 0.75rem; padding-inline: 0.9rem 0.4rem }
`;
