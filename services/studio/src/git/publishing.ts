// The way from a conversation to the live site: its steps, and what becomes of each. Pure.

import type { Git } from '../core/api.ts';

/** `review`: somebody merges the branch at the remote. `merge`: it goes to the default branch. */
export type Way = 'review' | 'merge';
export type StepId = 'commit' | 'build' | 'push' | 'update' | 'merge' | 'push-default';
export type StepState = 'waiting' | 'running' | 'done' | 'failed';

export interface Step {
  readonly id: StepId;
  readonly state: StepState;
  /** What came of it, in words. */
  readonly told: string;
}

/** `remote`: whether the project has one; unknown counts as yes, since the server will say. */
export interface Facts {
  readonly git: Pick<Git, 'clean'>;
  readonly remote: boolean;
}

/** The steps of a way, from how things are. */
export function planned(way: Way, { git, remote }: Facts): Step[] {
  const ids: StepId[] = git.clean ? [] : ['commit'];
  if (way === 'merge') {
    // What others did comes in first, so that what is built is what will be live.
    ids.push('update', 'build', 'merge');
    if (remote) ids.push('push-default');
  } else {
    ids.push('build');
    if (remote) ids.push('push');
  }
  return ids.map((id) => ({ id, state: 'waiting', told: '' }));
}

/** The step whose turn it is; none after a failure, and none at the end. */
export function next(steps: readonly Step[]): StepId | undefined {
  if (steps.some(({ state }) => state === 'failed' || state === 'running')) return undefined;
  return steps.find(({ state }) => state === 'waiting')?.id;
}

/** The same with one step in another state. */
export function marked(steps: readonly Step[], id: StepId, state: StepState, told = ''): Step[] {
  return steps.map((step) => (step.id === id ? { id, state, told } : step));
}

/** The same, to go on where it failed. */
export function retried(steps: readonly Step[]): Step[] {
  return steps.map((step) => (step.state === 'failed' ? { ...step, state: 'waiting', told: '' } : step));
}

export function over(steps: readonly Step[]): boolean {
  return steps.length > 0 && steps.every(({ state }) => state === 'done');
}
