"""Which previews a token with a scope lets somebody see. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import inf

from services.messages import EVERYTHING, Routes, Scope, ThreadKey
from services.messages.tickets import admits
from services.messages.tokens import BadToken, Grant, is_scoped, verify


@dataclass(frozen=True, slots=True)
class Reached:
    """A preview that may be seen `until` then, in Unix seconds; with None the default one."""

    preview_id: str | None
    until: float = inf


def read_grants(shown: Iterable[bytes], signers: Collection[str], now: float) -> Iterator[Grant]:
    """What the tokens among these are good for; nothing of those that are not good."""
    for token in (each.decode("latin-1") for each in shown):
        if is_scoped(token):
            with suppress(BadToken):
                yield verify(signers, token, now).grant


def reach(
    grants: Iterable[Grant], wanted: str | None, previews: Routes, now: float
) -> Reached | None:
    """The preview of that id, or where none is `wanted` the grant's own, or else the default one.

    None where no grant is known to cover it.
    """
    for grant in grants:
        until = inf if grant.expires is None else grant.expires
        if grant.scope == EVERYTHING:
            return Reached(wanted, until)
        meant = wanted
        if meant is None:
            meant = _own(grant.scope) or previews.default
            until = now  # the next time another one may be the default
        if meant is not None and _is_within(grant.scope, meant, previews):
            return Reached(meant, until)
    return None


def _is_within(scope: Scope, preview_id: str, previews: Routes) -> bool:
    """Whether a preview is known to be one of the scope's; one thread's can be told by its id."""
    if (own := _own(scope)) is not None:
        return admits(own, preview_id)
    preview = previews.previews.get(preview_id)
    return preview is not None and scope.covers(Scope.of(preview.key))


def _own(scope: Scope) -> str | None:
    return ThreadKey(*scope.ids).preview_id if scope.thread is not None else None
