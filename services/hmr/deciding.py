"""Which preview a request is for, and whether it may see it. Pure."""

from __future__ import annotations

import re

from services.hmr.route import pick_preview
from services.messages import Routes

# As `ThreadKey.preview_id` and `built_id` make them.
_PREVIEW_ID = re.compile(r"[a-z0-9-]{0,40}-[0-9a-f]{8}(?:-built)?")


def wanted_preview(host: str, routes: Routes | None) -> str | None:
    """The id of a preview, on the board or not, or None for the default one."""
    label, dot, domain = host.strip().lower().partition(".")
    known = pick_preview(host, routes)
    if known is not None and known.id == label:
        return label
    named = _PREVIEW_ID.fullmatch(label) or domain.partition(":")[0] == "localhost"
    return label if dot and named else None
