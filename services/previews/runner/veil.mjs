// Pages without the paths of this machine, whoever wrote them: Vite, Astro or an error page.

const HTML = /^text\/html\b/i;

/** Rewrite what `response` answers if it is HTML, as it goes through. */
export function veil(response, names) {
  const needle = Buffer.from(`${names.root}/`).toString('latin1');
  const { writeHead, write, end } = response;
  let html;
  let kept = '';

  function decide(type, headers) {
    html = HTML.test(type ?? '');
    if (!html) return;
    response.removeHeader('content-length');
    for (const name of Object.keys(headers ?? {})) {
      if (name.toLowerCase() === 'content-length') delete headers[name];
    }
  }

  /** Bytes as latin1, but for what may be the beginning of a path that goes on. */
  function rewritten(text, last) {
    text = kept + text;
    let cut = text.length;
    for (let size = last ? 0 : Math.min(needle.length - 1, text.length); size > 0; size -= 1) {
      if (needle.startsWith(text.slice(-size))) {
        cut -= size;
        break;
      }
    }
    kept = text.slice(cut);
    return Buffer.from(names.rooted(text.slice(0, cut)), 'latin1');
  }

  const bytes = (chunk, encoding) =>
    typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk);
  const textOf = (chunk, encoding) => bytes(chunk, encoding).toString('latin1');

  response.writeHead = (status, ...rest) => {
    const headers = rest.find((one) => one instanceof Object && !Array.isArray(one));
    const named = Object.entries(headers ?? {}).find(([name]) => /^content-type$/i.test(name));
    decide(named?.[1] ?? response.getHeader('content-type'), headers);
    return writeHead.call(response, status, ...rest);
  };
  response.write = (chunk, encoding, done) => {
    if (html === undefined) decide(response.getHeader('content-type'));
    if (!html) return write.call(response, chunk, encoding, done);
    const heard = typeof encoding === 'function' ? encoding : done;
    const out = rewritten(textOf(chunk, typeof encoding === 'string' ? encoding : 'utf8'), false);
    return write.call(response, out, heard);
  };
  response.end = (chunk, encoding, done) => {
    const heard = [chunk, encoding, done].find((one) => typeof one === 'function');
    const given = chunk instanceof Object && typeof chunk !== 'function' ? chunk : undefined;
    const text = typeof chunk === 'string' ? chunk : given;
    if (html === undefined) decide(response.getHeader('content-type'));
    if (!html || (text === undefined && !kept)) return end.call(response, chunk, encoding, done);
    const how = typeof encoding === 'string' ? encoding : 'utf8';
    return end.call(response, rewritten(text === undefined ? '' : textOf(text, how), true), heard);
  };
}
