// Which workspace and thread an address of the studio names. Pure.

import type { ThreadKey } from './thread.ts';

export interface Place {
  client?: string;
  user?: string;
  thread?: string;
}

/** What `/studio/client/user/thread` names, or as much of it as is there. */
export function placeOf(pathname: string): Place {
  const [kind, ...names] = pathname.split('/').filter(Boolean);
  if (kind !== 'studio' && kind !== 'embed') return {};
  const [client, user, thread] = names.map(decoded);
  if (!client || !user) return {};
  return thread ? { client, user, thread } : { client, user };
}

export function pathOf({ client, user, thread }: Place): string {
  const names = [client, user, thread].filter((name) => name !== undefined);
  return names.length ? `/studio/${names.map(encodeURIComponent).join('/')}` : '/';
}

export function keyOf({ client, user, thread }: Place): ThreadKey | undefined {
  return client && user && thread ? { client, user, thread } : undefined;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return '';
  }
}
