"""Which tags an image gets in a registry. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from supervisor.desk import Refused

_LABEL = "org.opencontainers.image."
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
SHORT = 12  # digits of a revision
DIRTY = "-dirty"


def tags(labels: Mapping[str, str], given: str = "") -> tuple[str, ...]:
    """Those of an image with these labels, its version and its revision; or the one `given`.

    The slim image's end in -slim, for both images share a repository. One of a working tree with
    changes has no version: that tag would be the next clean one's. Raises `Refused`.
    """
    if given:
        return (_checked(given),)
    version, revision = (_known(labels, name) for name in ("version", "revision"))
    clean = revision.removesuffix(DIRTY)[:SHORT]
    named = [f"{clean}{DIRTY}"] if is_dirty(labels) else [version, clean]
    slim = "-slim" if labels.get(f"{_LABEL}title", "").endswith("(slim)") else ""
    found = tuple(_checked(f"{name}{slim}") for name in named if name)
    if not found:
        raise Refused(
            "cannot tell which tag the image gets: its labels name neither version nor revision;"
            " build it with 'make image', or give --tag"
        )
    return found


def is_dirty(labels: Mapping[str, str]) -> bool:
    """Whether an image is of a working tree with changes."""
    return _known(labels, "revision").endswith(DIRTY)


def _known(labels: Mapping[str, str], name: str) -> str:
    value = labels.get(f"{_LABEL}{name}", "")
    return "" if value == "unknown" else value


def _checked(tag: str) -> str:
    if not _TAG.fullmatch(tag):
        raise Refused(
            f"cannot use the tag {tag!r}: it is up to 128 letters, digits, '_', '.' or '-'"
        )
    return tag
