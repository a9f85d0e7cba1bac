// Vite plugins between the dev server and the browsers: what one tells the others is reported,
// names no path of this machine, and takes no good page away.

import { Again } from './again.mjs';
import { explained } from './configuration.mjs';
import { Missed } from './missed.mjs';
import { describe, isPlaced, mendMessage, spare, veiled } from './mistakes.mjs';
import { Pages, PATIENCE_MS } from './pages.mjs';
import { emit } from './saying.mjs';
import { veil } from './veil.mjs';
import { missNothing } from './watching.mjs';

const MOST_PATHS = 20;
const SETTLE_MS = 100;
const MISSED_MS = 600;
const JUST_NOW_MS = PATIENCE_MS + 1000; // a reload waits for a look at the pages
const UPDATES = ['update', 'full-reload', 'prune'];

const isError = (payload) => payload?.type === 'error' && payload.err instanceof Object;

/** All ways to the browsers: one in the newer versions of Vite, three in the older ones. */
function waysOf({ environments, hot, ws }) {
  return [...new Set([environments?.client?.hot, hot, ws].filter(Boolean))];
}

function pathsOf(payload, names, edited) {
  const { updates, paths, path, triggeredBy } = payload;
  const told = updates?.map((update) => update.path) ?? paths ?? [triggeredBy ?? path];
  const named = (found) =>
    found
      .filter((one) => typeof one === 'string' && one !== '*')
      .map((one) => names.relative(one).replace(/^\/|\?.*$/g, ''));
  const found = named(told);
  return [...new Set(found.length > 0 ? found : named(edited()))].slice(0, MOST_PATHS);
}

/** Which files changed just now: a load of the whole page does not say why. */
function edits({ watcher }, names) {
  const when = new Map();
  watcher.on('all', (_, file) => {
    const isSource = file.startsWith(`${names.root}/`) && file[names.root.length + 1] !== '.';
    if (isSource) when.set(file, performance.now());
  });
  return () => {
    const found = [...when].filter(([, at]) => performance.now() - at < JUST_NOW_MS);
    when.clear();
    return found.map(([file]) => file);
  };
}

/** What goes to the browsers at last, after Astro has made its errors readable. */
function speak(server, names, pages, word, missed) {
  const { ws, hot } = server;
  const direct = ws.send;
  const send = direct.bind(ws);
  const edited = edits(server, names);
  let unheard; // an error that nobody was there to see; Vite would still tell it when it is mended
  const tell = (payload, ...rest) => {
    if (isError(payload)) {
      if (pages.isChecking) return;
      mendMessage(payload.err);
      const facts = describe(payload.err, names, payload.__isEnhancedAstroErrorPayload === true);
      if (word.isOld(facts, pages)) return;
      word.broken(facts);
      payload = { ...payload, err: veiled(payload.err, names) };
      if (ws.clients.size === 0) {
        unheard = payload;
        return;
      }
    } else if (UPDATES.includes(payload?.type)) {
      // Nobody has a page yet; Vite would keep it, and reload the first one as it is opened.
      if (!word.isReady) return;
      word.updated(payload.type, pathsOf(payload, names, edited), pages);
      missed.note();
      // Whoever misses it asks; Vite would keep it for whoever comes next, who may have it already.
      if (ws.clients.size === 0) return;
      if (payload.triggeredBy) payload = { ...payload, triggeredBy: undefined };
    }
    send(payload, ...rest);
  };
  ws.send = tell;
  if (hot?.send === direct) hot.send = tell; // Vite 6 has a copy
  const count = () => emit('astro.clients', { count: ws.clients.size });
  ws.on('connection', (socket) => {
    count();
    socket.on('close', count);
    if (unheard && word.isBroken) send(unheard);
    unheard = undefined;
  });
}

/**
 * Have all that goes through `way` come to `handle` first, whoever wraps `send` later: Astro does,
 * at its own time. `handle` is given what sends on.
 */
function outermost(way, handle) {
  const base = way.send.bind(way);
  const passed = new WeakSet(); // what went through the later ones already, and comes back
  let later;
  const onward = (payload, ...rest) => {
    const isNew = payload instanceof Object && !passed.has(payload);
    if (isNew) passed.add(payload);
    if (isNew && later && !payload.__isEnhancedAstroErrorPayload) later.call(way, payload, ...rest);
    else base(payload, ...rest);
  };
  const first = (payload, ...rest) => {
    if (payload instanceof Object && passed.has(payload)) base(payload, ...rest);
    else handle(onward, payload, ...rest);
  };
  Object.defineProperty(way, 'send', {
    configurable: true,
    enumerable: true,
    get: () => first,
    set: (send) => {
      later = send;
    },
  });
}

/** Let no browser load a page anew that cannot be rendered: the last good one stays up. */
function keepPages(server, names, pages, word) {
  const { ws, watcher } = server;
  const released = new WeakSet();
  let owed;
  let settling = false;
  let anew = false;
  let looked = -Infinity;

  async function settle() {
    anew = true;
    if (settling) return;
    settling = true;
    while (owed && anew) {
      anew = false;
      looked = performance.now();
      if (await pages.isGood()) {
        const [send, payload, ...rest] = owed ?? [];
        owed = undefined;
        if (send) {
          released.add(payload);
          send(payload, ...rest);
        }
      }
    }
    settling = false;
  }

  async function sendError(send, payload, ...rest) {
    // An error without a place is that of the configuration, when Astro read it again.
    const err = isPlaced(payload.err) ? payload.err : await explained(payload.err, names.root);
    spare(err, names);
    const ready = { ...payload, err };
    released.add(ready);
    send(ready, ...rest);
  }

  for (const way of waysOf(server)) {
    outermost(way, (send, payload, ...rest) => {
      if (payload instanceof Object && released.has(payload)) {
        send(payload, ...rest);
      } else if (isError(payload) && pages.isChecking) {
        // Whoever checks has it from the answer, and nobody else is told.
      } else if (isError(payload) && !payload.__isEnhancedAstroErrorPayload) {
        void sendError(send, payload, ...rest);
      } else if (payload?.type === 'full-reload' && ws.clients.size > 0) {
        owed = [send, payload, ...rest];
        void settle();
      } else {
        send(payload, ...rest);
      }
    });
  }

  const again = new Again(server);
  const fix = server.ssrFixStacktrace.bind(server);
  server.ssrFixStacktrace = (error) => {
    pages.blame(error);
    again.note(error);
    fix(error);
    mendMessage(error);
    spare(error, names);
    if (pages.isChecking) return;
    // After an edit of tsconfig.json Astro swallows what it should send next.
    setTimeout(() => word.missed(pages, () => describe(error, names)), MISSED_MS).unref();
  };

  let changed;
  watcher.on('all', () => {
    if (!pages.broken && !owed) return;
    const at = performance.now();
    clearTimeout(changed);
    changed = setTimeout(async () => {
      if (looked > at) return; // Astro asked for a new load of the page, and that was a look
      await pages.lookAgain();
      await settle();
    }, SETTLE_MS);
  });
}

/** The plugins for a site, whose mistakes are put into `word`; they begin anew when Astro restarts itself over its configuration. */
export function reporter(names, word, checks) {
  // Astro makes short-lived servers beside the one that it starts, perhaps at the same time.
  const followed = new WeakMap();
  const missed = new Missed();
  const first = (server) => {
    missNothing(server.watcher);
    word.fixed();
    const pages = new Pages(server, () => word.fixed());
    followed.set(server, pages);
    checks.follow(server, pages);
    server.middlewares.use((incoming, response, next) => {
      veil(response, names);
      pages.follow(incoming, response, next);
    });
    missed.follow(server);
    // What Astro began anew for is an edit that pages of the server before cannot be told of.
    if (word.isReady && server.httpServer) missed.note();
    speak(server, names, pages, word, missed);
  };
  const last = (server) => keepPages(server, names, followed.get(server), word);
  return [
    {
      name: 'nurseryd:first',
      enforce: 'pre',
      configureServer: { order: 'pre', handler: first },
    },
    {
      name: 'nurseryd:last',
      enforce: 'post',
      configureServer: { order: 'post', handler: last },
      transform(code, _, { ssr } = {}) {
        if (ssr) return null;
        const said = names.rooted(code);
        return said === code ? null : { code: said, map: null };
      },
    },
  ];
}
