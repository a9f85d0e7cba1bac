"""The routes of the API, as the documentation writes them."""

from __future__ import annotations

import re

from services.api import Options
from services.api.app import build
from services.api.grace import Grace
from services.keyring.ring import Keyring
from services.messages import Activity
from tests.harness import Harness
from tests.services.api.fakes import SPEC


def routes() -> set[str]:
    """`METHOD /path`, where … is `{client}/{user}/{thread}`."""
    ctx = Harness(SPEC).context(Options())
    sender = ctx.sender("activity", Activity)
    app = build(ctx, keyring=Keyring("t"), activity=sender, grace=Grace(1.0))
    there: set[str] = set()
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<client>/<user>/<thread>", "…")
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
        there |= {f"{method} {path}" for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    return there
