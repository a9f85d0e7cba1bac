"""A broken edit of a page: the last good page stays up under an overlay until it is mended."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.looking import listen, stay, stayed
from tests.browser.writing import write
from tests.whole.daemon import Daemon

pytestmark = pytest.mark.system


def test_a_broken_page_stays_up_and_every_tab_heals_when_it_is_mended(
    daemon: Daemon, browser: BrowserContext
) -> None:
    daemon.init()
    daemon.shown("<h1")
    open_before, opened_later = browser.new_page(), browser.new_page()
    listen(open_before, daemon.preview)
    stay(open_before)
    source = daemon.worktree() / "src/pages/index.astro"
    sound = source.read_text(encoding="utf-8")
    write(source, sound + "{")
    overlay = open_before.locator("vite-error-overlay")
    expect(overlay).to_be_attached()
    expect(overlay).to_contain_text("pages/index.astro:")
    expect(overlay).not_to_contain_text(str(daemon.folder))
    expect(open_before.locator("main h1")).to_have_text("Grow something you will love")
    assert stayed(open_before)
    opened_later.goto(daemon.preview)
    expect(opened_later.locator("vite-error-overlay")).to_be_attached()
    write(source, sound.replace("Grow something", "Mend something"))
    for tab in (open_before, opened_later):
        expect(tab.locator("main h1")).to_have_text("Mend something you will love")
        expect(tab.locator("vite-error-overlay")).not_to_be_attached()
