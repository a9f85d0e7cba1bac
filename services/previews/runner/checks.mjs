// The checks of a site, one after another, on whichever server it has at that moment.

import path from 'node:path';
import { routeOf } from './addresses.mjs';
import { Check, LATER_MS } from './checking.mjs';
import { Content, storeOf } from './content.mjs';
import { filesIn } from './graph.mjs';
import { Taking } from './taking.mjs';

// What Astro begins anew for, and how long that may take to show. It does not for each of the others.
const RESTARTING = [
  [/^astro\.config\.\w+$/, 10_000],
  [/^(?:package|tsconfig)\.json$/, 1500],
];
const LOOK_MS = 20;
const MOST_SERVERS = 3;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Checks {
  #names;
  #word;
  #servers = [];
  #config = {};
  #restart; // what it was begun for: the file, and until when it is waited for
  #before = Promise.resolve();
  #content;
  #failing = new Set(); // the addresses that could not be shown when they were checked last

  constructor(names, word) {
    this.#content = new Content(names.root);
    this.#names = names;
    this.#word = word;
    word.onConfiguration(() => this.#settled());
  }

  /** An integration that learns how the site is configured. */
  get integration() {
    const learn = ({ config }) => {
      this.#config = config;
    };
    return { name: 'nurseryd', hooks: { 'astro:config:done': learn } };
  }

  /** There is a server, perhaps one beside another. */
  follow(server, pages) {
    const told = (file) => this.#told(file, taking);
    const taking = new Taking(server.watcher, told, (work) => pages.outside(work));
    // What it was begun for was read before it was made.
    if (this.#restart) taking.seed(this.#restart.file, this.#restart.version);
    if (!server.httpServer) return; // one that only reads the configuration
    const live = { server, pages, taking, content: this.#content };
    this.#servers = [...this.#servers.slice(1 - MOST_SERVERS), live];
    server.httpServer.once('listening', () => {
      // What is kept by now is read by whichever page is opened first.
      taking.seed(storeOf(this.#names.root));
      this.#settled();
    });
  }

  #settled() {
    if (this.#restart?.again) this.#restart.taking.forget(this.#restart.file);
    this.#restart = undefined;
  }

  /** Begin to follow what is not a server's. */
  begin() {
    return this.#content.follow();
  }

  #told(file, taking) {
    this.#content.told(file);
    const name = path.relative(this.#names.root, file);
    const [, ms] = RESTARTING.find(([matches]) => matches.test(name)) ?? [];
    if (ms === undefined) return;
    // Astro hears of no other change while it begins anew.
    if (this.#restart?.file === file) this.#restart.again = true;
    else {
      const until = performance.now() + ms;
      this.#restart = { file, taking, version: taking.versionOf(file), until };
    }
  }

  get #live() {
    return this.#servers.findLast(({ server }) => server.httpServer?.listening);
  }

  get #site() {
    const { srcDir, base, trailingSlash } = this.#config;
    const source = srcDir ? new URL(srcDir).pathname : path.join(this.#names.root, 'src');
    const pages = path.join(decodeURI(source), 'pages');
    const where = { pages, base, trailingSlash };
    const root = (base ?? '/').replace(/\/+$/, '');
    return {
      pages,
      failing: this.#failing,
      base: root,
      home: `${root}/`,
      routeOf: (file) => routeOf(file, where),
      addresses: () => filesIn(pages).map((file) => routeOf(file, where)?.address).filter(Boolean),
    };
  }

  /** Check `files`, whole paths, and `pages`, addresses, within `ms`; `signal` ends it before. */
  async check({ files, pages, ms }, signal) {
    const before = this.#before;
    const until = performance.now() + ms - LATER_MS;
    const over = new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
      setTimeout(resolve, ms - LATER_MS).unref();
    });
    let check;
    const run = async () => {
      await before;
      const live = await this.#current(files, until, signal);
      if (live === undefined) return;
      check = new Check(live, this.#site, this.#names, until, signal);
      await check.run(files, pages, this.#word.configuration);
    };
    // Something of the site's may go on for ever; whoever comes next does not wait for that.
    const ended = Promise.race([run(), over]);
    this.#before = ended.catch(() => {});
    await ended;
    return check?.answer ?? { pages: [], errors: [] };
  }

  /** The server that has taken in `files`; none where there is none in time. */
  async #current(files, until, signal) {
    const isOver = () => signal.aborted || performance.now() >= until;
    while (!isOver()) {
      const live = this.#live;
      if (live !== undefined) await live.taking.take(files);
      const isRestarting = () => this.#restart && performance.now() < this.#restart.until;
      while (isRestarting() && !isOver()) await pause(LOOK_MS);
      this.#settled();
      if (live !== undefined && live === this.#live && live.taking.has(files)) return live;
      if (this.#live === undefined) await pause(LOOK_MS);
    }
    return this.#live;
  }
}
