"""A picture with fewer colours shows the same."""

from __future__ import annotations

import base64

from playwright.sync_api import Page

from tests.browser.conftest import browser, page
from tests.browser.shots.palette import reduced

__all__ = ["browser", "page"]

FEW = """<body style="margin: 0; background: linear-gradient(90deg, teal 50%, gold 50%)">
<div style="inline-size: 30%; block-size: 50vh; background: crimson"></div>"""


def test_a_picture_of_few_colours_is_the_same_and_smaller(page: Page) -> None:
    page.set_viewport_size({"width": 300, "height": 200})
    page.set_content(FEW)
    before = page.screenshot()
    after = reduced(before)
    assert len(after) < len(before)
    source = f"data:image/png;base64,{base64.b64encode(after).decode()}"
    page.set_content(f'<body style="margin: 0"><img style="display: block" src="{source}">')
    assert page.screenshot() == before
