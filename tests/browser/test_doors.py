"""Every way in: by signed link, in a frame of a product, by cookie on one host, by either port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.looking import INSTALLING, listen, wait_for_site
from tests.browser.product import product
from tests.whole.daemon import Daemon

pytestmark = pytest.mark.system


@pytest.fixture
def signed(tmp_path: Path, cache: Path) -> Iterator[Daemon]:
    """A daemon that shows a preview only to who has a link to it."""
    with Daemon(tmp_path, cache, PREVIEW_ACCESS="signed") as daemon:
        yield daemon


def link(daemon: Daemon, thread: str = "first") -> str:
    """A signed link to a thread's preview, as a product asks for it."""
    status, answer = daemon.post(f"/v1/threads/acme/ada/{thread}/preview/link", {"seconds": 600})
    assert status == 200, answer
    return answer["url"]


def test_a_signed_preview_says_what_it_wants_and_opens_by_its_link(
    signed: Daemon, page: Page
) -> None:
    signed.init()
    address = link(signed)
    bare = address.partition("?")[0]
    refused = page.goto(bare)
    assert refused is not None
    assert refused.status == 401
    expect(page.locator("body")).to_contain_text("preview/link")
    wait_for_site(page, address)
    assert page.url == bare
    assert "nurseryd" not in page.evaluate("document.cookie")
    listen(page, bare)
    signed.execute("change the heading of the home page to By link")
    expect(page.locator("h1")).to_have_text("By link")


def test_a_preview_lives_in_a_frame_of_a_product_on_another_site(
    signed: Daemon, page: Page
) -> None:
    signed.init()
    with product(link(signed)) as address:
        page.goto(address)
    heading = page.frame_locator("iframe").locator("h1")
    expect(heading).to_have_text("Grow something you will love", timeout=INSTALLING)
    [frame] = page.frames[1:]
    assert "nurseryd_ticket" not in frame.url
    signed.execute("change the heading of the home page to In a frame")
    expect(heading).to_have_text("In a frame")


def test_another_site_opens_no_socket_of_a_preview_that_its_visitor_may_see(
    signed: Daemon, page: Page
) -> None:
    opens = """address => new Promise(done => {
        const socket = new WebSocket(address, 'vite-ping');
        socket.onopen = () => done(true);
        socket.onerror = () => done(false);
    })"""
    own = signed.init()["astro"]["ownUrl"]
    wait_for_site(page, own)
    socket = page.url.replace("http", "ws", 1)
    assert page.evaluate(opens, socket) is True
    with product(own) as address:
        page.goto(address)
    expect(page.frame_locator("iframe").locator("h1")).to_be_visible()
    assert page.evaluate(opens, socket) is False


def test_without_names_of_their_own_a_cookie_says_which_preview_it_is(
    tmp_path: Path, cache: Path, page: Page
) -> None:
    one_host = {
        "PREVIEW_ACCESS": "signed",
        "NURSERYD__SERVICE__API__OPTIONS__wildcard": "false",
    }
    with Daemon(tmp_path, cache, **one_host) as daemon:
        daemon.init("one")
        daemon.init("two")
        wait_for_site(page, link(daemon, "one"))
        assert page.url == daemon.preview
        listen(page, daemon.preview)
        daemon.execute("change the heading of the home page to Two", "two")
        daemon.execute("change the heading of the home page to One", "one")
        expect(page.locator("h1")).to_have_text("One")
        wait_for_site(page, link(daemon, "two"))
        expect(page.locator("h1")).to_have_text("Two")


def test_both_ports_are_one_door(daemon: Daemon, browser: BrowserContext) -> None:
    daemon.init()
    daemon.shown("<h1")
    tabs = [browser.new_page() for _ in range(2)]
    for tab, port in zip(tabs, (daemon.astro_port, daemon.hmr_port), strict=True):
        listen(tab, f"http://127.0.0.1:{port}/")
    daemon.execute("change the heading of the home page to Twice")
    for tab in tabs:
        expect(tab.locator("h1")).to_have_text("Twice")
