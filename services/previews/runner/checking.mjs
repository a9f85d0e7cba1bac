// Whether the pages that some files have a part in can be shown, as they are on disk at that moment.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { isSource, linksIn, modulesIn } from './addresses.mjs';
import { STORE, storeOf } from './content.mjs';
import { explore, filesIn, importersOf, invalidate, invalidateById, isAlone } from './graph.mjs';
import { describe, errorIn, framed, parts, spare } from './mistakes.mjs';

const MOST_PAGES = 6;
const MOST_OF_ONE = 2; // addresses of a page that has many
const MOST_MODULES = 80; // that browsers load with all of them
const PAGE_MS = 10_000;
const EXPLORE_MS = 3000;
/** What is kept of the time for the answer itself. */
export const LATER_MS = 500;
const ENTRY = /\.(?:mdx?|markdown|mdoc|json|ya?ml|toml|csv)$/;
const DECLARED = /\/content(?:\.config|\/config)\.\w+$/;
const CONTENT = /astro:content$|astro:data-layer-content/;

/** The last part of an address, as a person reads it. */
function nameOf(address) {
  const last = address.replace(/\/$/, '').split('/').at(-1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** An address without its query, and without a slash at its end. */
const bare = (address) => address.split('?')[0].replace(/\/+$/, '');

/** The mistakes that were found, each once. */
class Found {
  #errors = new Map();

  constructor(names) {
    this.names = names;
  }

  add(error) {
    for (const one of parts(error)) {
      if (one instanceof Object) spare(one, this.names);
      this.put(framed(describe(one, this.names), this.names.root));
    }
  }

  put(facts) {
    const { file, line } = facts;
    const message = facts.message.replaceAll('**', ''); // as Astro marks what matters
    const key = JSON.stringify([message, file, line]);
    if (!this.#errors.has(key)) this.#errors.set(key, { ...facts, message });
  }

  get errors() {
    return [...this.#errors.values()];
  }
}

/** One look at a server that runs: `files` are whole paths, `asked` addresses, `until` when it ends. */
export class Check {
  #live;
  #site;
  #signal;
  #until;
  #found;
  #opened = [];
  #removed = new Set(); // the addresses of pages that are gone
  #tried = new Set();
  #links = new Set();
  #modules = new Set();

  constructor(live, site, names, until, signal) {
    this.#live = live;
    this.#site = site;
    this.#until = until;
    this.#signal = signal;
    this.#found = new Found(names);
  }

  get #root() {
    return this.#found.names.root;
  }

  #isOver() {
    return this.#signal.aborted || performance.now() >= this.#until;
  }

  /** Find what of `files` is wrong; `wrong` is what is known to be already, as data. */
  async run(files, asked, wrong) {
    if (wrong) this.#found.put(wrong);
    const { server, pages } = this.#live;
    const there = await this.#explore();
    await this.#read(files);
    const routes = this.#routes(files, there);
    for (const file of files) {
      const address = existsSync(file) ? undefined : this.#site.routeOf(file)?.address;
      if (address) this.#removed.add(bare(address));
    }
    for (const address of asked) await this.#open(address);
    const fixed = routes.filter((route) => route.address);
    for (const { address } of fixed) await this.#open(address);
    const own = new Set(this.#site.addresses());
    for (const route of routes.filter((one) => one.above)) {
      if (!this.#addressesOf(route, files, own).length) await this.#open(route.above);
      const found = this.#addressesOf(route, files, own);
      for (const address of found.slice(0, MOST_OF_ONE)) await this.#open(address);
    }
    // What is new may be what a page could not find: then nothing is known to import it.
    if (files.some((file) => !there.includes(file) && isAlone(server, file))) {
      for (const address of [...this.#site.failing]) await this.#open(address);
    }
    if (this.#opened.length === 0) {
      for (const address of [this.#site.home, ...pages.known.slice(0, 1)]) await this.#open(address);
    }
    await this.#load(server);
  }

  /** What was found by now. */
  get answer() {
    return { pages: this.#opened, errors: this.#found.errors };
  }

  /** Have the server know what is in the files, and nothing of what was. */
  async #read(files) {
    const { server, taking, content } = this.#live;
    try {
      if (await content.read(server.watcher)) await taking.take([storeOf(this.#root)]);
    } catch (error) {
      this.#found.add(error);
    }
    invalidateById(server, STORE);
    invalidate(server, files, this.#root);
  }

  /** The files of all pages; the server knows what they import. */
  async #explore() {
    const pages = filesIn(this.#site.pages).filter((file) => this.#site.routeOf(file));
    const until = Math.min(this.#until, performance.now() + EXPLORE_MS);
    const isOver = () => this.#signal.aborted || performance.now() > until;
    await explore(this.#live.server, pages, this.#root, isOver);
    return pages;
  }

  /** The pages of these that the files have a part in, the nearest first, endpoints behind them. */
  #routes(files, pages) {
    const content = files.some((file) => ENTRY.test(file) || DECLARED.test(file)) ? CONTENT : undefined;
    const there = new Set(pages);
    const found = importersOf(this.#live.server, files, content)
      .filter((file) => there.has(file))
      .map((file) => this.#site.routeOf(file));
    return found.sort((one, other) => Number(other.isPage) - Number(one.isPage));
  }

  /** Where a page with many addresses is, as far as anybody knows: first those named as a file is. */
  #addressesOf({ pattern, above }, files, own) {
    const names = new Set(files.map((file) => path.parse(file).name));
    const isNamed = (address) => names.has(nameOf(address));
    const known = [...this.#live.pages.known, ...this.#links].filter(
      (address) => pattern.test(address) && !own.has(address),
    );
    const entries = files.filter((file) => ENTRY.test(file)).map((file) => path.parse(file).name);
    const guessed = entries
      .filter((name) => !known.some((address) => nameOf(address) === name))
      .map((name) => `${above.replace(/\/$/, '')}/${encodeURIComponent(name)}`)
      .filter((address) => pattern.test(address));
    const named = known.filter(isNamed);
    return [...new Set([...named, ...guessed, ...known])];
  }

  async #open(address) {
    // Astro forgets a page some time after its file went, and fails in between.
    if (this.#removed.has(bare(address))) return;
    if (this.#tried.has(address) || this.#opened.length >= MOST_PAGES || this.#isOver()) return;
    this.#tried.add(address);
    const answer = await this.#ask(address, 'text/html');
    if (answer === undefined) return;
    const { failing } = this.#site;
    if (answer.errors.length > 0 || answer.status === 500) failing.add(address);
    else failing.delete(address);
    // What is not there may have been removed, or never have been.
    if (answer.status === 404 && answer.errors.length === 0) return;
    this.#opened.push(address);
    if (!/\bhtml\b/.test(answer.headers['content-type'] ?? '')) return;
    for (const link of linksIn(answer.text)) this.#links.add(link);
    for (const url of modulesIn(answer.text)) this.#modules.add(url);
  }

  /** Load what the browsers load with the pages, and what that imports. */
  async #load(server) {
    const { base } = this.#site;
    const inGraph = (url) => (url.startsWith(`${base}/`) ? url.slice(base.length) : url);
    const graph = (server.environments?.client ?? server).moduleGraph;
    let left = MOST_MODULES;
    for (const url of this.#modules) {
      if (this.#isOver() || left === 0) return;
      left -= 1;
      await this.#ask(url, '*/*');
      const module = await graph.getModuleByUrl(inGraph(url)).catch(() => undefined);
      for (const { url: imported } of module?.importedModules ?? []) {
        if (isSource(imported)) this.#modules.add(base + imported);
      }
    }
  }

  async #ask(url, accept) {
    // The first page of all may take as long as there is time: that says nothing of the page.
    const most = this.#live.isWarm ? PAGE_MS : Infinity;
    const ms = Math.ceil(Math.max(1, Math.min(most, this.#until - performance.now())));
    const late = AbortSignal.timeout(ms);
    try {
      const signal = AbortSignal.any([this.#signal, late]);
      const answer = await this.#live.pages.check(url, accept, signal);
      this.#live.isWarm = true;
      for (const error of answer.errors) this.#found.add(error);
      if (answer.status === 500 && answer.errors.length === 0) {
        const error = errorIn(answer.text);
        if (error) this.#found.add(error);
        else this.#found.put({ message: `${url} answers with an error (500), and nothing says why` });
      }
      return answer;
    } catch (error) {
      if (this.#signal.aborted) return undefined;
      const why = late.aborted ? `no answer within ${Math.round(ms / 1000)} seconds` : error.message;
      if (late.aborted && ms !== PAGE_MS) return undefined; // there was no time to wait for it
      this.#found.put({ message: `${url} cannot be opened: ${why}` });
      return undefined;
    }
  }
}
