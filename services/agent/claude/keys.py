"""The secrets that the CLI is given, whether a variable holds them or says where they are."""

from __future__ import annotations

from collections.abc import Mapping

import trio

from services.agent.backend import BackendError
from services.agent.claude.environment import on_bedrock
from services.aws import Reference, Remembered
from supervisor.desk import Refused

_DIRECT = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
_BEDROCK = ("AWS_BEARER_TOKEN_BEDROCK",)


class Keys:
    """`ours` are the daemon's variables."""

    def __init__(self, ours: Mapping[str, str], secrets: Remembered) -> None:
        self._ours = ours
        self._secrets = secrets

    async def given(self) -> dict[str, str]:
        """All the variables, with the secrets themselves; raises `BackendError`.

        Waits for AWS where one is not remembered.
        """
        given = dict(self._ours)
        for name, reference in self._references().items():
            try:
                given[name] = await trio.to_thread.run_sync(
                    self._secrets.text, reference, abandon_on_cancel=True
                )
            except Refused as refusal:
                raise BackendError(f"no {name}: {refusal}") from refusal
            if not given[name]:
                raise BackendError(f"no {name}: put one into {reference}")
        return given

    async def given_anew(self, refused: Mapping[str, str]) -> dict[str, str] | None:
        """The same, read anew, after those in `refused` were; None where they are what there is."""
        for reference in self._references().values():
            self._secrets.forget(reference)
        given = await self.given()
        return None if given == refused else given

    def _references(self) -> dict[str, Reference]:
        names = _BEDROCK if on_bedrock(self._ours) else _DIRECT
        found = {name: Reference.of(self._ours.get(name, "")) for name in names}
        return {name: reference for name, reference in found.items() if reference is not None}
