// What the runner says: lines on stdout, which nobody else writes to.

const MOST_BYTES = 8 * 1024;
const LONG = ['message', 'file', 'frame', 'paths'];

const write = process.stdout.write.bind(process.stdout);

// Whatever the site logs goes to stderr, JSON or not, so it is no report by accident. It shares the
// process, so it could still write one on purpose: whoever reads them trusts them no further.
process.stdout.write = process.stderr.write.bind(process.stderr);

/** As JSON that everybody can read: what was cut may end in half a character. */
export function json(facts) {
  return JSON.stringify(facts, (_, value) => (typeof value === 'string' ? value.toWellFormed() : value));
}

/** Say that something happened; `done` is called when it is out. */
export function emit(event, facts, done = () => {}) {
  const said = { event, ...facts };
  let line = json(said);
  while (Buffer.byteLength(line) > MOST_BYTES) {
    const sizes = LONG.map((name) => [JSON.stringify(said[name] ?? '').length, name]);
    const [, longest] = sizes.sort(([one], [other]) => other - one)[0];
    said[longest] = said[longest].slice(0, said[longest].length >> 1);
    line = json(said);
  }
  write(line + '\n', done);
}

/** Call `react` when there is nobody left to say it to. */
export function onUnheard(react) {
  process.stdout.on('error', react);
}
