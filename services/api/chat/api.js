// The routes of one thread. What is refused is thrown: an Error with `status` and the `reply`.

const [client, user, thread] = location.pathname.split("/").slice(-3);
const root = new URL("../../../", location.href);
const base = new URL(`v1/threads/${client}/${user}/${thread}/`, root);

export const name = decodeURIComponent(thread);

async function ask(address, options) {
  let answer, reply;
  try {
    answer = await fetch(address, options);
    reply = await answer.json();
  } catch {
    throw Object.assign(new Error("the server does not answer; try again"), { status: 0 });
  }
  // A turn that failed is an answer; the page shows it.
  if (answer.ok) return reply;
  throw Object.assign(new Error(reply.error), { status: answer.status, reply });
}

export const get = (path) => ask(new URL(path, base));

export const post = (path, body = {}, headers = {}) =>
  ask(new URL(path, base), {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

export const open = () =>
  ask(new URL("api/init", root), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ clientId: client, userId: user, threadId: name }),
  });

export const events = (after) => new EventSource(new URL(`events?after=${after}`, base));

// Of 128 random bits. crypto.randomUUID is there only for pages that came over TLS.
export const chance = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
