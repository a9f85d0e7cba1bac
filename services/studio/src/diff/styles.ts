// How a diff looks: removed and added lines differ by their sign, and by their ground.

import { css } from 'lit';

export const diffStyles = css`
  :host { display: grid; gap: 0.5rem }
  .file { border: 1px solid var(--line); border-radius: var(--radius); overflow: clip; background: var(--card) }
  .head {
    display: flex; gap: 0.6rem; inline-size: 100%; justify-content: start; border: 0;
    border-radius: 0; background: var(--raised); text-align: start; white-space: normal;
    padding: 0.3rem 0.75rem; font-weight: 400;
  }
  .head nu-icon { transition: transform 0.15s }
  .head[aria-expanded='false'] nu-icon { transform: rotate(-90deg) }
  .head:dir(rtl)[aria-expanded='false'] nu-icon { transform: rotate(90deg) }
  .path.mono { font-weight: 600 }
  .path { overflow-wrap: anywhere; unicode-bidi: isolate }
  .counts { direction: ltr; font-family: var(--mono); font-size: 0.8em; white-space: nowrap }
  .change { text-transform: none }
  .change.added { color: var(--good) }
  .change.deleted { color: var(--bad) }
  .said { padding: 0.6rem 0.75rem }
  .lines { direction: ltr; border-block-start: 1px solid var(--line) }
  table { inline-size: 100%; border-collapse: collapse; table-layout: fixed; font: 0.8rem/1.5 var(--mono) }
  tbody { content-visibility: auto; contain-intrinsic-block-size: auto 30rem }
  col.number { inline-size: 3.6em }
  col.sign { inline-size: 1.4em }
  td { padding: 0 0.4em; vertical-align: top }
  td.number { color: var(--soft); text-align: end; user-select: none; font-size: 0.92em }
  td.sign { padding: 0; text-align: center; user-select: none }
  td.text { white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2 }
  .added { background: var(--added) }
  .removed { background: var(--removed) }
  .change.added { background: none }
  .nothing { background: var(--raised) }
  .hunk td, .note td { background: var(--raised); color: var(--soft); padding-block: 0.1rem }
  .split td.number:nth-of-type(4) { border-inline-start: 1px solid var(--line) }
  .more { padding: 0.5rem; text-align: center; border-block-start: 1px solid var(--line) }
  :host([bare]) .file { border: 0; border-radius: 0; background: none }
  :host([bare]) h3 { display: none }
  :host([bare]) .lines { border: 0 }
  :host([narrow]) .head { flex-wrap: wrap; row-gap: 0 }
  :host([narrow]) .head .grow { flex: 1 0 calc(100% - 2.5rem) }
  :host([narrow]) .head .change { margin-inline-start: 1.75rem }
  :host([narrow]) col.number { inline-size: 2.4em }
  :host([narrow]) td { padding-inline: 0.25em }
`;
