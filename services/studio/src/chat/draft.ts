// What stands in the box, kept for this tab: a reload loses nothing of it.

import type { ThreadKey } from '../core/thread.ts';

function nameOf({ client, user, thread }: ThreadKey): string {
  return `nurseryd.draft.${client}/${user}/${thread}`;
}

// In a frame of another origin a browser may refuse the storage; then nothing is kept.

export function loadDraft(key: ThreadKey): string {
  try {
    return sessionStorage.getItem(nameOf(key)) ?? '';
  } catch {
    return '';
  }
}

export function keepDraft(key: ThreadKey, text: string): void {
  try {
    if (text) sessionStorage.setItem(nameOf(key), text);
    else sessionStorage.removeItem(nameOf(key));
  } catch {
    // as above
  }
}
