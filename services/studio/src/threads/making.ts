// How far it is with a conversation that is being made: a repository that is copied takes a while.

import { html, nothing } from 'lit';
import { strings } from '../core/strings.ts';
import { define, NuElement, Watch } from '../ui/element.ts';
import type { ThreadList } from './list.ts';

export class NuMaking extends NuElement {
  static override properties = { list: { attribute: false } };
  declare list: ThreadList;

  constructor() {
    super();
    new Watch<ThreadList>(this, () => this.list);
  }

  override render() {
    const { transfer } = this.list;
    const { threads } = strings;
    const text = transfer ? threads.cloning : threads.creating;
    const total = transfer?.total ?? 0;
    return html`
      <p class="small" role="status">${text}</p>
      <progress aria-label=${text} max=${total || nothing} value=${total ? transfer?.done ?? 0 : nothing}></progress>
      ${transfer && total ? html`<p class="soft small">${threads.clonedObjects(transfer.done, total)}</p>` : nothing}
    `;
  }
}

define('nu-making', NuMaking);
