// What every page of a dev server has: nothing, until the page around it speaks to it.

const MOST_EARLY = 10;

if (window.parent !== window) {
  const early = [];
  const note = (event) => early.length < MOST_EARLY && early.push(event);
  const hear = async ({ source, origin, data }) => {
    if (source !== window.parent || origin === 'null') return;
    if (data?.source !== 'nurseryd' || data.version !== 1 || data.type !== 'hello') return;
    window.removeEventListener('message', hear);
    const { talk } = await import('nurseryd:talk.mjs');
    window.removeEventListener('error', note);
    window.removeEventListener('unhandledrejection', note);
    talk(origin, early);
  };
  window.addEventListener('error', note);
  window.addEventListener('unhandledrejection', note);
  window.addEventListener('message', hear);
  // Says nothing of the page, since anybody may be around it.
  window.parent.postMessage({ source: 'nurseryd', version: 1, type: 'here' }, '*');
}
