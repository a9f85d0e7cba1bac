// What a turn said and did, piece by piece, in the order in which that was heard. Pure.

import type {
  BuildError, FileChanged, PermissionAnswered, PermissionAsked, Selection, TextDelta, ToolFinished,
  ToolStarted, Turn, TurnChecked, TurnQueued, TurnRepairing,
} from './api.ts';

/** `ok` is null while it is under way; times are in seconds, of the server's clock. */
export interface Step {
  readonly call: string;
  readonly tool: string;
  readonly summary: string;
  readonly ok: boolean | null;
  /** Why it failed. */
  readonly problem: string;
  readonly began: number;
  readonly ended: number | null;
}

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'steps'; readonly steps: readonly Step[] }
  | Check
  | { readonly kind: 'repair'; readonly repair: number };

/** A look at the pages; `pages` is null while it is under way, `skipped` why it could not be. */
export interface Check {
  readonly kind: 'check';
  readonly pages: readonly string[] | null;
  readonly errors: readonly BuildError[];
  readonly skipped: string | null;
}

export type Change = 'added' | 'deleted' | 'modified';

export interface Question {
  readonly permission: string;
  readonly tool: string;
  readonly summary: string;
}

/** `whole`: as a turn that had ended was read, so that what is heard of it is in it already. */
export interface Told {
  readonly whole: boolean;
  readonly parts: readonly Part[];
  readonly files: ReadonlyMap<string, Change>;
  /** What nobody has answered yet. */
  readonly asked: readonly Question[];
  readonly selection: Selection | null;
  /** How many images came with the instruction. */
  readonly images: number;
}

export function unheard(): Told {
  return { whole: false, parts: [], files: new Map(), asked: [], selection: null, images: 0 };
}

/** Of a turn that had ended: its words, without the steps between them, and the last look. */
export function whole({ output, pages, broken }: Turn): Told {
  const parts: Part[] = [];
  if (output.trim()) parts.push({ kind: 'text', text: output });
  if (pages.length) parts.push({ kind: 'check', pages, errors: broken, skipped: null });
  return { ...unheard(), whole: true, parts };
}

/** With one event of the turn; itself where that says nothing more. */
export function tell(told: Told, type: string, event: object): Told {
  if (told.whole) return told;
  switch (type) {
    case 'turn.queued': {
      const { selection, images } = event as TurnQueued;
      return { ...told, selection, images: images?.length ?? 0 };
    }
    case 'text.delta':
      return say(told, (event as TextDelta).text);
    case 'tool.started':
      return began(told, event as ToolStarted);
    case 'tool.finished':
      return ended(told, event as ToolFinished);
    case 'file.changed': {
      const { path, change } = event as FileChanged;
      return { ...told, files: new Map(told.files).set(path, change) };
    }
    case 'permission.asked': {
      const { permission, tool, summary } = event as PermissionAsked;
      return { ...told, asked: [...without(told, permission), { permission, tool, summary }] };
    }
    case 'permission.answered':
      return { ...told, asked: without(told, (event as PermissionAnswered).permission) };
    case 'turn.verifying':
      return add(told, { kind: 'check', pages: null, errors: [], skipped: null });
    case 'turn.checked':
      return checked(told, event as TurnChecked);
    case 'turn.repairing':
      return add(told, { kind: 'repair', repair: (event as TurnRepairing).repair });
    case 'turn.finished':
      return { ...told, asked: [] };
    default:
      return told;
  }
}

function say(told: Told, text: string): Told {
  const last = told.parts.at(-1);
  if (last?.kind === 'text') return instead(told, { ...last, text: last.text + text });
  const words = text.trimStart();
  return words ? add(told, { kind: 'text', text: words }) : told;
}

function began(told: Told, { call, tool, summary, time }: ToolStarted): Told {
  const step: Step = {
    call: call || tool, tool, summary, ok: null, problem: '', began: time, ended: null,
  };
  const last = told.parts.at(-1);
  if (last?.kind !== 'steps') return add(told, { kind: 'steps', steps: [step] });
  return instead(told, { kind: 'steps', steps: [...last.steps, step] });
}

function ended(told: Told, { call, tool, ok, summary, time }: ToolFinished): Told {
  const done = (step: Step): Step =>
    step.call === (call || tool) && step.ok === null
      ? { ...step, ok, problem: ok ? '' : summary, ended: time } : step;
  const parts = told.parts.map((part) =>
    part.kind === 'steps' ? { ...part, steps: part.steps.map(done) } : part);
  return { ...told, parts };
}

function checked(told: Told, { pages, errors, skipped }: TurnChecked): Told {
  const check: Check = { kind: 'check', pages, errors, skipped };
  const last = told.parts.at(-1);
  return last?.kind === 'check' && last.pages === null ? instead(told, check) : add(told, check);
}

function without(told: Told, permission: string): Question[] {
  return told.asked.filter((question) => question.permission !== permission);
}

function add(told: Told, part: Part): Told {
  return { ...told, parts: [...told.parts, part] };
}

function instead(told: Told, part: Part): Told {
  return { ...told, parts: [...told.parts.slice(0, -1), part] };
}
