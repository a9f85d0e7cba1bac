"""A conversation in the studio, beside the site that it is about, as a person has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.studio import HEADING, INSTALLING, Studio
from tests.browser.talking import studio, talking
from tests.whole.daemon import Daemon, git

__all__ = ["studio", "talking"]

pytestmark = pytest.mark.system


def test_a_person_comes_for_the_first_time_and_watches_the_site_change_as_told(
    tmp_path: Path, cache: Path, page: Page
) -> None:
    """By the address that the server printed, and from there by what the page offers."""
    first = {"CLIENT_ID": "acme", "USER_ID": "ada", "THREAD_ID": "first"}
    with Daemon(tmp_path, cache, **first) as daemon:
        studio = Studio(daemon, page)
        page.goto(f"{studio.origin}/?token={daemon.token}")
        assert page.url == f"{studio.origin}/"
        page.get_by_role("button", name="Open the first conversation").click()
        page.wait_for_url(studio.address)
        studio.live()
        expect(studio.box).to_be_focused()
        studio.shown()
        studio.ask("change the heading of the home page to Told in a chat")
        studio.ended("done")
        expect(studio.last.locator(".instruction")).to_have_text(
            "change the heading of the home page to Told in a chat"
        )
        studio.changed("src/pages/index.astro")
        expect(studio.last.locator(".step[data-ok=true]").first).to_be_attached()
        studio.shown("Told in a chat")
        # The frame does not have to be loaded again for what needs no loading.
        studio.frame.evaluate("window.stillTheSamePage = true")
        studio.ask("change the background colour to rebeccapurple")
        studio.frame.wait_for_function(
            "getComputedStyle(document.body).backgroundColor === 'rgb(102, 51, 153)'"
        )
        assert studio.frame.evaluate("window.stillTheSamePage") is True
        studio.ended("done")
        assert git(daemon.worktree(), "log", "-2", "--format=%s").splitlines() == [
            "change the background colour to rebeccapurple",
            "change the heading of the home page to Told in a chat",
        ]
        assert studio.complaints == []


def test_a_conversation_that_there_is_not_is_opened_at_its_address(
    talking: Daemon, page: Page
) -> None:
    studio = Studio(talking, page, "by-address")
    studio.open()
    expect(page.get_by_role("button", name="Open it")).to_be_visible()
    assert axe.in_both_schemes(page) == {}
    page.get_by_role("button", name="Open it").click()
    studio.live()
    expect(studio.box).to_be_focused()
    studio.shown()
    page.get_by_role("button", name="Conversations", exact=True).click()
    expect(page.get_by_role("link", name="by-address")).to_be_visible()
    assert studio.complaints == []


def test_a_turn_is_undone_and_redone_and_with_it_what_stands_on_it(studio: Studio) -> None:
    studio.shown()
    for text in ("First", "Second"):
        studio.ask(f"change the heading of the home page to {text}")
        studio.ended("done")
        studio.shown(text)
    studio.last.get_by_role("button", name="Undo", exact=True).focus()
    studio.page.keyboard.press("Enter")
    studio.ended("undone")
    studio.shown("First")
    studio.press("Redo")
    studio.ended("done")
    studio.shown("Second")
    first = studio.turns.first
    studio.press("Undo", first)
    expect(first.get_by_role("alert")).to_contain_text("cannot undo this turn alone")
    studio.ended("done", first)
    studio.press("Undo it and 1 other", first)
    studio.ended("undone", first)
    studio.ended("undone")
    studio.shown(HEADING)


@pytest.mark.parametrize(("button", "became"), [("Keep", "kept"), ("Drop", "dropped")])
def test_a_turn_is_cancelled_and_what_it_left_is_kept_or_dropped(
    studio: Studio, button: str, became: str
) -> None:
    studio.page.set_viewport_size({"width": 1000, "height": 420})
    studio.ask("never end")
    studio.changed("public/half.txt")
    studio.ended("working")
    studio.press("Cancel")
    expect(studio.last.get_by_role("button", name=button)).to_be_in_viewport(ratio=1)
    expect(studio.last.locator(".error")).to_contain_text("keep it or drop it")
    studio.ended("cancelled")
    expect(studio.last.get_by_role("button", name="Cancel")).to_be_hidden()
    expect(studio.last.locator(".said")).not_to_contain_text("I end.")
    studio.press(button)
    studio.ended(f"cancelled, what it had changed was {became}")
    expect(studio.last.get_by_role("button", name=button)).to_be_hidden()
    expect(studio.last.locator(".error")).to_be_hidden()
    worktree = studio.daemon.worktree(studio.thread)
    assert (worktree / "public/half.txt").exists() is (became == "kept")
    assert git(worktree, "status", "--short") == ""


def test_a_permission_is_asked_for_and_given_or_not(studio: Studio) -> None:
    studio.ask("publish it")
    asked = studio.last.locator(".permission")
    expect(asked).to_contain_text("May it use publish? the whole\\u{202e} site")
    studio.page.reload()
    expect(asked).to_contain_text("the whole\\u{202e} site")
    studio.press("Allow")
    expect(asked).to_have_count(0)
    studio.ended("done")
    expect(studio.last.locator(".said")).to_contain_text("It is published.")
    expect(studio.last.locator(".facts")).to_contain_text("$0.0123 · 1,234 tokens")
    studio.ask("publish it again")
    studio.press("Deny")
    studio.ended("done, nothing was changed")
    expect(studio.last.locator(".said")).not_to_contain_text("It is published.")


def test_what_was_said_long_ago_comes_when_it_is_asked_for(studio: Studio) -> None:
    for number in range(51):
        studio.daemon.execute(f"say hello {number}", studio.thread)
    studio.page.reload()
    expect(studio.turns).to_have_count(50)
    studio.page.get_by_role("button", name="Earlier").click()
    expect(studio.turns).to_have_count(51)
    expect(studio.page.get_by_role("button", name="Earlier")).to_be_hidden()
    expect(studio.turns.first.locator(".instruction")).to_have_text("say hello 0")
    expect(studio.turns.first.locator(".said")).to_have_text("Hello.")


def test_a_preview_that_wants_a_link_is_shown_all_the_same(
    tmp_path: Path, cache: Path, page: Page
) -> None:
    with Daemon(tmp_path, cache, PREVIEW_ACCESS="signed") as daemon:
        daemon.init()
        studio = Studio(daemon, page)
        studio.open()
        expect(studio.heading).to_have_text(HEADING, timeout=INSTALLING)
        assert studio.complaints == []
