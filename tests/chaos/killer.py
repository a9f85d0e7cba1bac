"""When the daemon is killed: at any moment, inside an operation, after an answer, in a start."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import trio

from tests.chaos.client import Client
from tests.chaos.daemon import Life
from tests.chaos.script import Step
from tests.chaos.tally import Tally

HOWS = ("any", "sent", "answered")
ANY = 0.3  # seconds within which a kill without an aim comes
PATIENCE = 20.0  # seconds to wait for what it aims at
TRIES = 3  # steps of a client that was to do something and could not
CHANCE_ALONE = 0.7  # that what it aims at need not wait for others of the same user
AFTER = 0.002  # seconds after an answer
START = 0.5  # seconds of a start, until one was seen


class Killer:
    """Aims at one kind of operation in each life, and lets one client ask for it."""

    def __init__(self, rng: Random, clients: Sequence[Client], tally: Tally) -> None:
        self._rng = rng
        self._clients = clients
        self._tally = tally
        self._typical: dict[str, float] = {}
        self._start = self._recovery = START
        self._since: dict[Client, float] = {}
        self._aim: str | None = None
        self._wished: Client | None = None
        self._held: frozenset[Client] = frozenset()
        self._over = trio.Event()
        self._begun = trio.Event()
        self._tries = 0
        self._seen = trio.Event()
        self._for = ""

    # What it is told: see `Watching`.

    async def goes_on(self, client: Client) -> bool:
        if client in self._held:
            await self._over.wait()
        return not self._over.is_set()

    def wish(self, client: Client) -> str | None:
        return self._aim if client is self._wished else None

    def sent(self, client: Client, step: Step) -> None:
        self._since[client] = trio.current_time()
        self._notice("sent", step)
        if client is self._wished and step.kind != self._aim:
            self._tries -= 1
            if not self._tries:
                self._seen.set()

    def answered(self, client: Client, step: Step) -> None:
        took = trio.current_time() - self._since.pop(client)
        known = self._typical.get(step.kind, took)
        self._typical[step.kind] = 0.8 * known + 0.2 * took
        self._tally.answered[step.kind] += 1
        self._begun.set()
        self._notice("answered", step)

    # What it does.

    async def strike(self, life: Life, aim: str | None = None) -> None:
        """Kill while the clients work; `aim` is what to hit if that is not left to chance."""
        if aim is None:
            with trio.move_on_after(PATIENCE):  # a clone that is always killed brings nothing new
                await self._begun.wait()
        how = "sent" if aim else self._rng.choices(HOWS, (3, 5, 2))[0]
        if how == "any":
            await trio.sleep(self._rng.uniform(0, ANY))
        else:
            await self._until_in_sight(how, aim or self._rng.choice(self._clients[0].script.kinds))
        life.kill()
        self._over.set()
        self._aim = self._wished = None
        self._tally.kills += 1

    async def _until_in_sight(self, how: str, aim: str) -> None:
        """Let a client do it, alone in its repository at most times, and be right in it."""
        self._for, self._aim, self._seen = how, aim, trio.Event()
        self._wished, self._tries = wished, _ = self._rng.choice(self._clients), TRIES
        if self._rng.random() < CHANCE_ALONE:
            mates = [it for it in self._clients if it.script.user is wished.script.user]
            self._held = frozenset(mates) - {wished}
        with trio.move_on_after(PATIENCE):
            await self._seen.wait()
        longest = AFTER if how == "answered" else self._typical.get(aim, ANY)
        await trio.sleep(self._rng.uniform(0, longest))

    def look(self) -> None:
        """Count what the kill has hit, when everything that was answered has come in."""
        users: set[object] = set()
        for client in sorted(self._since, key=self._since.__getitem__):
            assert client.step is not None
            first = client.script.user not in users
            (self._tally.inside if first else self._tally.behind)[client.step.kind] += 1
            users.add(client.script.user)
        self._since.clear()
        self._held, self._over = frozenset(), trio.Event()

    def started(self, start: float, recovery: float) -> None:
        """So many seconds a start took, and its recovery."""
        self._start, self._recovery = start, recovery

    async def early(self, life: Life) -> None:
        """Kill in a start, and rather in its recovery than before that."""
        if self._rng.random() < 0.2:
            await trio.sleep(self._rng.uniform(0, self._start))
        else:
            with trio.move_on_after(2 * START):
                await life.recovering.wait()
            await trio.sleep(self._rng.uniform(0, self._recovery))
        inside = life.recovering.is_set() and not life.ready
        life.kill()
        self._tally.kills += 1
        self._tally.early += 1
        self._tally.in_recovery += inside

    def _notice(self, how: str, step: Step) -> None:
        if (how, step.kind) == (self._for, self._aim):
            self._wished = None
            self._seen.set()
