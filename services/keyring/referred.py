"""Tokens of the operator that are in AWS Secrets Manager: read where they are used, and again."""

from __future__ import annotations

from collections.abc import Callable

import structlog
import trio

from services.aws import Reference
from services.keyring.given import given_tokens
from services.keyring.ring import Keyring
from supervisor.desk import Refused

log = structlog.get_logger()

EVERY = 300.0  # seconds, for a secret that was rotated to be seen
SOONEST = 20.0  # where an unknown token was shown, which may be the new one
AGAIN = (1.0, 2.0, 5.0, 10.0, 20.0)  # as long as it cannot be read
PATIENCE = 5.0  # for the first answer, before the service goes on without it


class Referred:
    """Keeps a keyring in line with the secret that `given` refers to; `hide` is `Context.hide`."""

    def __init__(self, keyring: Keyring, given: str, hide: Callable[[str], None]) -> None:
        self._keyring = keyring
        self._given = given
        self._hide = hide
        self._wanted = trio.Event()
        self._looked = trio.Event()

    async def follow(self) -> None:
        """Read it again and again, until cancelled; nothing where `given` is the token itself.

        As long as it cannot be read, the tokens that were read last stay good.
        """
        if Reference.of(self._given) is None:
            self._looked.set()
            return
        self._keyring.refused = lambda: self._wanted.set()
        failures = 0
        while True:
            self._wanted = trio.Event()
            failures = 0 if await self._read() else failures + 1
            self._looked.set()
            if failures:
                await trio.sleep(AGAIN[min(failures, len(AGAIN)) - 1])
                continue
            await trio.sleep(SOONEST)
            with trio.move_on_after(EVERY - SOONEST):
                await self._wanted.wait()

    async def looked(self) -> None:
        """Wait for the first answer, whatever it is, but no longer than `PATIENCE`."""
        with trio.move_on_after(PATIENCE):
            await self._looked.wait()

    async def _read(self) -> bool:
        try:
            tokens = await trio.to_thread.run_sync(
                given_tokens, self._given, abandon_on_cancel=True
            )
        except Refused as refusal:
            log.warning("operator's token not read", reason=str(refusal))
            return False
        for token in tokens:
            self._hide(token)
        self._keyring.take(tokens)
        return True
