// No edit is missed: Vite's watcher drops a change of a file that follows another within 50 ms.

import { statSync } from 'node:fs';

const AFTER_MS = 60;

const writtenAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;

/** Have `watcher` tell everybody of a file what it did not find by itself. */
export function tell(watcher, name, file) {
  watcher.emit(name, file);
  watcher.emit('all', name, file);
}

/** Have `watcher` tell of a change again if the file went on changing after it was told of. */
export function missNothing(watcher) {
  const looks = new Map();
  watcher.on('change', (file) => {
    const told = writtenAt(file);
    clearTimeout(looks.get(file));
    const look = setTimeout(() => {
      looks.delete(file);
      const now = writtenAt(file);
      if (now === undefined || now === told) return;
      tell(watcher, 'change', file);
    }, AFTER_MS);
    looks.set(file, look.unref());
  });
}
