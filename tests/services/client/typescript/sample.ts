// What a page does that is built on the API: it must compile with the types as they are made.
import type { FollowThread, Operations, ProblemDetails, TextDelta, Turn } from "nurseryd";

type Name = keyof Operations;
type Filled<T> = T extends Record<string, never> ? { [key: string]: string } : T;

class Refused extends Error {
  constructor(readonly problem: ProblemDetails) {
    super(problem.detail);
  }
}

async function call<N extends Name>(
  method: Operations[N]["method"],
  path: Operations[N]["path"],
  parameters: Filled<Operations[N]["parameters"]>,
  body: Operations[N]["body"],
): Promise<Operations[N]["reply"]> {
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent((parameters as Record<string, string>)[name] ?? ""),
  );
  const answer = await fetch(address, {
    method,
    headers: { "Content-Type": "application/json", Authorization: "Bearer TOKEN" },
    body: body === undefined ? null : JSON.stringify(body),
  });
  if (!answer.ok) throw new Refused((await answer.json()) as ProblemDetails);
  return (await answer.json()) as Operations[N]["reply"];
}

function listen<K extends keyof FollowThread>(
  source: EventSource,
  kind: K,
  hear: (event: FollowThread[K]) => void,
): void {
  source.addEventListener(kind, (event) => hear(JSON.parse(event.data) as FollowThread[K]));
}

const key = { client: "acme", user: "ann", thread: "first" };
const reply = await call<"startTurn">(
  "POST",
  "/v1/threads/{client}/{user}/{thread}/turns",
  key,
  { instruction: "Change the heading to Hello", mode: "plan" },
);
const turn: Turn = reply.turn;
const source = new EventSource(`/v1/threads/acme/ann/first/events?after=${turn.firstEvent - 1}`);
listen(source, "text.delta", (event: TextDelta) => document.body.append(event.text));
listen(source, "turn.finished", (event) => {
  if (event.turn === turn.id && event.state === "committed") source.close();
});

// @ts-expect-error A mode that there is not.
await call<"startTurn">("POST", "/v1/threads/{client}/{user}/{thread}/turns", key, { instruction: "", mode: "dream" });
// @ts-expect-error A method that this does not take.
await call<"getTurn">("POST", "/v1/threads/{client}/{user}/{thread}/turns/{turn}", { ...key, turn: "t" }, undefined);
// @ts-expect-error An event of which there is no such field.
listen(source, "commit", (event) => event.text);
