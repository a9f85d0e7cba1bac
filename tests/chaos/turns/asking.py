"""What a client of the API asks about one thread; what changes nothing twice is asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import trio

from tests.chaos.client import Defect
from tests.chaos.turns import http
from tests.chaos.turns.http import Answer, Away
from tests.chaos.turns.kept import Kept
from tests.chaos.turns.told import Wish

CLIENT, USER = "acme", "ada"
PAGE = 50  # turns


class Asking:
    """`noticed` is told of all that is asked and answered, but for looks. Turns name `backend`.

    An answer that must not be raises `Defect`.
    """

    def __init__(
        self,
        daemon: Kept,
        port: int,
        thread: str,
        noticed: Callable[[str], None],
        backend: str | None = None,
    ) -> None:
        self.thread = thread
        self.backend = backend
        self.path = f"/v1/threads/{CLIENT}/{USER}/{thread}"
        self._daemon = daemon
        self._port = port
        self._noticed = noticed

    async def open(self, url: str) -> None:
        """Make the thread, and before that the project of the repository at that address."""
        ids = {"clientId": CLIENT, "userId": USER, "threadId": self.thread}
        body = {**ids, "repoUrl": url}
        expected(await self._surely("POST", "/api/init", body), 200)

    async def start(self, key: str, wish: Wish, *, wait: bool) -> str:
        """The turn for that key: it is acknowledged. With `wait` it has ended as well."""
        path = f"{self.path}/turns" + ("?wait=1" if wait else "")
        body = {"instruction": wish.instruction, "mode": wish.mode, "backend": self.backend}
        answer = await self._surely("POST", path, body, {"Idempotency-Key": key})
        turn = expected(answer, 200, 422 if wait else 202)["turn"]
        if wait and not turn["ended"]:
            raise Defect(f"{key} was waited for, and has not ended: {turn}")
        return turn["id"]

    async def listed(self) -> dict[str, dict[str, Any]]:
        """Every turn that there is."""
        found: list[dict[str, Any]] = []
        before = ""
        while True:
            answer = await self._surely("GET", f"{self.path}/turns?limit={PAGE}{before}")
            page = expected(answer, 200)["turns"]
            found += page
            if len(page) < PAGE:
                break
            before = f"&before={page[-1]['id']}"
        if len({it["id"] for it in found}) < len(found):
            raise Defect(f"{self.thread} lists a turn twice")
        return {it["id"]: it for it in found}

    async def look(self, turn: str) -> dict[str, Any]:
        return expected(await self._surely("GET", f"{self.path}/turns/{turn}"), 200)["turn"]

    async def settle(self, turn: str, how: str) -> dict[str, Any]:
        """Keep, or drop."""
        return expected(await self._surely("POST", f"{self.path}/turns/{turn}/{how}"), 200)["turn"]

    async def once(self, turn: str, how: str, body: object = None) -> Answer:
        """Cancel, undo or redo. Raises `Away`, and then it is done or not."""
        return await self._ask("POST", f"{self.path}/turns/{turn}/{how}", body)

    async def _surely(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        while True:
            try:
                return await self._ask(method, path, body, headers)
            except Away:
                await trio.sleep(0.02)

    async def _ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        await self._daemon.until_up()
        what = path.partition("?")[0].rpartition("/")[2]
        if method == "GET":
            return await http.ask(self._port, method, path)
        self._noticed(f"asked {what}")
        answer = await http.ask(self._port, method, path, body, headers)
        self._noticed(f"answered {what}")
        return answer


def expected(answer: Answer, *statuses: int) -> dict[str, Any]:
    if answer.status not in statuses:
        raise Defect(f"{statuses} is expected, and not {answer}")
    return answer.body
