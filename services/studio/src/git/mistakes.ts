// What is wrong with a site that cannot be built, and the way to have it mended.

import { css, html, nothing } from 'lit';
import type { BuildError } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { visible } from '../core/visible.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import '../ui/icon.ts';

const MOST = 5; // mistakes that the agent is told at once
const OUTPUT = 1500; // characters of the output, where there is nothing better to tell it

export class NuMistakes extends NuElement {
  static override properties = { errors: { attribute: false }, output: {} };
  declare errors: readonly BuildError[];
  declare output: string;

  static override styles = [
    base,
    css`
      :host { display: grid; gap: 0.75rem }
      li { display: grid; gap: 0.4rem; padding-block: 0.4rem }
      p { overflow-wrap: anywhere; unicode-bidi: plaintext }
      pre {
        direction: ltr; max-block-size: 12rem; padding: 0.6rem 0.75rem; overflow: auto; text-align: left;
        border-radius: var(--radius); background: var(--raised); white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ];

  override render() {
    const { errors, output } = this;
    return html`
      ${errors.length ? html`
        <h3>${strings.publish.errors(errors.length)}</h3>
        <ul>${errors.map((error) => this.#mistake(error))}</ul>` : nothing}
      ${output ? html`<details ?open=${!errors.length}>
        <summary>${strings.publish.output}</summary><pre tabindex="0">${output}</pre>
      </details>` : nothing}
      <div><button class="primary" @click=${this.#fix}>
        <nu-icon name="edit"></nu-icon>${strings.publish.fix}
      </button></div>
    `;
  }

  #mistake(error: BuildError) {
    // What builds sites draws its messages, with lines of the source below the first.
    const [said = '', ...rest] = error.message.split('\n');
    const drawn = error.frame || rest.join('\n').trimEnd();
    return html`<li>
      <p class="bad">${said}</p>
      ${error.file ? html`<p class="mono soft">${place(error)}</p>` : nothing}
      ${drawn ? html`<pre tabindex="0">${drawn}</pre>` : nothing}
    </li>`;
  }

  readonly #fix = () => {
    const told = this.errors.slice(0, MOST).map((error) => `${place(error)} ${firstLine(error.message)}`.trim());
    const text = strings.publish.fixWish(told.join('\n') || this.output.slice(-OUTPUT));
    this.send('nu-say', { text });
  };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function place({ file, line, column }: BuildError): string {
  return visible(file) + (line === null ? '' : strings.publish.at(line, column));
}

define('nu-mistakes', NuMistakes);
