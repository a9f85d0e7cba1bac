// The API, as its description types it: one function for all operations.

import { strings } from './strings.ts';
import type { Operations } from '../../../client/nurseryd.d.ts';

export type * from '../../../client/nurseryd.d.ts';

/** Every operation, by how it is asked: `GET /v1/session`. */
type Routes = {
  [Id in keyof Operations as `${Operations[Id]['method']} ${Operations[Id]['path']}`]: Operations[Id];
};
export type Route = keyof Routes;
type Given<Name extends string, Value> =
  Value extends Record<string, never> ? { [N in Name]?: never } :
  Record<string, never> extends Value ? { [N in Name]?: Value } : { [N in Name]: Value };
type Sent<Body> =
  [Body] extends [undefined] ? unknown : undefined extends Body ? { body?: Body } : { body: Body };
export type Asked<R extends Route> = Given<'path', Routes[R]['parameters']> & {
  query?: Routes[R]['query'];
  headers?: Record<string, string>;
  signal?: AbortSignal;
} & Sent<Routes[R]['body']>;
export type Answered<R extends Route> = Exclude<Routes[R]['reply'], EventSource | string>;

interface Loose {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

/**
 * A refusal: `detail` is a sentence for a person, `reply` the whole of it.
 *
 * `status` is 0 where nobody answered.
 */
export class Problem extends Error {
  readonly status: number;
  readonly reply: Record<string, unknown>;

  constructor(status: number, detail: string, reply: Record<string, unknown> = {}) {
    super(detail);
    this.status = status;
    this.reply = reply;
  }

  /** Whether it is so for now: nobody answered, or somebody who cannot at this moment. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const AGAIN = 500; // milliseconds, in which a network that has changed is there again

export class Api {
  readonly root: URL;
  readonly #token: (() => string | undefined) | undefined;

  /**
   * `root` is where the server is. Without a `token` the browser's cookie is shown, which only
   * pages of the server itself have.
   */
  constructor(root: URL, token?: () => string | undefined) {
    this.root = root;
    this.#token = token;
  }

  /** The address of a path in whose braces are the values of `path`. */
  address(path: string, values: Record<string, string> = {}, query: Record<string, unknown> = {}): URL {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? '';
      return (name === 'path' ? value.split('/') : [value]).map(encodeURIComponent).join('/');
    });
    const url = new URL(filled.replace(/^\//, ''), this.root);
    for (const [name, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined && one !== null) url.searchParams.append(name, String(one));
      }
    }
    return url;
  }

  /** The headers that show who asks. */
  credentials(): Record<string, string> {
    const token = this.#token?.();
    return token === undefined ? {} : { Authorization: `Bearer ${token}` };
  }

  /** Ask; throws `Problem` for what is refused, and `AbortError` when `signal` says so. */
  async ask<R extends Route>(route: R, asked: Asked<R>): Promise<Answered<R>> {
    const [method, path] = route.split(' ') as [string, string];
    const { path: values, query, headers, body, signal } = asked as Loose;
    const raw = body instanceof Blob || body instanceof FormData;
    const answer = await this.#fetch(this.address(path, values, query), {
      method,
      signal: signal ?? null,
      headers: {
        ...this.credentials(),
        ...(body === undefined || raw ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : raw ? body : JSON.stringify(body),
    });
    if (answer.status === 204) return undefined as Answered<R>;
    const reply = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
    // Some operations answer how something ended, which may be badly: that is told by its status.
    if (answer.ok) return reply as unknown as Answered<R>;
    throw refusal(answer.status, reply);
  }

  /** What is read is asked for twice: a browser drops whatever waits when its network changes. */
  async #fetch(url: URL, options: RequestInit): Promise<Response> {
    for (let again = options.method === 'GET'; ; again = false) {
      try {
        return await fetch(url, { ...options, credentials: 'same-origin', cache: 'no-store' });
      } catch (error) {
        if ((error as Error).name === 'AbortError') throw error;
        if (!again) throw new Problem(0, strings.studio.unanswered);
        await new Promise((resolve) => setTimeout(resolve, AGAIN));
      }
    }
  }
}

export function refusal(status: number, reply: Record<string, unknown>): Problem {
  const said = reply['detail'] ?? reply['error'];
  const detail = typeof said === 'string' ? said : strings.studio.answered(status);
  return new Problem(status, detail, reply);
}

/** What to say of an error, whoever threw it. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
