"""Whom to tell what, as the configuration has it."""

from __future__ import annotations

import hashlib
from typing import Literal, get_args

import msgspec

from services.messages import Scope
from services.posting import target
from services.posting.signing import key_of
from supervisor.desk import Refused

Kind = Literal["turn.finished", "preview.error", "idle.stop", "idle.blocked"]


class Hook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of `[[service.webhooks.options.hooks]]`.

    `url` is https; plain http goes to this machine alone, unless `insecure`. Each of the `secrets`
    signs, so that one can be exchanged for another. `scope` says of which threads it is told:
    `operator` for all, `client:a`, `user:a/b`, `thread:a/b/c`. Raises `ValueError`.
    """

    url: str
    secrets: tuple[str, ...]
    events: tuple[Kind, ...] = get_args(Kind)
    scope: str = "operator"
    insecure: bool = False

    def __post_init__(self) -> None:
        target.check(self.url, insecure=self.insecure)
        if not self.secrets or not self.events:
            raise ValueError("secrets and events: give at least one of each")
        for secret in self.secrets:
            key_of(secret)
        try:
            Scope.parse(self.scope)
        except Refused as refusal:
            raise ValueError(f"scope: {refusal}") from None

    @property
    def id(self) -> str:
        """The same for as long as it goes to the same place about the same threads."""
        said = f"{self.url} {self.scope}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def host(self) -> str:
        """Where it goes, without the path, which may be a secret of its own."""
        return target.host_of(self.url)

    @property
    def reach(self) -> Scope:
        return Scope.parse(self.scope)
