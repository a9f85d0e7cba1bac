"""Signed tickets: who shows one may see that preview until it expires. Pure.

They are signed with a key that is derived from a token of the operator, so that whoever has that
can make and check them, none needs to be kept, and retiring it makes an end of them all.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable

from services.messages.keys import PREVIEW_ID

TICKET_COOKIE = "nurseryd_preview"
TICKET_PARAMETER = "nurseryd_ticket"  # of an address; never passed on to a site

# The MAC is 32 bytes, whose last sign in base64 has two bits to spare: compared as text, so that
# there is one ticket and not four.
_TICKET = re.compile(
    rf"(?P<id>{PREVIEW_ID.pattern})\.(?P<expires>[1-9][0-9]{{0,11}})\.[A-Za-z0-9_-]{{43}}"
)
_PURPOSE = b"nurseryd preview ticket 1"


def issue(token: str, preview_id: str, expires: int) -> str:
    """A ticket for a preview until `expires`, in Unix seconds; all of it can stand in an address.

    Raises `ValueError` where there is no token to sign it with, or the id is none of a preview.
    """
    if not token or not PREVIEW_ID.fullmatch(preview_id):
        raise ValueError("cannot sign a ticket without a token and the id of a preview")
    said = f"{preview_id}.{expires}"
    key = hmac.digest(token.encode(), _PURPOSE, "sha256")
    mac = hmac.digest(key, said.encode(), "sha256")
    return f"{said}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def read(tokens: Iterable[str], ticket: str, now: float) -> tuple[str, int] | None:
    """The preview that a ticket is for and when it expires; None if it is not ours, or has.

    It is ours if one of `tokens` signed it; `now` is in Unix seconds. Compares in constant time.
    """
    given = _TICKET.fullmatch(ticket)
    if given is None:
        return None
    preview_id, expires = given["id"], int(given["expires"])
    ours = (issue(token, preview_id, expires) for token in tokens if token)
    good = any(hmac.compare_digest(each.encode(), ticket.encode()) for each in ours)
    return (preview_id, expires) if good and expires > now else None


def admits(ticketed: str, preview_id: str) -> bool:
    """Whether a ticket for one preview admits to another: that itself, or its built twin."""
    return _thread(ticketed) == _thread(preview_id)


def _thread(preview_id: str) -> str:
    return preview_id.removesuffix("-built")
