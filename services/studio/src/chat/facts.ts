// What a turn's state, cost and time are called. Pure.

import type { Turn, UsageSummary } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { lasting } from '../core/times.ts';
import type { Step } from '../core/told.ts';

const words = strings.chat;
const NUMBERS = 'en';

/** How a turn is: `done`, `working`, `cancelled, what it had changed was kept`. */
export function stateOf(turn: Turn): string {
  if (turn.undone) return words.undone;
  if (turn.state === 'committed' && !turn.commit) {
    return turn.mode === 'execute' ? words.nothingChanged : words.states.committed;
  }
  const state = words.states[turn.state] ?? turn.state;
  const became = becameOf(turn);
  return became ? words.settled(state, words.became[became]) : state;
}

function becameOf({ leftover }: Turn): 'kept' | 'dropped' | undefined {
  return leftover === 'kept' || leftover === 'dropped' ? leftover : undefined;
}

/** What stands beside the state: seconds, dollars, tokens and the model. */
export function factsOf({ usage, started, finished, ended }: Turn): string[] {
  const tokens =
    usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const over = ended && started && finished;
  const seconds = over ? (Date.parse(finished) - Date.parse(started)) / 1000 : 0;
  return [
    seconds ? lasting(seconds, true) : '',
    usage.cost ? dollars(usage.cost) : '',
    tokens ? words.tokens(tokens.toLocaleString(NUMBERS)) : '',
    tokens ? (usage.model ?? '') : '',
  ].filter(Boolean);
}

/**
 * What went wrong, a line each: the turn's own error, and mistakes of pages that it does not name.
 *
 * What a cancelled turn says of its work is true until somebody decides what becomes of that.
 */
export function errorsOf(turn: Turn): string[] {
  const over = turn.state === 'cancelled' && becameOf(turn) !== undefined;
  const mistakes = turn.ended ? turn.broken.map(({ message }) => message) : [];
  const untold = mistakes.filter((mistake) => !turn.error?.includes(mistake));
  return [over ? '' : (turn.error ?? ''), ...untold].filter(Boolean);
}

/** How long steps took together, from the first one's begin to the last one's end; in seconds. */
export function spent(steps: readonly Step[]): number | null {
  const ends = steps.map(({ ended }) => ended).filter((ended) => ended !== null);
  const [first] = steps;
  if (!first || ends.length < steps.length) return null;
  return Math.max(...ends) - first.began;
}

/** US dollars, with as many digits as small amounts need. */
export function dollars(amount: number): string {
  return `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
}

/** What the thread cost, and the least that is left of the thread's and the day's budget. */
export function moneyOf({ threads, budgets }: UsageSummary, thread: string): string[] {
  const used = threads.find(({ threadId }) => threadId === thread);
  const cost = used?.cost ?? 0;
  const ofThread = budgets.thread === null ? Infinity : budgets.thread - cost;
  const left = Math.min(ofThread, budgets.leftToday ?? Infinity);
  return [
    cost ? words.cost(dollars(cost)) : '',
    left === Infinity ? '' : left > 0 ? words.left(dollars(left)) : words.nothingLeft,
  ].filter(Boolean);
}
