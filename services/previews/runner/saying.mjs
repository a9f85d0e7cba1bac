// What the runner says: lines on stdout, which nobody else writes to.

const MOST_BYTES = 8 * 1024;

const write = process.stdout.write.bind(process.stdout);

// Whatever the site logs goes to stderr, JSON or not, so it is no report by accident. It shares the
// process, so it could still write one on purpose: whoever reads them trusts them no further.
process.stdout.write = process.stderr.write.bind(process.stderr);

/** Say that something happened; `done` is called when it is out. */
export function emit(event, facts, done = () => {}) {
  const said = { event, ...facts };
  let line = JSON.stringify(said);
  for (const long of ['frame', 'paths', 'message']) {
    if (Buffer.byteLength(line) < MOST_BYTES) break;
    const half = said[long]?.slice(0, Math.floor(said[long].length / 8));
    line = JSON.stringify(Object.assign(said, half && { [long]: half }));
  }
  write(line + '\n', done);
}

/** Call `react` when there is nobody left to say it to. */
export function onUnheard(react) {
  process.stdout.on('error', react);
}
