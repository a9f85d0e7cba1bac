// The images that go with the next instruction, to look at and to take away again.

import { css, html, nothing } from 'lit';
import { strings } from '../core/strings.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import '../ui/icon.ts';
import { admitted } from './images.ts';

interface Attachment {
  readonly file: File;
  readonly address: string;
}

export class NuAttachments extends NuElement {
  static override properties = { attached: { state: true } };
  declare attached: readonly Attachment[];

  static override styles = [
    base,
    css`
      ul { display: flex; flex-wrap: wrap; gap: 0.5rem; padding: 0.5rem 0.5rem 0 }
      li { position: relative }
      img {
        display: block; inline-size: 4rem; block-size: 4rem; border: 1px solid var(--line);
        border-radius: var(--radius); object-fit: cover;
      }
      button {
        position: absolute; inset-block-start: -0.4rem; inset-inline-end: -0.4rem;
        min-block-size: 1.5rem; block-size: 1.5rem; border-radius: 50%; font-size: 0.75rem;
      }
      button.icon { inline-size: 1.5rem; background: var(--card) }
    `,
  ];

  constructor() {
    super();
    this.attached = [];
  }

  get files(): File[] {
    return this.attached.map(({ file }) => file);
  }

  /** Take files along; why some of them are not taken, empty if all are. */
  add(files: readonly File[]): string {
    const { taken, problem } = admitted(files, this.attached.length);
    const added = taken.map((file) => ({ file, address: URL.createObjectURL(file) }));
    this.attached = [...this.attached, ...added];
    return problem;
  }

  /** Take files away again, of those that are there. */
  takeAway(files: readonly File[]): void {
    const gone = this.attached.filter(({ file }) => files.includes(file));
    for (const { address } of gone) URL.revokeObjectURL(address);
    this.attached = this.attached.filter((one) => !gone.includes(one));
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.takeAway(this.files);
  }

  override render() {
    if (!this.attached.length) return nothing;
    return html`<ul>${this.attached.map((one) => html`
      <li>
        <img src=${one.address} alt=${one.file.name} />
        <button type="button" class="icon" aria-label=${strings.chat.removeImage(one.file.name)}
          @click=${() => this.#remove(one.file)}><nu-icon name="close"></nu-icon></button>
      </li>
    `)}</ul>`;
  }

  #remove(file: File) {
    this.takeAway([file]);
    this.send('nu-write');
  }
}

define('nu-attachments', NuAttachments);
