// How one turn is shown. Whatever comes from the server becomes text, never HTML.

const STATES = {
  queued: "waiting for its time",
  running: "working",
  verifying: "looking at the pages",
  committed: "done",
  cancelled: "cancelled",
  failed: "failed",
  interrupted: "interrupted",
};
const template = document.getElementById("turn");

export function stateOf(turn) {
  if (turn.undone) return "undone";
  if (turn.state === "committed" && !turn.commit) return "done, nothing was changed";
  const state = STATES[turn.state] ?? turn.state;
  return settled(turn) ? `${state}, what it had changed was ${turn.leftover}` : state;
}

const settled = ({ leftover }) => leftover === "kept" || leftover === "dropped";

export class TurnView {
  // `whole`: the turn had ended when it was read, so what it said is known, and told no more.
  constructor(id, whole, act) {
    this.id = id;
    this.whole = whole;
    this.turn = null;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.dataset.turn = id;
    this.act = act;
    this.steps = new Map();
    this.questions = new Map();
    this.paths = new Set();
    for (const button of this.element.querySelectorAll("[data-do]")) {
      button.addEventListener("click", () => act(this, button.dataset.do, button));
    }
  }

  part(selector) {
    return this.element.querySelector(selector);
  }

  show(turn) {
    this.turn = turn;
    this.element.dataset.state = turn.state;
    this.element.dataset.undone = turn.undone;
    this.part(".instruction").textContent = turn.instruction;
    this.part(".state").textContent = stateOf(turn);
    this.part(".facts").lastElementChild.textContent = factsOf(turn);
    if (this.whole && turn.output && !this.part(".said").firstChild) this.write(turn.output);
    for (const file of turn.files) this.file(file);
    // What a cancelled turn says of its work is true until somebody decides what becomes of it.
    const over = turn.state === "cancelled" && settled(turn);
    const mistakes = turn.broken.map((broken) => broken.message);
    const untold = mistakes.filter((mistake) => !turn.error?.includes(mistake));
    this.text(".error", [!over && turn.error, ...untold]);
    if (turn.ended) this.questions.forEach((_, question) => this.answered(question));
    this.offer("cancel", !turn.ended);
    this.offer("undo", turn.ended && turn.commit && !turn.undone);
    this.offer("redo", turn.undone);
    this.offer("keep", turn.leftover === "offered");
    this.offer("drop", turn.leftover === "offered");
  }

  offer(what, whether) {
    this.part(`[data-do="${what}"]`).hidden = !whether;
  }

  text(selector, lines) {
    const element = this.part(selector);
    element.textContent = lines.filter(Boolean).join("\n");
    element.hidden = !element.textContent;
  }

  say(text) {
    if (!this.whole) this.write(text);
  }

  write(text) {
    const said = this.part(".said");
    let last = said.lastElementChild;
    if (!last || last.className === "step") {
      text = text.trimStart();
      if (!text) return;
      last = said.appendChild(made("p", ""));
    }
    last.append(text);
  }

  started({ call, tool, summary }) {
    if (this.whole) return;
    const step = made("p", summary ? `${tool}: ${summary}` : tool);
    step.className = "step";
    this.steps.set(call || tool, step);
    this.part(".said").append(step);
  }

  finished({ call, tool, ok, summary }) {
    const step = this.steps.get(call || tool);
    if (!step) return;
    step.dataset.ok = ok;
    if (!ok && summary) step.append(` (${summary})`);
  }

  file(path) {
    if (this.paths.has(path)) return;
    this.paths.add(path);
    this.part(".files").append(made("li", path));
    this.part(".files").hidden = false;
  }

  asked({ permission, tool, summary }) {
    if (this.whole || this.questions.has(permission)) return;
    const question = made("div", "");
    question.className = "permission";
    question.append(made("p", `May it use ${tool}? ${summary ?? ""}`));
    const row = question.appendChild(made("div", ""));
    row.className = "row";
    for (const [label, allow] of [["Allow", true], ["Deny", false]]) {
      const button = row.appendChild(made("button", label));
      button.type = "button";
      button.addEventListener("click", () => this.act(this, "permit", button, { permission, allow }));
    }
    this.questions.set(permission, question);
    this.part(".asked").append(question);
  }

  answered(permission) {
    this.questions.get(permission)?.remove();
  }
}

function made(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

function factsOf({ usage, started, finished, ended, pages }) {
  const tokens =
    usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const seconds = ended && started ? (Date.parse(finished) - Date.parse(started)) / 1000 : 0;
  return [
    pages.length && `looked at ${pages.join(" ")}`,
    seconds && `${seconds.toFixed(1)} s`,
    usage.cost && `$${usage.cost.toFixed(4)}`,
    tokens && `${tokens.toLocaleString("en")} tokens`,
    tokens && usage.model,
  ]
    .filter(Boolean)
    .map((fact) => ` · ${fact}`)
    .join("");
}
