// What an operator has done, and what to say before.

import type { Api, CommandReply, Preview } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { THREAD } from '../core/thread.ts';

const PREVIEW = `${THREAD}/preview` as const;

export type Verb = 'start' | 'stop' | 'restart';

export interface Command {
  verb: Verb;
  service: string;
}

/** What a person should know before it is done; nothing where it can be done at once. Pure. */
export function warning({ verb, service }: Command, essential: boolean, own: string): string {
  if (verb === 'start') return '';
  const parts = essential ? [verb === 'stop' ? strings.ops.essentialStop : strings.ops.essentialRestart] : [];
  if (service === own) parts.push(strings.ops.ownRestart);
  return parts.join(' ');
}

/** Command a service; throws `Problem` where it does not come to what was asked. */
export async function command(api: Api, { verb, service }: Command): Promise<CommandReply> {
  const asked = { path: { name: service }, body: {} };
  switch (verb) {
    case 'start':
      return await api.ask('POST /v1/services/{name}/start', asked);
    case 'stop':
      return await api.ask('POST /v1/services/{name}/stop', asked);
    case 'restart':
      return await api.ask('POST /v1/services/{name}/restart', asked);
  }
}

/** Command a thread's preview; throws `Problem` as `command`. */
export async function commandPreview(api: Api, verb: Verb, preview: Preview): Promise<void> {
  const path = { client: preview.clientId, user: preview.userId, thread: preview.threadId };
  if (verb === 'stop') await api.ask(`DELETE ${PREVIEW}`, { path });
  else if (verb === 'start') await api.ask(`POST ${PREVIEW}`, { path, body: {} });
  else await api.ask(`POST ${PREVIEW}/restart`, { path, body: {} });
}
