"""What axe-core has to say of a page; see https://github.com/dequelabs/axe-core."""

from __future__ import annotations

from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.services.studio import building

SCHEMES = ("light", "dark")


def findings(page: Page) -> list[str]:
    """What hinders people much, or keeps them out, as the page is; one line each."""
    page.evaluate(_source())
    # What is in the frame is somebody's site.
    found: dict[str, Any] = page.evaluate(
        "() => axe.run(document, { iframes: false, resultTypes: ['violations'] })"
    )
    return [
        f"{violation['id']}: {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def in_both_schemes(page: Page) -> dict[str, list[str]]:
    """The findings in the light and in the dark; none where there are none in either."""
    found: dict[str, list[str]] = {}
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if seen := findings(page):
            found[scheme] = seen
    return found


@cache
def _source() -> str:
    building.install()
    text = (building.MODULES / "axe-core/axe.min.js").read_text(encoding="utf-8")
    # It is evaluated for what it defines, whatever the value of its last statement.
    return f"() => {{ if (!window.axe) {{ {text} }} }}"
