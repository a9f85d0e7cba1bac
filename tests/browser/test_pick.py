"""Pointing at something in the preview, on sites that somebody else wrote."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.previews.servers import RUNNER
from tests.browser import sites
from tests.browser.pane import POINT, Pane
from tests.whole.daemon import Daemon, git

pytestmark = pytest.mark.system
# The first turn's event, out of the stream of all of them.
QUEUED = r"""async (path) => {
  const stream = (await fetch(path)).body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const found = /event: turn\.queued\ndata: (.*)\n/.exec(text);
    if (found) return stream.cancel().then(() => JSON.parse(found[1]));
    text += (await stream.read()).value;
  }
}"""
STARTER = RUNNER.parents[1] / "workspaces" / "starter"


def line_of(file: Path, text: str) -> int:
    source = file.read_text(encoding="utf-8")
    return source[: source.index(text)].count("\n") + 1


def show(name: str, daemon: Daemon, templates: Path, page: Page) -> tuple[Path, Pane]:
    """A thread of a site of that name; its worktree, and the pane of its preview."""
    daemon.init(repoUrl=str(sites.repository(name, templates, daemon.folder / "origin")))
    return daemon.worktree(), Pane(daemon, page)


def test_an_element_of_an_island_is_its_component_s_and_the_page_notices_nothing(
    daemon: Daemon, templates: Path, page: Page
) -> None:
    worktree, pane = show("islands", daemon, templates, page)
    with pane:
        pane.site.locator(".counter").wait_for()
        expect(pane.site.locator("astro-island[ssr] .counter")).to_have_count(0)
        pane.point()
        pane.click(pane.site.get_by_role("button", name="+"))
        picked = pane.picked()
        assert picked["file"] == "src/components/Counter.tsx"
        assert picked["line"] is None
        assert picked["html"] == "<button>+</button>"
        assert (worktree / picked["file"]).is_file()
        expect(pane.site.locator("pre")).to_have_text("0")
        pane.site.get_by_role("button", name="+").click()
        expect(pane.site.locator("pre")).to_have_text("1")


def test_an_element_is_found_by_keys_and_named_before_it_is_chosen(
    daemon: Daemon, templates: Path, page: Page
) -> None:
    worktree, pane = show("blog", daemon, templates, page)
    source = worktree / "src/pages/index.astro"
    line = line_of(source, "<h1")
    with pane:
        pane.point()
        page.keyboard.press("Escape")
        expect(pane.button(POINT)).to_have_attribute("aria-pressed", "false")
        assert pane.heard("nu-pick") == []
        pane.point()
        outline = pane.site.locator("nurseryd-outline")
        page.keyboard.press("Tab")
        while not (label := outline.get_attribute("aria-label") or "").startswith("h1 "):
            assert label  # Tab leads to something, and from the last to the first again
            page.keyboard.press("Tab")
        assert label == f"h1 · src/pages/index.astro:{line}"
        page.keyboard.press("ArrowUp")
        expect(outline).not_to_have_attribute("aria-label", label)
        page.keyboard.press("ArrowDown")
        expect(outline).to_have_attribute("aria-label", label)
        page.keyboard.press("Enter")
        picked = pane.picked()
        assert (picked["file"], picked["line"]) == ("src/pages/index.astro", line)
        assert picked["html"].startswith("<h1")
        assert "data-astro-source" not in picked["html"]
        assert page.url == pane.studio.address


def test_what_is_pointed_at_in_a_package_of_a_repository_is_what_a_turn_changes(
    daemon: Daemon, page: Page
) -> None:
    origin = daemon.folder / "origin"
    web = origin / "apps" / "web"
    shutil.copytree(STARTER, web, ignore=shutil.ignore_patterns("node_modules", ".astro"))
    (origin / ".gitignore").write_text("node_modules\n.astro\n")
    git(origin, "init", "--quiet", "--initial-branch=main")
    git(origin, "add", "--all")
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    git(origin, *who, "commit", "--quiet", "--message=A site of several")
    daemon.init(repoUrl=str(origin))
    file = "apps/web/src/pages/index.astro"
    source = daemon.worktree() / file
    line = line_of(source, "<h1")
    with Pane(daemon, page) as pane:
        pane.point()
        pane.click(pane.heading)
        picked = pane.picked()
        assert (picked["file"], picked["line"]) == (file, line)
        expect(pane.studio.box).to_be_focused()
        expect(page.locator("nu-composer")).to_contain_text(f"<h1> {file}:{line}")
        pane.studio.ask("change this to Pointed at")
        pane.studio.shown("Pointed at")
        pane.studio.ended("done")
        pane.studio.changed(file)
        selection = page.evaluate(QUEUED, "/v1/threads/acme/ada/first/events")["selection"]
    assert (selection["file"], selection["line"]) == (file, line)
    assert ">Pointed at</h1>" in source.read_text(encoding="utf-8")
