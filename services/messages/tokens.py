"""Tokens that are good for a scope: signed by one of the operator's own, and stored nowhere. Pure.

Whoever has a token of the operator can make and check them. They end when that one does, or by
themselves.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct

from services.messages.keys import ID
from services.messages.scopes import Scope

TICKET_QUERY = "ticket"  # the parameter of an address that holds one
_PREFIX = "nt1."  # so that scanners of secrets, and people, know one when they see it
_PURPOSE = b"nurseryd scoped token 1"
_NEVER = "never"

# The MAC is 32 bytes, whose last sign in base64 has two bits to spare: compared as text, so that
# there is one token and not four.
_TOKEN = re.compile(
    r"nt1\.(?P<access>full|read|ticket)"
    rf"\.(?P<scope>operator|client(?:\.{ID.pattern})|user(?:\.{ID.pattern}){{2}}"
    rf"|thread(?:\.{ID.pattern}){{3}})"
    r"\.(?P<expires>never|[1-9][0-9]{0,10})\.[A-Za-z0-9_-]{43}"
)


class Access(StrEnum):
    """What may be done within a scope."""

    FULL = "full"
    READ = "read"  # look, and change nothing
    TICKET = "ticket"  # the same, by a token that may stand in an address


class Grant(Struct, frozen=True):
    """What a token is good for. `expires` is in Unix seconds; None for never."""

    scope: Scope
    access: Access = Access.FULL
    expires: int | None = None

    def is_over(self, now: float) -> bool:
        return self.expires is not None and self.expires <= now

    @property
    def ending(self) -> str:
        """When it expires, for a person: in ISO 8601 and UTC, or "never"."""
        if self.expires is None:
            return _NEVER
        return datetime.fromtimestamp(self.expires, UTC).isoformat().replace("+00:00", "Z")


class Verified(Struct, frozen=True):
    """A grant, and the operator's token that it was signed by."""

    grant: Grant
    signer: str


class BadToken(Exception):
    """What is wrong with a token, as the end of a sentence."""


class Expired(BadToken):
    """It was good, and its time is over."""


def is_scoped(token: str) -> bool:
    """Whether this is meant for a token of ours with a scope, good or not."""
    return token.startswith(_PREFIX)


def sign(signer: str, grant: Grant) -> str:
    """The token for a grant; all of it can stand in a header, a cookie or an address.

    `signer` is a token of the operator. Raises `ValueError` where that is empty, or where the
    token would not be one: its end has more than 11 digits.
    """
    scope = ".".join((str(grant.scope).partition(":")[0], *grant.scope.ids))
    expires = _NEVER if grant.expires is None else str(grant.expires)
    said = f"{_PREFIX}{grant.access}.{scope}.{expires}"
    key = hmac.digest(signer.encode(), _PURPOSE, "sha256")
    mac = hmac.digest(key, said.encode(), "sha256")
    token = f"{said}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    if not signer or not _TOKEN.fullmatch(token):
        raise ValueError("cannot sign a token without one of the operator's, and an end in time")
    return token


def read_grant(token: str) -> Grant:
    """What a token says that it is good for, whoever signed it; raises `BadToken`."""
    said = _TOKEN.fullmatch(token)
    if said is None:
        raise BadToken("it is not whole")
    _, *ids = said["scope"].split(".")
    expires = None if said["expires"] == _NEVER else int(said["expires"])
    return Grant(Scope(*ids), Access(said["access"]), expires)


def verify(signers: Iterable[str], token: str, now: float) -> Verified:
    """What a token is good for, if one of `signers` signed it and it has not expired.

    `now` is in Unix seconds. Compares in constant time. Raises `BadToken`.
    """
    grant = read_grant(token)
    for signer in filter(None, signers):
        if hmac.compare_digest(sign(signer, grant).encode(), token.encode()):
            break
    else:
        raise BadToken("it was signed by another server, or by a token that is retired")
    if grant.expires is not None and grant.is_over(now):
        raise Expired(f"it expired at {grant.ending}")
    return Verified(grant, signer)
