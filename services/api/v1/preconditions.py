"""Which content of a file whoever changes it has seen: the headers that say so. Pure."""

from __future__ import annotations

import re

from services.api.errors import Problem

_ETAG = re.compile(r'"([0-9a-f]{40})"')
UNSEEN = (
    "cannot change a file unseen: send If-Match with the ETag that GET answers{}, so that nobody's"
    " work is overwritten"
)
OR_NEW = ", or 'If-None-Match: *' for a file that is not there"


def etag(hash: str | None) -> str:
    """The hash of a file as a header has it."""
    return f'"{hash}"'


def expected(if_match: str | None) -> str:
    """The hash of the content that is to be changed. Raises `Problem`, 428 where none is said."""
    if if_match is None or if_match.strip() == "*":
        raise Problem(428, UNSEEN.format(""))
    return _hash(if_match)


def expected_or_new(if_match: str | None, if_none_match: str | None) -> str | None:
    """The same, or None where there is to be no file yet. Raises `Problem`."""
    if if_none_match is None:
        if if_match is None or if_match.strip() == "*":
            raise Problem(428, UNSEEN.format(OR_NEW))
        return _hash(if_match)
    if if_match is not None:
        raise Problem(400, "cannot use both If-Match and If-None-Match: send one of them")
    if if_none_match.strip() != "*":
        raise Problem(400, "cannot use this If-None-Match: it is * for a file that is not there")
    return None


def _hash(given: str) -> str:
    found = _ETAG.fullmatch(given.strip())
    if found is None:
        raise Problem(400, "cannot use this If-Match: it is one ETag, as GET answers it")
    return found[1]
