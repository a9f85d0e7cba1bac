// Which pages of a dev server were opened, and whether they can be rendered.

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';

const PATIENCE_MS = 5000;
const MOST_FAILING = 5;
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

  constructor(server, mended) {
    this.#server = server;
    this.#mended = mended;
  }

  /** Whether anything that was asked for could not be had, when it was asked for last. */
  get broken() {
    return this.#failing.size > 0;
  }

  /** Something went wrong for the request in whose course this is called. */
  blame() {
    const seen = this.#context.getStore();
    if (seen) seen.failed = true;
  }

  /** Follow a request; all that is done for it has to be done in `next`. */
  follow(incoming, response, next) {
    const { method, headers } = incoming;
    const look = headers[LOOK];
    delete headers[LOOK];
    const seen = { url: incoming.originalUrl ?? incoming.url, failed: false };
    response.once('close', () => {
      const good = response.statusCode < 500 && !seen.failed;
      const whole = response.writableFinished || seen.failed; // or whoever asked went away
      if (method === 'GET' && whole) this.#see(seen.url, headers, good);
      if (good && whole && !look && response.statusCode < 300 && isPage(incoming)) {
        this.#last = { url: seen.url, headers };
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
