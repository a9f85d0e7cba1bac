"""The usual cause of what was seen, and what to do about it. Pure."""

from __future__ import annotations

from services.doctor.causes import Remedy, Symptom
from services.doctor.remedies.network import NETWORK
from services.doctor.remedies.pages import PAGES
from services.doctor.remedies.sockets import SOCKETS

_REMEDIES = NETWORK | PAGES | SOCKETS

# Where the way may differ from everybody else's when it begins inside the container.
FROM_OUTSIDE = (
    Symptom.NAME_UNKNOWN,
    Symptom.RESOLVER_FAILS,
    Symptom.REFUSED,
    Symptom.NO_CONNECTION,
    Symptom.UNREACHABLE,
    Symptom.TLS_SILENT,
)
HAIRPIN = (
    " This was seen from inside the container, which many networks do not let back in by their"
    " public address: run `nurseryctl doctor --url` from another machine before changing anything."
)


def remedy(symptom: Symptom, *, inside: bool) -> Remedy:
    """What to tell a person; `inside`, when the walk began in the container."""
    known = _REMEDIES[symptom]
    if inside and symptom in FROM_OUTSIDE:
        return Remedy(known.cause, known.advice + HAIRPIN)
    return known
