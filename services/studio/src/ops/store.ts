// The operator's stream, and what it said so far.

import type { Api } from '../core/api.ts';
import { type Connection, follow } from '../core/stream.ts';
import { fold, NOTHING, type Ops } from './fold.ts';

/** Says `change` whenever there is something else to show. */
export class OpsStore extends EventTarget {
  readonly api: Api;
  ops: Ops = NOTHING;
  connection: Connection = { state: 'connecting' };
  #end: (() => void) | undefined;

  constructor(api: Api) {
    super();
    this.api = api;
  }

  begin(): void {
    this.#end ??= follow(this.api, this.api.address('/v1/ops/live'), {
      hear: (type, data) => {
        this.ops = fold(this.ops, type, data);
        this.#changed();
      },
      state: (connection) => {
        this.connection = connection;
        this.#changed();
      },
    });
  }

  end(): void {
    this.#end?.();
    this.#end = undefined;
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}
