// Colours and measures. A product that embeds the studio sets the properties that begin with
// `--live-edit-`; all else is made of those.

import { css } from 'lit';

export const theme = css`
  :host {
    --ground: var(--live-edit-ground, light-dark(#f7f6f1, #131613));
    --card: var(--live-edit-card, light-dark(#ffffff, #1c201c));
    --raised: var(--live-edit-raised, light-dark(#f1f0e9, #262b26));
    --ink: var(--live-edit-ink, light-dark(#22281f, #e8ebe4));
    --soft: var(--live-edit-soft, light-dark(#5a6355, #a3ad9e));
    --line: var(--live-edit-line, light-dark(#dddccf, #363d35));
    --accent: var(--live-edit-accent, light-dark(#2a7349, #74c490));
    --on-accent: var(--live-edit-on-accent, light-dark(#ffffff, #0f150f));
    --good: light-dark(#2a7349, #74c490);
    --warn: light-dark(#8a5a00, #e6b455);
    --bad: light-dark(#a3341f, #f0937f);
    --added: light-dark(#e3f3e6, #17301f);
    --removed: light-dark(#fae6e2, #3a1c17);
    --radius: var(--live-edit-radius, 0.6rem);
    --text: var(--live-edit-font, system-ui, sans-serif);
    --mono: var(--live-edit-mono, ui-monospace, SFMono-Regular, Menlo, Consolas, monospace);
    --shadow: 0 8px 30px light-dark(rgb(20 25 15 / 0.14), rgb(0 0 0 / 0.5));
    color: var(--ink);
    font: 0.9375rem/1.5 var(--text);
  }
`;
