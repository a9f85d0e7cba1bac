// Which workspace's conversations are listed, where there are several.

import { html, nothing } from 'lit';
import type { Workspace } from '../core/api.ts';
import { strings } from '../core/strings.ts';

/** `here` is the one that is open, undefined for none; it need not be one of those that there are. */
export function chooser(
  workspaces: readonly Workspace[],
  here: string | undefined,
  choose: (client: string, user: string) => void,
) {
  if (!workspaces.length || (workspaces.length < 2 && here)) return nothing;
  const names = workspaces.map(({ clientId, userId }) => `${clientId}/${userId}`);
  const chosen = (event: Event) => {
    const [client, user] = (event.target as HTMLSelectElement).value.split('/');
    if (client && user) choose(client, user);
  };
  return html`
    <label class="label" for="workspace">${strings.threads.workspace}</label>
    <select id="workspace" class="field" @change=${chosen}>
      ${here && names.includes(here) ? nothing : html`<option value="" selected>${here ?? ''}</option>`}
      ${names.map((name) => html`<option value=${name} ?selected=${name === here}>${name}</option>`)}
    </select>
  `;
}
