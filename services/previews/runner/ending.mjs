// How the runner ends: when it is asked to, or when there is nobody left to serve.

import { onUnheard } from './saying.mjs';

const STOP_AFTER_MS = 1000;
const LOOK_FOR_PARENT_MS = 1000;

/** From now on end by a signal, or as an orphan; `running` is what has to be stopped, if any. */
export function endWith(running) {
  let stopping = false;
  const stop = (code) => {
    if (stopping) return;
    stopping = true;
    // Vite also closes on SIGTERM, and then exits with this code, or else with 143.
    process.exitCode = code;
    // Closing waits for open pages; whoever asked does not want to.
    setTimeout(() => process.exit(code), STOP_AFTER_MS).unref();
    Promise.resolve(running()?.stop())
      .catch(() => {})
      .finally(() => process.exit(code));
  };
  process.on('SIGTERM', () => stop(0));
  process.on('SIGINT', () => stop(0));
  // An orphan has nobody to serve: its output has no reader, or another process adopted it.
  onUnheard(() => stop(1));
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(1), LOOK_FOR_PARENT_MS).unref();
}
