"""The box of the chat: what comes into it, what goes out, and what does so once more."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.studio import Studio
from tests.browser.talking import studio, talking

__all__ = ["studio", "talking"]

pytestmark = pytest.mark.system


def test_what_the_studio_says_stands_below_what_was_half_written(studio: Studio) -> None:
    studio.box.fill("half a thou")
    studio.page.locator("nu-chat").evaluate("(chat) => chat.say('Fix this error.')")
    expect(studio.box).to_have_value("half a thou\n\nFix this error.")
    expect(studio.box).to_be_focused()
    studio.page.reload()
    expect(studio.box).to_have_value("half a thou\n\nFix this error.")
