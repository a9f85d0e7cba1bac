// What a page and the studio around it tell each other; services/studio/src/preview/protocol.ts
// has the words.

import { maySpeak } from 'nurseryd:around.mjs';
import { pick } from 'nurseryd:pick.mjs';
import { selectionOf } from 'nurseryd:places.mjs';

const MOST_PROBLEMS = 20;
const MOST_MESSAGE = 500;
const NEWS = ['astro:page-load', 'astro:after-swap', 'popstate', 'hashchange', 'load', 'pageshow'];

/** What an error event says, with the place where it was thrown, as seen from the site. */
function problemOf({ message, reason, filename, lineno }) {
  const text = message ?? (reason instanceof Error ? `${reason.name}: ${reason.message}` : reason);
  const { origin, pathname } = filename && URL.canParse(filename) ? new URL(filename) : {};
  const file = origin === window.location.origin ? pathname.slice(1) : '';
  return {
    message: String(text ?? '').slice(0, MOST_MESSAGE),
    ...(file && { file: file.slice(0, MOST_MESSAGE) }),
    ...(file && lineno > 0 && { line: lineno }),
  };
}

/** Talk with the page around, which is of `origin`, if that may be; `early` are the errors until then. */
export function talk(origin, early) {
  if (!maySpeak(origin, window.location.hostname)) return;
  const say = (type, facts = {}) =>
    window.parent.postMessage({ source: 'nurseryd', version: 1, type, ...facts }, origin);

  let told;
  const tellPage = () => {
    const { pathname, search, hash } = window.location;
    const { canGoBack = false, canGoForward = false } = window.navigation ?? {};
    const page = {
      address: pathname + search + hash,
      title: document.title,
      back: canGoBack,
      forward: canGoForward,
    };
    const text = JSON.stringify(page);
    if (text !== told) say('page', page);
    told = text;
  };

  let problems = 0;
  const tellProblem = (event) => {
    const problem = problemOf(event);
    // Of a browser's own making, and of no harm.
    if (!problem.message || problem.message.startsWith('ResizeObserver loop')) return;
    problems += 1;
    if (problems <= MOST_PROBLEMS) say('problem', problem);
  };

  let stop;
  const picked = (element) => {
    stop = undefined;
    if (element) say('picked', { selection: selectionOf(element) });
    say('picking', { on: false });
  };
  const setPicking = (on) => {
    if (Boolean(stop) === Boolean(on)) return;
    if (!on) return stop();
    window.focus();
    stop = pick(picked);
    say('picking', { on: true });
  };

  const go = (address) => {
    if (!URL.canParse(address, window.location.href)) return;
    const to = new URL(address, window.location.href);
    if (to.origin === window.location.origin) window.location.assign(to.href);
  };

  const commands = {
    hello() {
      told = undefined;
      tellPage();
    },
    pick: ({ on }) => setPicking(on === true),
    go: ({ address }) => go(String(address)),
    back: () => window.navigation?.canGoBack && window.navigation.back(),
    forward: () => window.navigation?.canGoForward && window.navigation.forward(),
    reload: () => window.location.reload(),
  };
  window.addEventListener('message', ({ source, origin: from, data }) => {
    if (source !== window.parent || from !== origin) return;
    if (data?.source !== 'nurseryd' || data.version !== 1) return;
    if (Object.hasOwn(commands, data.type)) commands[data.type](data);
  });
  // The studio explains what cannot be shown, over the page as it was last.
  const quiet = new CSSStyleSheet();
  quiet.replaceSync('vite-error-overlay { display: none }');
  document.adoptedStyleSheets.push(quiet);
  window.addEventListener('error', tellProblem);
  window.addEventListener('unhandledrejection', tellProblem);
  for (const name of NEWS) document.addEventListener(name, tellPage);
  for (const name of NEWS) window.addEventListener(name, tellPage);
  // What comes next may say nothing: a picture, or a page of another site.
  window.addEventListener('pagehide', () => {
    told = undefined;
    say('gone');
  });
  window.navigation?.addEventListener('currententrychange', () => setTimeout(tellPage));
  tellPage();
  early.forEach(tellProblem);
}
