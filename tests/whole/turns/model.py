"""A stand-in for the model's API in a thread of its own, for tests that wait for a daemon."""

from __future__ import annotations

import json
import threading

import trio

from services.standin import Conversation, Rule, Script, Standin, standin
from tests.whole.daemon import until


class Model:
    """Answers by the rules that it is given last; a context manager."""

    def __init__(self) -> None:
        self._thread = threading.Thread(target=lambda: trio.run(self._serve), name="model")
        self._listens = threading.Event()
        self._standin: Standin | None = None
        self._scope = trio.CancelScope()
        self._token: trio.lowlevel.TrioToken | None = None

    def __enter__(self) -> Model:
        self._thread.start()
        assert self._listens.wait(10)
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._token is not None
        self._token.run_sync_soon(self._scope.cancel)
        self._thread.join()

    async def _serve(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        with self._scope:
            async with standin() as it:
                self._standin = it
                self._listens.set()
                await trio.sleep_forever()

    @property
    def _it(self) -> Standin:
        assert self._standin is not None
        return self._standin

    @property
    def url(self) -> str:
        return self._it.url

    def follow(self, *rules: Rule) -> None:
        """Forget what came, and answer by these rules."""
        self._it.requests.clear()
        self._it.script = Script(rules)

    @property
    def heard(self) -> list[Conversation]:
        """What it was asked since, in order; a client's probes are left out."""
        return list(self._it.asked)

    def words(self, which: int = 0) -> str:
        """All that it was told when it was asked for the `which`th time since."""
        asked = [it for it in self._it.requests if it.conversation and not it.conversation.probe]
        return json.dumps(json.loads(asked[which].body), ensure_ascii=False)

    @property
    def reached(self) -> str:
        """All that came since, as text."""
        return "\n".join(it.text for it in list(self._it.requests))

    def until_hung_up(self) -> None:
        """Wait until nobody listens to an answer any more."""
        until("the end of every request", lambda: all(it.done for it in self._it.requests), 10)
