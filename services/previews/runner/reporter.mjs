// A Vite plugin that reports what the dev server tells the browsers.

import { describe, relative } from './mistakes.mjs';
import { emit } from './saying.mjs';

const MOST_PATHS = 20;
const TYPES = ['update', 'full-reload', 'prune'];

function pathsOf(payload, root) {
  const found = payload.updates?.map((update) => update.path) ?? payload.paths ?? [payload.path];
  const named = found
    .filter((one) => typeof one === 'string' && one !== '*')
    .map((one) => relative(one, root).replace(/^\//, ''));
  return [...new Set(named)].slice(0, MOST_PATHS);
}

/** The plugin for a site. */
export function reporter(root) {
  const report = (payload) => {
    if (payload?.type === 'error') {
      const html = payload.__isEnhancedAstroErrorPayload === true;
      emit('astro.error', describe({ ...payload.err, __html: html }, root));
    } else if (TYPES.includes(payload?.type)) {
      emit('astro.hmr', { type: payload.type, paths: pathsOf(payload, root) });
    }
  };
  return {
    name: 'nurseryd:reporter',
    // Called again for the new server when Astro restarts itself over an edited configuration.
    configureServer(server) {
      const { ws } = server;
      const send = ws.send.bind(ws);
      ws.send = (...message) => {
        report(message[0]);
        return send(...message);
      };
      const count = () => emit('astro.clients', { count: ws.clients.size });
      ws.on('vite:client:connect', count);
      ws.on('vite:client:disconnect', count);
    },
  };
}
