"""The whole daemon and a real browser for every test here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import sites, unmoved

PATIENCE = 30_000  # milliseconds, on a busy machine; what is waited for is mostly there at once

# No sandbox, since tests run as root; the rest keeps Chromium from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def chromium(require: Callable[[str], Path]) -> Iterator[Browser]:
    """Chromium itself, once for all tests here: Playwright's loop would be in the way of others."""
    require("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=unmoved.__file__, args=FLAGS)
        expect.set_options(timeout=PATIENCE)
        yield chromium
        chromium.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that nobody used yet; its pages are tabs of one window."""
    context = chromium.new_context(viewport={"width": 1000, "height": 600})
    context.set_default_timeout(PATIENCE)
    yield context
    for used in chromium.contexts:
        used.close()


@pytest.fixture
def page(browser: BrowserContext) -> Page:
    return browser.new_page()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates of the sites that are not ours, as published."""
    return sites.fetch(tmp_path_factory.mktemp("templates"))
