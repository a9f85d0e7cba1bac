"""The box of the chat: what comes into it, what goes out, and what does so once more."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Locator, Route, expect

from tests.browser.studio import Studio
from tests.browser.talking import studio, talking

__all__ = ["studio", "talking"]

pytestmark = pytest.mark.system

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cf500f00038501802ca9c9a30000000049454e44ae426082"
)
PICKED = {"file": "src/pages/index.astro", "line": 12, "column": 1, "html": "<h1>Grow</h1>"}
POINTED = "<h1> src/pages/index.astro:12"


def add(studio: Studio, name: str) -> None:
    """Have an image go with the words."""
    image = FilePayload(name=name, mimeType="image/png", buffer=PIXEL)
    studio.page.locator("nu-composer input[type=file]").set_input_files([image])
    expect(added(studio, name)).to_be_visible()


def added(studio: Studio, name: str) -> Locator:
    return studio.page.get_by_role("img", name=name)


def point(studio: Studio) -> None:
    studio.page.locator("nu-chat").evaluate("(chat, it) => (chat.selection = it)", PICKED)
    expect(studio.page.get_by_text(POINTED)).to_be_visible()


def test_what_the_studio_says_stands_below_what_was_half_written(studio: Studio) -> None:
    studio.box.fill("half a thou")
    studio.page.locator("nu-chat").evaluate("(chat) => chat.say('Fix this error.')")
    expect(studio.box).to_have_value("half a thou\n\nFix this error.")
    expect(studio.box).to_be_focused()
    studio.page.reload()
    expect(studio.box).to_have_value("half a thou\n\nFix this error.")


def test_an_image_that_is_added_while_the_words_are_sent_is_for_the_next_ones(
    studio: Studio,
) -> None:
    def add_meanwhile(route: Route) -> None:
        add(studio, "blue.png")
        route.continue_()

    add(studio, "red.png")
    studio.page.route("**/turns", add_meanwhile, times=1)
    studio.ask("say hello")
    expect(studio.last).to_contain_text("1 image")
    expect(added(studio, "red.png")).to_have_count(0)
    expect(added(studio, "blue.png")).to_be_visible()


@pytest.mark.parametrize(
    ("mode", "instruction", "ended", "button"),
    [
        ("Change the site", "fail at once", "failed", "Try again"),
        ("Plan only", "change the heading of the home page to Planned", "done", "Carry it out"),
    ],
)
def test_what_is_asked_for_once_more_points_at_the_same_after_a_reload(
    studio: Studio, mode: str, instruction: str, ended: str, button: str
) -> None:
    studio.page.get_by_label("Mode").select_option(mode)
    point(studio)
    studio.ask(instruction)
    studio.ended(ended)
    studio.page.reload()
    studio.press(button)
    expect(studio.turns).to_have_count(2)
    expect(studio.last.get_by_text(POINTED)).to_be_visible()
    studio.ended(ended)


def test_what_had_images_is_tried_again_by_who_has_them(studio: Studio) -> None:
    add(studio, "red.png")
    point(studio)
    studio.ask("fail at once")
    studio.ended("failed")
    chip = studio.page.locator("nu-composer").get_by_text(POINTED)
    for _ in range(2):
        expect(chip).to_have_count(0)
        studio.press("Try again")
        expect(studio.page.get_by_text("add them to the words in the box")).to_be_visible()
        expect(studio.box).to_have_value("fail at once")
        expect(studio.box).to_be_focused()
        expect(chip).to_be_visible()
        # After a reload the turn is known by its words alone.
        studio.box.fill("")
        studio.page.reload()
    expect(studio.turns).to_have_count(1)
