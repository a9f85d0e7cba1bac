"""Takes pictures of every view, in the light and in the dark, wide and narrow: `make screenshots`.

They come into build/shots; three of them, for the README, into `readme` beside this file.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import FLAGS, PATIENCE
from tests.browser.shots.palette import reduced
from tests.browser.shots.views import VIEWS
from tests.browser.studio import Studio
from tests.whole.daemon import ROOT, Daemon, until

SHOTS = ROOT / "build" / "shots"
README = Path(__file__).parent / "readme"
SCRIPT = Path(__file__).parent / "script.toml"
SIZES = {"wide": (1440, 900), "narrow": (360, 740)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
BEST = {
    "chat-light-wide": "studio",
    "changes-dark-wide": "changes",
    "operator-light-wide": "operator",
}
ASKED = (
    "Add a page with our opening hours",
    "change the heading of the home page to Grow something you will keep",
    "change the background colour to honeydew",
)


@contextmanager
def stage() -> Iterator[Daemon]:
    """A daemon in which something was done already."""
    cache = Path(os.environ.get("NURSERYD_TESTS_CACHE") or ROOT / "build" / "shots-cache")
    with (
        tempfile.TemporaryDirectory() as folder,
        Daemon(Path(folder), cache, AGENT_SCRIPT=str(SCRIPT)) as daemon,
    ):
        for thread, title in (
            ("first", "Opening hours"),
            ("second", "A calmer home page"),
            ("third", "Photos of the greenhouse"),
            ("broken", "A newsletter form"),
        ):
            daemon.ask("PUT", f"/v1/threads/acme/ada/{thread}", {"title": title})
        for instruction in ASKED:
            daemon.execute(instruction)
        page = daemon.worktree("broken") / "src/pages/index.astro"
        page.write_text(page.read_text(encoding="utf-8") + "<form>{", encoding="utf-8")
        about = daemon.worktree() / "src/pages/about.astro"
        about.write_text(
            about.read_text(encoding="utf-8") + "<p>Seeds since 1987.</p>\n", encoding="utf-8"
        )
        asked = {"instruction": "Put three new photos of the greenhouse into a gallery"}
        daemon.post("/v1/threads/acme/ada/third/turns", asked)
        yield daemon


def take(browser: Browser, daemon: Daemon, names: list[str]) -> None:
    for size, (width, height) in SIZES.items():
        for scheme in SCHEMES:
            for name in names:
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,
                    reduced_motion="reduce",
                )
                context.set_default_timeout(PATIENCE)
                page = context.new_page()
                VIEWS[name](Studio(daemon, page))
                settle(page)
                shot = SHOTS / f"{name}-{scheme}-{size}.png"
                page.screenshot(path=shot)
                context.close()
                print(shot.relative_to(ROOT), flush=True)


def settle(page: Page) -> None:
    """Until nothing moves: two pictures after one another are the same."""
    before: list[bytes] = [b""]

    def still() -> bool:
        now = page.screenshot()
        same = now == before[0]
        before[0] = now
        return same

    until("a page that stands still", still, 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("view", nargs="*", help=f"of {', '.join(VIEWS)}; all where none is named")
    names = parser.parse_args().view or list(VIEWS)
    chromium = shutil.which("chromium")
    SHOTS.mkdir(parents=True, exist_ok=True)
    with stage() as daemon, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        take(browser, daemon, names)
        browser.close()
    README.mkdir(exist_ok=True)
    for shot, name in BEST.items():
        if (taken := SHOTS / f"{shot}.png").exists():
            (README / f"{name}.png").write_bytes(reduced(taken.read_bytes()))


if __name__ == "__main__":
    main()
