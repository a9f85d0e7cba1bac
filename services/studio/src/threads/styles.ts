// How the list of conversations looks, at the side of the page and alone on it.

import { css } from 'lit';

export const threadStyles = css`
  :host { container-type: inline-size; overflow: auto }
  .list { display: grid; gap: 0.5rem; padding: 0.75rem; max-inline-size: 44rem; margin-inline: auto }
  .list > * { min-inline-size: 0 }
  .head { display: flex; gap: 0.5rem; align-items: center }
  .head h2 { flex: 1 }
  .label { color: var(--soft); font-size: 0.85em }
  ul { display: grid; gap: 0.15rem }
  .archive { display: flex; gap: 0.6rem; align-items: center; color: var(--soft); font-size: 0.9em }
  .archive input { accent-color: var(--accent) }
  .welcome {
    display: grid; gap: 1rem; justify-items: center; padding: clamp(1.5rem, 12cqi, 5rem) 1rem;
    max-inline-size: 36rem; margin-inline: auto; text-align: center;
  }
  .welcome h2 { font-size: clamp(1.4rem, 5cqi, 2rem); line-height: 1.2 }
  .welcome .sprout { inline-size: 3.5rem; block-size: 3.5rem; color: var(--accent) }
  .welcome .primary { min-block-size: 2.75rem; padding-inline: 1.4rem }
  .welcome nu-making { inline-size: min(22rem, 100%) }
`;
