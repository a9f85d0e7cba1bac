// What all elements share: how buttons, fields and text look in them.

import { css } from 'lit';

export const base = css`
  *, *::before, *::after { box-sizing: border-box }
  :host { display: block; min-inline-size: 0 }
  :host([hidden]), [hidden] { display: none !important }
  h1, h2, h3, h4, p, ul, ol, dl, dd, pre, figure { margin: 0 }
  ul, ol { padding: 0; list-style: none }
  h1, h2, h3, h4 { font-size: 1rem; font-weight: 600; line-height: 1.35 }
  a { color: var(--accent) }
  button, input, select, textarea, summary { font: inherit; color: inherit }
  button, select, .field {
    min-block-size: 2rem; padding: 0.25rem 0.7rem; border: 1px solid var(--line);
    border-radius: var(--radius); background: var(--card);
  }
  button {
    display: inline-flex; gap: 0.4rem; align-items: center; justify-content: center;
    cursor: pointer; white-space: nowrap;
  }
  button:hover:not(:disabled) { border-color: var(--soft) }
  button:disabled { cursor: default; opacity: 0.5 }
  button.primary {
    border-color: var(--accent); background: var(--accent); color: var(--on-accent);
    font-weight: 600;
  }
  button.quiet { border-color: transparent; background: none }
  button.quiet:hover:not(:disabled) { background: var(--raised) }
  button.icon { inline-size: 2rem; padding: 0 }
  button.danger { border-color: var(--bad); color: var(--bad) }
  button[aria-pressed='true'], button[aria-selected='true'] {
    border-color: var(--accent); color: var(--accent);
  }
  @media (forced-colors: active) {
    button[aria-pressed='true'], button[aria-selected='true'] {
      background: Highlight; color: HighlightText; forced-color-adjust: none;
    }
  }
  input.field, textarea.field, select.field { inline-size: 100% }
  input::placeholder, textarea::placeholder { color: var(--soft); opacity: 1 }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 1px }
  code, pre, .mono { font-family: var(--mono); font-size: 0.86em }
  .soft { color: var(--soft) }
  .small { font-size: 0.85em }
  .bad { color: var(--bad) }
  .good { color: var(--good) }
  .warn { color: var(--warn) }
  .row { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center }
  .grow { flex: 1; min-inline-size: 0 }
  .cut { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
  .card {
    padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: calc(var(--radius) + 0.2rem);
    background: var(--card);
  }
  .badge {
    display: inline-flex; align-items: center; padding: 0 0.5em; border-radius: 1em;
    background: var(--raised); color: var(--soft); font-size: 0.8em;
  }
  .unseen {
    position: absolute; inline-size: 1px; block-size: 1px; margin: -1px; overflow: hidden;
    clip-path: inset(50%); white-space: nowrap;
  }
  progress { accent-color: var(--accent); inline-size: 100% }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation: none !important; transition: none !important }
  }
`;
