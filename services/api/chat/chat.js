// What a person does on this page: say what should change, decide about turns, look at the site.

import { chance, get, name, open, post } from "./api.js";
import { begin, earlier, refresh, show, toEnd } from "./conversation.js";
import { part, say } from "./page.js";

const LINK_SECONDS = 12 * 3600;
let sending = {};

async function press(view, what, button, answer) {
  const focused = document.activeElement === button;
  button.disabled = true;
  view.text(".problem", []);
  view.offer("others", false);
  const path = `turns/${view.id}`;
  try {
    if (what === "permit") {
      await post(`${path}/permissions/${answer.permission}`, { allow: answer.allow });
      view.answered(answer.permission);
    } else if (what === "others") {
      await post(`${path}/${view.reverting}`, { others: true });
    } else {
      await post(`${path}/${what}`);
    }
    // One that was asked for earlier than those that are read again.
    show((await get(path)).turn);
  } catch (error) {
    view.text(".problem", [error.message]);
    const others = error.reply?.others?.length;
    if (others) {
      view.reverting = what;
      view.part('[data-do="others"]').textContent = `Do so with ${others} more`;
      view.offer("others", true);
    }
  } finally {
    button.disabled = false;
    // Where the button is gone, a person at the keyboard goes on writing.
    const there = button.isConnected && !button.hidden;
    if (focused) (there ? button : part("instruction")).focus();
    refresh();
  }
}

async function send(event) {
  event.preventDefault();
  const text = part("instruction").value.trim();
  if (!text) return;
  // The same words sent again after an answer that never came are the same turn.
  const mode = part("mode").value;
  if (text !== sending.text || mode !== sending.mode) sending = { text, mode, key: chance() };
  const button = part("form").querySelector("[type=submit]");
  button.disabled = true;
  say("problem", "");
  try {
    const body = { instruction: text, mode };
    const { turn } = await post("turns", body, { "Idempotency-Key": sending.key });
    sending = {};
    part("instruction").value = "";
    show(turn);
    toEnd();
  } catch (error) {
    if (error.status) sending = {};
    say("problem", error.message);
  } finally {
    button.disabled = false;
  }
}

async function look() {
  try {
    const { url } = await post("preview/link", { seconds: LINK_SECONDS });
    part("preview").src = url;
    part("reload").disabled = false;
    say("broken", "");
  } catch (error) {
    say("broken", error.status === 404 ? "" : error.message);
  }
}

async function openThread() {
  part("open").disabled = true;
  try {
    await open();
    await Promise.all([begin(press), look()]);
  } catch (error) {
    say("connection", error.message);
  } finally {
    part("open").disabled = false;
  }
}

part("name").textContent = document.title = name;
part("form").addEventListener("submit", send);
part("instruction").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  part("form").requestSubmit();
});
part("reload").addEventListener("click", look);
part("earlier").addEventListener("click", earlier);
part("open").addEventListener("click", openThread);
begin(press);
look();
