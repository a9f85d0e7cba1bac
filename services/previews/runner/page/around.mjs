// Whom a page may tell what is in it: not everybody who has it in a frame.

// The host of a preview, as services/messages/keys.py names them.
const PREVIEW = /^[a-z0-9][a-z0-9-]{0,39}-[0-9a-f]{16}(?:-built)?\./;
const HERE = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether a page at the host `own` speaks with the page around it, which is of `origin`.
 *
 * Not with another preview: a browser shows its cookies there too, but not to that site's code. And
 * what only this machine reaches is not for pages of anywhere else, which people come upon.
 */
export function maySpeak(origin, own) {
  const { hostname } = new URL(origin);
  return !PREVIEW.test(hostname) && (!HERE.test(own) || HERE.test(hostname));
}
