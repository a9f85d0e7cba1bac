// One Astro dev server, run by a supervisor: node runner.mjs <root> <port> <cache> <modules>
//
// Calls the site's own Astro through its programmatic dev(), because the command line insists on
// a lock file and detaches itself when it believes that a program started it. What the preview
// needs is passed inline, so nothing in the site's repository is edited.
//
// Says what happens on stdout, one JSON object a line:
//   {"event": "astro.ready", "port", "ms"}
//   {"event": "astro.hmr", "type": "update" | "full-reload" | "prune", "updates": [paths], "path"}
//   {"event": "astro.error", "message", "file", "line", "frame"}
//   {"event": "astro.clients", "count"}
// Other lines are the site's own output. Exits 0 after SIGTERM or SIGINT, 1 when it cannot start.

import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const STOP_AFTER_MS = 1000;
const LOOK_FOR_PARENT_MS = 1000;
const MOST_PATHS = 20;
const MOST_TEXT = 4000;

const started = performance.now();
const [rootArgument, portArgument, cacheArgument, modulesArgument] = process.argv.slice(2);

function emit(event, facts) {
  process.stdout.write(JSON.stringify({ event, ...facts }) + '\n');
}

const plain = (text) => String(text).replace(/\u001b\[[0-9;]*m/g, '').slice(0, MOST_TEXT);

function describe(error, root) {
  const file = error?.loc?.file ?? error?.location?.file ?? error?.id;
  return {
    message: plain(error?.message ?? error),
    ...(file && { file: root && file.startsWith(root) ? path.relative(root, file) : file }),
    ...((error?.loc?.line ?? error?.location?.line) && {
      line: error?.loc?.line ?? error?.location?.line,
    }),
    ...(error?.frame && { frame: plain(error.frame) }),
  };
}

/** Say why there is no server; `failure.json` is for who later asks why, without the log. */
function fail(error, { root, cache } = {}) {
  const facts = describe(error, root);
  try {
    if (cache) writeFileSync(path.join(cache, 'failure.json'), JSON.stringify(facts));
  } catch {
    // The line below says the same.
  }
  process.stdout.write(JSON.stringify({ event: 'astro.error', ...facts }) + '\n', () =>
    process.exit(1),
  );
}

/** The Astro that the site itself depends on. */
async function siteAstro(root) {
  let entry;
  try {
    entry = createRequire(path.join(root, 'package.json')).resolve('astro');
  } catch (cause) {
    throw new Error(`cannot find Astro from ${root}: is it among its dependencies?`, { cause });
  }
  return import(pathToFileURL(entry).href);
}

/** A Vite plugin that reports what its dev server tells the browsers. */
function reporter(root) {
  const report = (payload) => {
    if (payload?.type === 'error') {
      emit('astro.error', describe(payload.err, root));
    } else if (['update', 'full-reload', 'prune'].includes(payload?.type)) {
      const paths = payload.updates?.map((update) => update.path) ?? payload.paths ?? [];
      emit('astro.hmr', {
        type: payload.type,
        updates: paths.slice(0, MOST_PATHS),
        ...(payload.path && { path: payload.path }),
      });
    }
  };
  return {
    name: 'nurseryd:reporter',
    // Called again for the new server when Astro restarts itself over an edited configuration.
    configureServer(server) {
      const { hot } = server.environments.client;
      const send = hot.send.bind(hot);
      hot.send = (...message) => {
        report(message[0]);
        return send(...message);
      };
      const count = () => emit('astro.clients', { count: server.ws.clients.size });
      hot.on('vite:client:connect', count);
      hot.on('vite:client:disconnect', count);
    },
  };
}

function stopWith(server) {
  let stopping = false;
  const stop = (code) => {
    if (stopping) return;
    stopping = true;
    // Vite also closes on SIGTERM, and then exits with this code, or else with 143.
    process.exitCode = code;
    // Closing waits for open pages; whoever asked does not want to.
    setTimeout(() => process.exit(code), STOP_AFTER_MS).unref();
    server()
      ?.stop()
      .catch(() => {})
      .finally(() => process.exit(code)) ?? process.exit(code);
  };
  process.on('SIGTERM', () => stop(0));
  process.on('SIGINT', () => stop(0));
  // An orphan has nobody to serve: its output has no reader, or another process adopted it.
  process.stdout.on('error', () => stop(1));
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(1), LOOK_FOR_PARENT_MS).unref();
}

async function main() {
  if (!rootArgument || !portArgument || !cacheArgument || !modulesArgument) {
    throw new Error('usage: node runner.mjs <root> <port> <cache> <modules>');
  }
  process.env.ASTRO_TELEMETRY_DISABLED = '1';
  process.env.ASTRO_DISABLE_UPDATE_CHECK = 'true';
  const root = realpathSync(rootArgument);
  mkdirSync(cacheArgument, { recursive: true });
  const cache = realpathSync(cacheArgument);
  let server;
  stopWith(() => server);
  // A page's forgotten promise is a mistake of the page, not the end of everybody's server.
  process.on('unhandledRejection', (error) => emit('astro.error', describe(error, root)));
  process.on('uncaughtException', (error) => fail(error, { root, cache }));
  try {
    rmSync(path.join(cache, 'failure.json'), { force: true });
    const modules = realpathSync(modulesArgument);
    const astro = await siteAstro(root);
    server = await astro.dev({
      root,
      logLevel: 'warn',
      cacheDir: path.join(cache, 'astro'),
      server: {
        host: '127.0.0.1',
        port: Number(portArgument),
        allowedHosts: ['.localhost'],
      },
      devToolbar: { enabled: false },
      vite: {
        cacheDir: path.join(cache, 'vite'),
        clearScreen: false,
        server: { strictPort: true, fs: { allow: [root, modules, cache] } },
        plugins: [reporter(root)],
      },
    });
    emit('astro.ready', {
      port: server.address.port,
      ms: Math.round(performance.now() - started),
    });
  } catch (error) {
    fail(error, { root, cache });
  }
}

main().catch((error) => fail(error));
