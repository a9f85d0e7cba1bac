// What is different, file by file.

import { html, nothing, type PropertyValues } from 'lit';
import type { FileDiff } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { visible } from '../core/visible.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import '../ui/icon.ts';
import { split, unified } from './file.ts';
import { pairsOf, type Row, rowsOf } from './rows.ts';
import { diffStyles } from './styles.ts';

const SPLIT_PX = 860; // from which width on two sides have room
const NARROW_PX = 480;
const LONG = 300; // lines of a patch that is not shown until somebody asks
const MANY = 12; // files, of which none is shown until somebody asks
const CHUNK = 1000; // rows that are shown at once

/** `truncated`: not all patches are there; `bare`: without heads, beneath one of its owner's. Shown as text, whatever the files are called and hold. */
export class NuDiff extends NuElement {
  static override properties = {
    files: { attribute: false }, truncated: { type: Boolean }, narrow: { type: Boolean, reflect: true },
    bare: { type: Boolean, reflect: true },
    wide: { state: true },
  };
  declare files: readonly FileDiff[];
  declare truncated: boolean;
  declare narrow: boolean;
  declare bare: boolean;
  declare wide: boolean;

  static override styles = [base, diffStyles];

  /** What a person unfolded or folded, by path. */
  readonly #open = new Map<string, boolean>();
  readonly #shown = new Map<string, number>();
  readonly #rows = new WeakMap<FileDiff, Row[]>();
  readonly #size = new ResizeObserver(([entry]) => {
    const width = entry?.contentRect.width ?? 0;
    if (width === 0) return; // out of sight
    // With the next picture: what is shown otherwise is of another size, in the middle of measuring.
    requestAnimationFrame(() => {
      this.wide = width >= SPLIT_PX;
      this.narrow = width < NARROW_PX;
    });
  });

  constructor() {
    super();
    this.files = [];
    this.truncated = this.narrow = this.bare = this.wide = false;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.#size.observe(this);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('files')) this.#shown.clear();
  }

  override render() {
    return html`
      ${this.files.length ? nothing : html`<p class="soft">${strings.git.noDiff}</p>`}
      ${this.files.map((file, at) => this.#file(file, at))}
      ${this.truncated ? html`<p class="warn small">${strings.git.truncated}</p>` : nothing}
    `;
  }

  #file(file: FileDiff, at: number) {
    const open = this.#open.get(file.path) ?? this.#unasked(file);
    const path = visible(file.path);
    const toggle = () => {
      this.#open.set(file.path, !open);
      this.requestUpdate();
    };
    return html`
      <section class="file" role="group" aria-label=${path}>
        <h3><button class="head" aria-expanded=${open} aria-controls="lines-${at}" @click=${toggle}>
          <nu-icon name="down"></nu-icon>
          <span class="grow">
            <span class="path mono">${path}</span>
            ${file.oldPath && file.oldPath !== file.path
              ? html`<span class="soft small path">${strings.git.renamed(visible(file.oldPath))}</span>` : nothing}
          </span>
          <span class="small change ${file.change}">${strings.git.change[file.change]}</span>
          ${file.binary ? nothing : html`
            <span class="counts" role="img" aria-label=${strings.git.linesOf(file.added, file.deleted)}>
              <span class="good">+${file.added}</span> <span class="bad">−${file.deleted}</span>
            </span>`}
        </button></h3>
        <div class="lines" id="lines-${at}" ?hidden=${!open}>${open ? this.#lines(file, path) : nothing}</div>
      </section>
    `;
  }

  #unasked(file: FileDiff): boolean {
    const lines = file.added + file.deleted;
    return this.bare || (this.files.length <= MANY && lines > 0 && lines <= LONG);
  }

  #lines(file: FileDiff, path: string) {
    if (file.binary) return html`<p class="said soft">${strings.git.binary}</p>`;
    const rows = this.#rows.get(file) ?? rowsOf(file.patch);
    this.#rows.set(file, rows);
    if (!rows.length) {
      const moved = file.patch !== '' || file.change === 'renamed';
      return html`<p class="said soft">${moved ? strings.git.noDiff : strings.git.noPatch}</p>`;
    }
    const shown = this.#shown.get(file.path) ?? CHUNK;
    const some = rows.slice(0, shown);
    const left = rows.length - some.length;
    const more = () => {
      this.#shown.set(file.path, shown + CHUNK);
      this.requestUpdate();
    };
    // A file that is all new, or all gone, has but one side.
    const two = this.wide && (file.change === 'modified' || file.change === 'renamed');
    return html`
      <table class=${two ? 'split' : ''} aria-label=${strings.git.diffOf(path)}>
        ${two ? split(pairsOf(some)) : unified(some)}
      </table>
      ${left ? html`<div class="more">
        <button @click=${more}>${strings.git.more(Math.min(CHUNK, left), left)}</button>
      </div>` : nothing}
    `;
  }
}

define('nu-diff', NuDiff);
