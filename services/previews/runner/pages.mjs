// Which pages of a dev server were opened, and whether they can be rendered.

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';

export const PATIENCE_MS = 5000;
const MOST_FAILING = 5;
const MOST_KNOWN = 50;
const LOOK = 'x-nurseryd-look';

const isPage = ({ method, headers }) =>
  method === 'GET' &&
  /\btext\/html\b/.test(headers.accept ?? '') &&
  ['document', 'iframe', undefined].includes(headers['sec-fetch-dest']);

// A module that changed is asked for at another address each time.
const addressOf = (url) => url.replace(/([?&])t=\d+&?/, '$1').replace(/[?&]$/, '');

/** Follows the requests of one server; `mended` is called when all that had failed is good. */
export class Pages {
  #server;
  #mended;
  #context = new AsyncLocalStorage();
  #last; // the page that was opened last, of those that could be rendered
  #failing = new Map(); // by address, what was asked for and could not be had
  #looking = new Map(); // by its id, who waits for what comes of a look of ours
  #checking = new Set(); // the ids of looks that nobody else is to notice
  #known = new Map(); // pages that were opened and could be rendered, the last one last

  constructor(server, mended) {
    this.#server = server;
    this.#mended = mended;
  }

  /** Whether anything that was asked for could not be had, when it was asked for last. */
  get broken() {
    return this.#failing.size > 0;
  }

  /** The addresses of pages that were opened and could be rendered, the last one first. */
  get known() {
    return [...this.#known.keys()].reverse();
  }

  /** Whether this is called in the course of a check. */
  get isChecking() {
    return this.#context.getStore()?.isCheck === true;
  }

  /** What `work` comes to, outside of the course of any request. */
  outside(work) {
    return this.#context.exit(work);
  }

  /** Something went wrong for the request in whose course this is called. */
  blame(error) {
    const seen = this.#context.getStore();
    if (!seen) return;
    seen.failed = true;
    if (seen.isCheck) seen.errors.push(error);
  }

  /** Follow a request; all that is done for it has to be done in `next`. */
  follow(incoming, response, next) {
    const { method, headers } = incoming;
    const look = headers[LOOK];
    delete headers[LOOK];
    const isCheck = this.#checking.has(look);
    const seen = { url: incoming.originalUrl ?? incoming.url, failed: false, isCheck, errors: [] };
    response.once('close', () => {
      if (isCheck) {
        this.#looking.get(look)?.(seen);
        return;
      }
      const good = response.statusCode < 500 && !seen.failed;
      const whole = response.writableFinished || seen.failed; // or whoever asked went away
      if (method === 'GET' && whole) this.#see(seen.url, headers, good);
      if (good && whole && !look && response.statusCode < 300 && isPage(incoming)) {
        this.#last = { url: seen.url, headers };
        this.#remember(seen.url.split('?')[0]);
      }
      this.#looking.get(look)?.(good);
    });
    this.#context.run(seen, next);
  }

  /** Whether the page that was opened last can be rendered; true where nobody can tell. */
  async isGood() {
    return this.#last === undefined || this.#look(this.#last);
  }

  /** Ask again for what had failed. */
  async lookAgain() {
    await Promise.all([...this.#failing.values()].map((one) => this.#look(one)));
  }

  /**
   * Open an address for a check: its status, what it answered, and what went wrong in its course.
   * Nobody else notices. Rejects where nothing answers, or `signal` says that nobody wants it.
   */
  async check(url, accept, signal) {
    const id = randomUUID();
    this.#checking.add(id);
    const seen = new Promise((resolve) => this.#looking.set(id, resolve));
    try {
      const answer = await this.#ask(url, { host: 'localhost', accept, [LOOK]: id }, signal);
      // What goes wrong late is noted until the end; an answer of nobody's has none.
      const { errors } = await Promise.race([seen, new Promise((resolve) => setTimeout(resolve, 1000, {}))]);
      return { ...answer, errors: errors ?? [] };
    } finally {
      this.#looking.delete(id);
      this.#checking.delete(id);
    }
  }

  #ask(url, headers, signal) {
    const { address, port } = this.#server.httpServer.address() ?? {};
    return new Promise((resolve, reject) => {
      const outgoing = request({ host: address, port, path: url, headers, signal }, (incoming) => {
        const chunks = [];
        incoming.on('data', (chunk) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const { statusCode: status, headers } = incoming;
          resolve({ status, headers, text: Buffer.concat(chunks).toString() });
        });
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  }

  #remember(url) {
    this.#known.delete(url);
    this.#known.set(url, true);
    if (this.#known.size > MOST_KNOWN) this.#known.delete(this.#known.keys().next().value);
  }

  #see(url, headers, good) {
    const address = addressOf(url);
    const known = this.#failing.delete(address);
    if (!good) {
      this.#failing.set(address, { url, headers });
      if (this.#failing.size > MOST_FAILING) this.#failing.delete(this.#failing.keys().next().value);
    } else if (known && !this.broken) {
      this.#mended();
    }
  }

  /** Ask as a browser did, and wait for what comes of it, but no longer than `PATIENCE_MS`. */
  #look({ url, headers: { host, accept, cookie, 'accept-language': language } }) {
    const id = randomUUID();
    const asked = { host, accept, cookie, 'accept-language': language, [LOOK]: id };
    const headers = Object.fromEntries(Object.entries(asked).filter(([, value]) => value));
    const { address, port } = this.#server.httpServer.address() ?? {};
    return new Promise((resolve) => {
      this.#looking.set(id, resolve);
      const outgoing = request({ host: address, port, path: url, headers }, (incoming) => {
        incoming.on('error', () => resolve(true)).resume();
      });
      outgoing.setTimeout(PATIENCE_MS, () => outgoing.destroy(new Error('no answer')));
      outgoing.on('error', () => resolve(true));
      outgoing.end();
    }).finally(() => this.#looking.delete(id));
  }
}
