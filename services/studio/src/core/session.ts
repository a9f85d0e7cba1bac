// Who the server says that asks, and what it says of a token that an address brought.

import { type Api, Problem, sentence, type SessionReply } from './api.ts';
import { AGAIN_MS } from './rereading.ts';
import { strings } from './strings.ts';

export type { SessionReply };

const problems: ReadonlyMap<string, string> = new Map(Object.entries(strings.studio.tokenProblems));

/**
 * Why the token of the address that led here was not taken, for a person; empty where it was.
 *
 * The server says it by a word in the fragment, `#problem=expired`. One that we do not know says
 * nothing: anybody can write a link.
 */
export function problemOf(hash: string): string {
  return problems.get(/^#problem=(\w+)$/.exec(hash)?.[1] ?? '') ?? '';
}

/** The same of the page's own address, which then says it no more. */
export function takeProblem(): string {
  const problem = problemOf(location.hash);
  if (location.hash.startsWith('#problem=')) {
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  return problem;
}

/** Who asks; null for nobody that is known. While none of that is answered `failed` hears why. */
export async function whoAsks(
  api: Api, failed: (why: string) => void,
): Promise<SessionReply | null> {
  for (;;) {
    try {
      return await api.ask('GET /v1/session', {});
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      failed(sentence(error));
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
