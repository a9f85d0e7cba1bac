"""Whatever breaks under a page of the studio, nothing is lost and nothing is doubled."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.studio import Studio
from tests.browser.talking import studio, talking
from tests.whole.daemon import Daemon

__all__ = ["studio", "talking"]

pytestmark = pytest.mark.system


def test_a_reload_in_the_middle_of_a_turn_loses_nothing_and_doubles_nothing(
    studio: Studio,
) -> None:
    studio.ask("change the heading of the home page to Before")
    studio.ended("done")
    before = " ".join(studio.said().all_inner_texts())
    studio.ask("count slowly")
    expect(studio.last.locator(".step[data-ok=true]")).to_have_count(1)
    studio.page.reload()
    expect(studio.turns).to_have_count(2)
    studio.ended("working")
    expect(studio.said().first).to_have_text("one two three")
    studio.ended("done")
    expect(studio.said()).to_have_text(["one two three", "four five six"])
    expect(studio.last.locator(".step")).to_have_count(1)
    # What ended before the page was read is shown as it ended: its text, without the steps.
    expect(studio.said(studio.turns.first).first).to_be_visible()
    shown = " ".join(studio.said(studio.turns.first).all_inner_texts())
    assert "".join(shown.split()) in "".join(before.split())
    studio.page.reload()
    expect(studio.turns).to_have_count(2)
    expect(studio.said()).to_have_text(["one two three", "four five six"])


def test_what_others_ask_for_appears_and_the_page_comes_back_after_a_restart_of_the_api(
    studio: Studio,
) -> None:
    daemon = studio.daemon
    daemon.execute("change the heading of the home page to From elsewhere", studio.thread)
    studio.ended("done")
    expect(studio.turns).to_have_count(1)
    code = "from supervisor.cli.nurseryctl import main; main()"
    socket = daemon.folder / ".nurseryd/nurseryd.sock"
    subprocess.run(
        [sys.executable, "-c", code, "--socket", str(socket), "restart", "api"],
        cwd=daemon.folder,
        check=True,
        capture_output=True,
    )
    daemon.execute("change the heading of the home page to Once more", studio.thread)
    expect(studio.turns).to_have_count(2)
    studio.ended("done")
    studio.live()
    studio.broken_off()


def test_a_site_that_nobody_could_show_at_first_is_there_as_soon_as_somebody_can(
    studio: Studio,
) -> None:
    studio.shown()
    studio.page.route("**/preview/link", lambda route: route.abort(), times=1)
    with studio.page.expect_event("requestfailed", lambda it: it.url.endswith("/preview/link")):
        studio.page.reload()
    studio.shown()
    expect(studio.page.get_by_role("button", name="Reload")).to_be_enabled()


def test_two_threads_in_two_windows_go_their_own_ways(
    studio: Studio, talking: Daemon, browser: BrowserContext
) -> None:
    talking.init("other")
    other = Studio(talking, browser.new_page(), "other")
    other.open()
    other.live()
    studio.shown()
    other.shown()
    studio.ask("count slowly")
    other.ask("change the heading of the home page to Of the other one")
    other.ended("done")
    other.shown("Of the other one")
    studio.ended("done")
    for window, count in ((studio, 1), (other, 1)):
        expect(window.turns).to_have_count(count)
    studio.shown()
    assert studio.site_origin != other.site_origin
    # The same thread in another window has the same to tell, as it happens.
    third = Studio(talking, browser.new_page(), studio.thread)
    third.open()
    third.ask("say hello")
    studio.ended("done, nothing was changed")
    expect(studio.turns).to_have_count(2)
    expect(studio.said()).to_have_text(["Hello."])
    assert other.complaints == third.complaints == []
    talking.ask("DELETE", "/v1/threads/acme/ada/other/preview")


def test_a_turn_that_a_kill_interrupted_is_shown_so_and_once(studio: Studio) -> None:
    """The last test of the file: the daemon that they share is another one after it."""
    studio.ask("never end")
    studio.changed("public/half.txt")
    studio.daemon.end(signal.SIGKILL)
    expect(studio.page.locator("#connection")).not_to_have_text("live")
    studio.daemon.start()
    studio.ended("interrupted")
    studio.live()
    expect(studio.turns).to_have_count(1)
    expect(studio.said()).to_have_text(["I begin."])
    studio.press("Keep")
    studio.ended("interrupted, what it had changed was kept")
    studio.broken_off()
