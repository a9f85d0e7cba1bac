// Where the supervisor asks a runner something: a Unix socket in the cache, a line of JSON each way.

import { chmodSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { json } from './saying.mjs';

const NAME = 'check.sock';
const MOST_BYTES = 1 << 20;

/** Answer each connection's line with what `answer` makes of it; its signal says that they hung up. */
export function answerAt(cache, answer) {
  rmSync(path.join(cache, NAME), { force: true });
  const server = createServer((socket) => {
    const gone = new AbortController();
    let text = '';
    let asked = false;
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('close', () => gone.abort());
    socket.on('data', async (chunk) => {
      text += chunk;
      if (text.length > MOST_BYTES) socket.destroy();
      if (asked || !text.includes('\n')) return;
      asked = true;
      try {
        socket.end(`${json(await answer(JSON.parse(text.split('\n')[0]), gone.signal))}\n`);
      } catch (error) {
        socket.end(`${json({ failed: String(error?.message ?? error).slice(0, 1000) })}\n`);
      }
    });
  });
  // By way of the folder: the name of a socket has no room for a long path.
  const folder = openSync(cache, 'r');
  server.on('error', (error) => process.stderr.write(`no checks: ${error.message}\n`));
  server.listen(`/proc/self/fd/${folder}/${NAME}`, () => chmodSync(path.join(cache, NAME), 0o600));
  server.unref();
}
