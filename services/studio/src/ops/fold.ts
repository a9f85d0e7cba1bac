// What the operator's stream says, event by event, folded into what the page shows.

import type {
  About, CheckReply, HappeningReply, HistoryReply, PreviewsReply, SampleReply,
  Service, WatchOps,
} from '../../../client/nurseryd.d.ts';

export const MOST_EVENTS = 500;
export const MOST_SAMPLES = 360;
const HOUR_S = 3600;

/** Values of one service, as many as there are times; null where it had no process. */
export interface Column {
  cores: readonly (number | null)[];
  memory: readonly (number | null)[];
}

export interface History {
  at: readonly number[];
  restarts: readonly number[];
  services: ReadonlyMap<string, Column>;
}

export interface Turns {
  at: readonly number[];
  turns: readonly number[];
}

export interface Ops {
  about: About | undefined;
  /** By name, in start order. */
  services: ReadonlyMap<string, Service>;
  /** The oldest first. */
  events: readonly HappeningReply[];
  checks: readonly CheckReply[];
  previews: PreviewsReply['previews'];
  history: History;
  sample: SampleReply | undefined;
  turns: Turns;
}

export const NOTHING: Ops = {
  about: undefined,
  services: new Map(),
  events: [],
  checks: [],
  previews: [],
  history: { at: [], restarts: [], services: new Map() },
  sample: undefined,
  turns: { at: [], turns: [] },
};

/** What there is to show after an event; one of a type that nobody knows changes nothing. */
export function fold(ops: Ops, type: string, data: unknown): Ops {
  switch (type) {
    case 'about':
      return { ...ops, about: data as About };
    case 'snapshot': {
      const { services } = data as WatchOps['snapshot'];
      return { ...ops, services: new Map(services.map((it) => [it.name, it])) };
    }
    case 'changed': {
      const { service } = data as WatchOps['changed'];
      return { ...ops, services: new Map(ops.services).set(service.name, service) };
    }
    case 'vanished': {
      const services = new Map(ops.services);
      services.delete((data as WatchOps['vanished']).name);
      return { ...ops, services };
    }
    case 'past':
      return { ...ops, events: (data as WatchOps['past']).events };
    case 'happened':
      return { ...ops, events: [...ops.events, data as HappeningReply].slice(-MOST_EVENTS) };
    case 'checks':
      return { ...ops, checks: (data as WatchOps['checks']).checks };
    case 'previews':
      return { ...ops, previews: (data as PreviewsReply).previews };
    case 'history':
      return { ...ops, history: columns(data as HistoryReply) };
    case 'sample': {
      const sample = data as SampleReply;
      return { ...ops, sample, history: added(ops.history, sample) };
    }
    case 'turns':
      return { ...ops, turns: data as Turns };
    case 'working': {
      const { at, turns } = data as WatchOps['working'];
      return { ...ops, turns: step(ops.turns, at, turns) };
    }
    default:
      return ops;
  }
}

function columns(history: HistoryReply): History {
  const { length } = history.at;
  const filled = <T>(first: number, values: readonly (T | null)[]): (T | null)[] =>
    Array.from({ length }, (_, n) => values[n - first] ?? null);
  const services = new Map(
    Object.entries(history.services).map(([name, { first, cores, memory }]) => [
      name, { cores: filled(first, cores), memory: filled(first, memory) },
    ]),
  );
  return { at: history.at, restarts: history.restarts, services };
}

function added(history: History, sample: SampleReply): History {
  // The last one of the history is told again, for what is only in a sample.
  if (sample.at <= (history.at.at(-1) ?? 0)) return history;
  const empty = { cores: history.at.map(() => null), memory: history.at.map(() => null) };
  const services = new Map<string, Column>();
  for (const name of new Set([...history.services.keys(), ...Object.keys(sample.services)])) {
    const before = history.services.get(name) ?? empty;
    const now = sample.services[name];
    const column = {
      cores: [...before.cores, now?.cores ?? null].slice(-MOST_SAMPLES),
      memory: [...before.memory, now?.memory ?? null].slice(-MOST_SAMPLES),
    };
    if (column.cores.some((value) => value !== null)) services.set(name, column);
  }
  return {
    at: [...history.at, sample.at].slice(-MOST_SAMPLES),
    restarts: [...history.restarts, sample.restarts].slice(-MOST_SAMPLES),
    services,
  };
}

function step(before: Turns, at: number, turns: number): Turns {
  // The last step of more than an hour ago is what the hour begins with.
  const old = Math.max(0, before.at.findLastIndex((time) => time <= at - HOUR_S));
  return { at: [...before.at.slice(old), at], turns: [...before.turns.slice(old), turns] };
}

/** A value for each time: of one service, or of all together. */
export function series(history: History, of: 'cores' | 'memory', service: string): (number | null)[] {
  if (service) return [...(history.services.get(service)?.[of] ?? history.at.map(() => null))];
  return history.at.map((_, n) => {
    const values = [...history.services.values()].map((column) => column[of][n] ?? 0);
    return values.reduce((sum, value) => sum + value, 0);
  });
}

/** Services that want somebody's attention, the worst first. */
export function ailing(services: Iterable<Service>): Service[] {
  const worse = (it: Service): number =>
    it.state === 'FATAL' ? 3 : it.state === 'BACKOFF' ? 2 : it.failed || it.healthy === false ? 1 : 0;
  return [...services].filter(worse).sort((one, other) => worse(other) - worse(one));
}
