// What happens in the conversation. The journal is read once and then followed, from one event
// on: a turn that had ended when it was read is shown as it was read, any other by its events.

import { events, get } from "./api.js";
import { part, say } from "./page.js";
import { stateOf, TurnView } from "./view.js";

const TYPES = [
  "turn.queued", "turn.started", "turn.verifying", "turn.checked", "turn.repairing",
  "turn.finished", "turn.settled", "turn.undone", "turn.redone", "text.delta", "tool.started",
  "tool.finished", "file.changed", "permission.asked", "permission.answered", "preview.error",
  "commit", "usage",
];
const PAGE = 50; // turns

const views = new Map();
let act = null; // what is done when a button of a turn is pressed
let source = null;
let seen = 0; // the id of the last event that was shown

function viewOf(id, whole = false) {
  if (!views.has(id)) {
    const view = new TurnView(id, whole, act);
    const later = [...part("turns").children].find((other) => other.dataset.turn > id);
    views.set(id, view);
    part("turns").insertBefore(view.element, later ?? null);
  }
  return views.get(id);
}

export function show(turn) {
  const near = atEnd();
  const view = viewOf(turn.id, turn.ended && turn.firstEvent <= seen);
  const before = view.turn && stateOf(view.turn);
  view.show(turn);
  if (before && before !== stateOf(turn)) say("news", `The agent: ${stateOf(turn)}`);
  if (near) toEnd(); // a button that is offered now is seen
}

function happened(type, event) {
  if (event.id <= seen) return begin(act); // another journal: the thread was made anew
  seen = event.id;
  const near = atEnd();
  if (type === "preview.error") say("broken", event.error?.message ?? "");
  else if (type === "file.changed") viewOf(event.turn).file(event.path);
  else if (type === "permission.asked") viewOf(event.turn).asked(event);
  else if (type === "permission.answered") viewOf(event.turn).answered(event.permission);
  else if (type === "text.delta") viewOf(event.turn).say(event.text);
  else if (type === "tool.started") viewOf(event.turn).started(event);
  else if (type === "tool.finished") viewOf(event.turn).finished(event);
  else refresh();
  if (near) toEnd();
}

const atEnd = () => {
  const { scrollHeight, scrollTop, clientHeight } = part("turns");
  return scrollHeight - scrollTop - clientHeight < 80;
};
export const toEnd = () => part("turns").scrollTo(0, part("turns").scrollHeight);

// Reads how the turns are; asked for in the meantime it reads them once more.
let reading = null;
let again = false;
export function refresh() {
  again = true;
  reading ??= (async () => {
    try {
      while (again) {
        again = false;
        (await get(`turns?limit=${PAGE}`)).turns.reverse().forEach(show);
      }
    } catch (error) {
      say("connection", error.message);
    } finally {
      reading = null;
    }
  })();
}

export async function earlier() {
  const first = part("turns").firstElementChild.dataset.turn;
  try {
    const { turns } = await get(`turns?limit=${PAGE}&before=${first}`);
    part("earlier").hidden = turns.length < PAGE;
    turns.forEach(show);
  } catch (error) {
    say("connection", error.message);
  }
}

export async function begin(pressed) {
  act = pressed;
  source?.close();
  source = null;
  let known;
  try {
    known = await get(`turns?limit=${PAGE}`);
  } catch (error) {
    part("absent").hidden = error.status !== 404;
    say("connection", error.status === 404 ? "" : error.message);
    if (error.status !== 404) setTimeout(begin, 3000, act);
    return;
  }
  const unplaced = [document.body, part("open")].includes(document.activeElement);
  part("absent").hidden = true;
  part("form").hidden = false;
  if (unplaced) part("instruction").focus();
  views.forEach((view) => view.element.remove());
  views.clear();
  const going = known.turns.filter((turn) => !turn.ended);
  seen = Math.max(0, Math.min(known.lastEvent, ...going.map((turn) => turn.firstEvent - 1)));
  part("earlier").hidden = known.turns.length < PAGE;
  known.turns.reverse().forEach(show);
  toEnd();
  follow();
}

function follow() {
  source?.close();
  const mine = (source = events(seen));
  mine.addEventListener("open", () => {
    say("connection", "live");
    refresh();
  });
  mine.addEventListener("error", () => {
    say("connection", "connecting again …");
    // A browser comes back by itself, unless the answer was an error: of no thread, say.
    if (mine.readyState === EventSource.CLOSED) {
      setTimeout(() => mine === source && begin(act), 3000);
    }
  });
  for (const type of TYPES) {
    mine.addEventListener(type, (event) => {
      if (mine === source) happened(type, JSON.parse(event.data));
    });
  }
}
