// What a turn of before said and did between its words: the journal has it still.

import type { Turn } from '../core/api.ts';
import { follow } from '../core/stream.ts';
import { THREAD, type ThreadStore } from '../core/thread.ts';
import { type Told, tell, unheard } from '../core/told.ts';

/**
 * A turn that has ended, from its first event on, up to the first of type `until`.
 *
 * Rejects with what a person is told.
 */
export function reheard(
  { api, path }: ThreadStore, turn: Turn, until: 'turn.queued' | 'turn.finished',
): Promise<Told> {
  const address = api.address(`${THREAD}/events`, path);
  return new Promise((resolve, reject) => {
    let told = unheard();
    const stop = follow(api, address, {
      after: () => String(turn.firstEvent - 1),
      hear(type, data) {
        const event = data as { turn?: string };
        if (event.turn !== turn.id) return;
        told = tell(told, type, event);
        if (type !== until) return;
        stop();
        resolve(told);
      },
      state(connection) {
        if (connection.state === 'refused') reject(connection.problem);
        if (connection.state !== 'lost') return;
        stop();
        reject(new Error(connection.why));
      },
    });
  });
}
