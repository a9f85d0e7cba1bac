"""The site beside the chat: its address, its widths, its mistakes, its sleep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.pane import POINT, Pane
from tests.browser.product import serving
from tests.browser.studio import HEADING, Studio
from tests.browser.writing import write
from tests.whole.daemon import Daemon, until

pytestmark = pytest.mark.system

RUBBISH = """\
<html><head><title>Hostile</title></head><body><h1>Hostile</h1><script is:inline>
const say = (data) => parent.postMessage(data, '*');
const ours = (facts) => say({ source: 'nurseryd', version: 1, ...facts });
for (const data of [null, 7, 'page', [], {}, { source: 'nurseryd' }]) say(data);
const picked = { type: 'picked', selection: { file: 'x.astro', html: '<b>' } };
ours(picked);
ours({ type: 'picking', on: true });
ours(picked);
ours({ type: 'page', address: 'javascript:alert(1)', title: 'x' });
ours({ type: 'page', address: '//elsewhere.example/', title: 'x' });
ours({ type: 'go', address: '/about' });
ours({ type: 'problem', message: '<img src=x onerror=alert(1)>' + 'long'.repeat(10000) });
try { top.location = 'http://elsewhere.example/'; } catch {}
document.body.append('done');
</script></body></html>
"""
# Has the site in a frame, and asks it what it is; what it says is kept.
AROUND = """\
<!doctype html><title>Around</title><script>
window.heard = [];
addEventListener('message', ({ source, data }) => {
  heard.push(data.type);
  const hello = { source: 'nurseryd', version: 1, type: 'hello' };
  if (data.type === 'here') source.postMessage(hello, '*');
});
</script><iframe src="SITE"></iframe>
"""
# A site listens for early errors until it answers who asked: what it has to say to that is said
# when this says `after`. Another import of what answers may be there before the site's own.
AFTER = """\
const remove = removeEventListener;
removeEventListener = (name, ...rest) => {
  if (name === 'unhandledrejection') setTimeout(() => parent.postMessage({ type: 'after' }, '*'));
  remove(name, ...rest);
};
"""
MOVING = """\
---
import { ClientRouter } from 'astro:transitions';
---
<html><head><title>NAME</title>
<meta http-equiv="Content-Security-Policy" content="script-src 'self'; style-src 'self'" />
<ClientRouter /></head><body><h1>NAME</h1><a href="/OTHER">to OTHER</a></body></html>
"""
LEAVING = """\
<html><head><title>Leaving</title></head><body><h1>Leaving</h1>
<a href="/favicon.svg">to a picture</a> <a href="http://elsewhere.example/">to another site</a>
</body></html>
"""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("pane"), cache) as daemon:
        daemon.init()
        daemon.shown("<h1")
        yield daemon


def test_the_address_follows_the_site_and_leads_in_it_and_nowhere_else(
    daemon: Daemon, page: Page, browser: BrowserContext
) -> None:
    with Pane(daemon, page) as pane:
        heading = pane.heading
        expect(heading).to_have_text(HEADING)
        expect(pane.address).to_have_value("/")
        expect(pane.button("Back")).to_be_disabled()
        pane.site.get_by_role("link", name="Contact", exact=True).click()
        expect(pane.address).to_have_value("/contact")
        pane.button("Back").click()
        expect(pane.address).to_have_value("/")
        pane.button("Forward").click()
        expect(pane.address).to_have_value("/contact")
        pane.go("about")
        expect(heading).to_have_text("About us")
        expect(pane.address).to_have_value("/about")
        pane.go("http://elsewhere.example/")
        expect(page.get_by_text("addresses of this site only")).to_be_visible()
        expect(heading).to_have_text("About us")
        heading.evaluate("(it) => { it.textContent = 'Another'; }")
        pane.button("Reload").click()
        expect(heading).to_have_text("About us")
        expect(pane.address).to_have_value("/about")
        with browser.expect_page() as opened:
            pane.pane.get_by_role("link", name="Open in a new tab").click()
        expect(opened.value.get_by_role("heading", level=1)).to_have_text("About us")
        assert page.url.endswith("/studio/acme/ada/first")


def test_where_a_link_led_to_what_does_not_speak_the_bar_leads_back(
    daemon: Daemon, page: Page
) -> None:
    write(daemon.worktree() / "src/pages/leaving.astro", LEAVING)
    with Pane(daemon, page) as pane:
        pane.go("/leaving")
        expect(pane.address).to_have_value("/leaving")
        pane.site.get_by_role("link", name="to a picture").click()
        expect(pane.heading).to_have_count(0)
        expect(pane.button(POINT)).to_be_disabled()
        pane.button("Reload").click()
        expect(pane.heading).to_have_text("Leaving")
        expect(pane.button(POINT)).to_be_enabled()
        pane.site.get_by_role("link", name="to another site").click()
        expect(pane.heading).to_have_count(0)
        expect(pane.button(POINT)).to_be_disabled()
        pane.go("/about")
        expect(pane.heading).to_have_text("About us")
        assert pane.studio.complaints == ["frame-src forbids http://elsewhere.example"]
        pane.studio.complaints.clear()


def test_the_site_is_as_wide_as_on_a_device_and_is_seen_as_a_whole(
    daemon: Daemon, page: Page
) -> None:
    with Pane(daemon, page) as pane:
        frame = pane.pane.locator("#site")
        for name, width in (("As on a phone", 390), ("As on a tablet", 820)):
            pane.button(name).click()
            expect(pane.button(name)).to_have_attribute("aria-pressed", "true")
            until(name, lambda: pane.site.locator("html").evaluate("innerWidth") == width)  # noqa: B023
            seen, around = frame.bounding_box(), pane.pane.bounding_box()
            assert seen is not None
            assert around is not None
            assert around["x"] <= seen["x"]
            assert seen["x"] + seen["width"] <= around["x"] + around["width"] + 1
        pane.button("All of the pane").click()
        until(
            "all of it", lambda: pane.site.locator("html").evaluate("innerWidth") not in (390, 820)
        )


def test_a_mistake_is_explained_over_the_last_good_page_until_it_is_mended(
    daemon: Daemon, page: Page
) -> None:
    with Pane(daemon, page) as pane:
        source = daemon.worktree() / "src/pages/index.astro"
        sound = source.read_text(encoding="utf-8")
        said = pane.pane.get_by_role("region", name="This page cannot be shown")
        write(source, sound + "{")
        expect(said).to_contain_text("src/pages/index.astro:")
        expect(said).not_to_contain_text(str(daemon.folder))
        expect(pane.heading).to_have_text(HEADING)
        expect(pane.site.locator("vite-error-overlay")).to_be_hidden()
        pane.button("Ask to fix it").click()
        [wish] = pane.heard("nu-say")
        assert wish["text"].startswith("Fix this error: ")
        assert "src/pages/index.astro:" in wish["text"]
        pane.button("Hide this").click()
        expect(said).to_be_hidden()
        write(source, sound + "\n{(}")
        expect(said).to_be_visible()
        write(source, sound.replace("Grow something", "Mend something"))
        expect(pane.heading).to_have_text("Mend something you will love")
        expect(said).to_be_hidden()
        write(source, sound)
        expect(pane.heading).to_have_text(HEADING)


def test_a_script_s_error_is_told_as_text_and_a_hostile_page_changes_nothing(
    daemon: Daemon, page: Page
) -> None:
    # It stays: a page that goes makes the others load anew, some time later.
    write(daemon.worktree() / "src/pages/hostile.astro", RUBBISH)
    with Pane(daemon, page) as pane:
        pane.go("/hostile")
        expect(pane.site.locator("body")).to_contain_text("done")
        expect(pane.address).to_have_value("/hostile")
        expect(pane.button(POINT)).to_have_attribute("aria-pressed", "false")
        pane.site.locator("body").evaluate(
            "() => setTimeout(() => { throw new Error('<b>no</b> such thing') })"
        )
        said = pane.pane.get_by_role("status").filter(has_text="A script of the page failed")
        expect(said).to_contain_text("<b>no</b> such thing")
        assert pane.heard("nu-pick") == []
        assert pane.heard("nu-tell") == []
        assert page.url.endswith("/studio/acme/ada/first")
        pane.button("Hide this").click()
        expect(said).to_be_hidden()


@pytest.mark.parametrize(
    ("host", "told"),
    [("127.0.0.1", ["here", "page"]), ("other-0011223344556677.localhost", ["here"])],
    ids=["a product", "another preview"],
)
def test_who_has_the_site_in_a_frame_is_told_of_it_unless_that_is_another_site(
    daemon: Daemon, page: Page, host: str, told: list[str]
) -> None:
    [preview] = daemon.get("/v1/previews")[1]["previews"]
    around = AROUND.replace("SITE", preview["url"])
    with serving({"/": lambda: ("text/html", around)}) as port:
        page.goto(preview["url"], wait_until="networkidle")  # it may load anew the first time
        page.add_init_script(AFTER)
        page.goto(f"http://{host}:{port}/")
        page.wait_for_function("heard.includes('after')")
        assert page.evaluate("heard") == [*told, "after"]


def test_a_site_with_transitions_and_a_policy_of_its_own_is_followed_and_pointed_at(
    daemon: Daemon, page: Page
) -> None:
    pages = daemon.worktree() / "src/pages"
    for name, other in (("one", "two"), ("two", "one")):
        write(pages / f"{name}.astro", MOVING.replace("NAME", name).replace("OTHER", other))
    with Pane(daemon, page) as pane:
        pane.go("/one")
        expect(pane.heading).to_have_text("one")
        expect(pane.address).to_have_value("/one")
        pane.site.locator("body").evaluate("window.stillTheSamePage = true")
        pane.site.get_by_role("link", name="to two").click()
        expect(pane.heading).to_have_text("two")
        expect(pane.address).to_have_value("/two")
        # While one page fades into the other, a browser gives its clicks to neither.
        moving = pane.site.locator("html[data-astro-transition]")
        expect(moving).to_have_count(0)
        assert pane.site.locator("body").evaluate("window.stillTheSamePage") is True
        pane.point()
        pane.click(pane.heading)
        assert pane.picked()["file"] == "src/pages/two.astro"
        pane.button("Back").click()
        expect(pane.address).to_have_value("/one")
        expect(pane.heading).to_have_text("one")
    for name in ("one", "two"):
        (pages / f"{name}.astro").unlink()


def test_who_may_only_look_on_sees_the_site_and_is_offered_nothing_to_change(
    daemon: Daemon, page: Page
) -> None:
    grant = {"scope": "thread:acme/ada/first", "access": "read"}
    status, made = daemon.post("/v1/tokens", grant)
    assert status == 201
    studio = Studio(daemon, page)
    page.goto(f"{studio.address}?token={made['token']}")
    studio.shown()
    pane = page.locator("nu-preview")
    expect(pane.get_by_role("button", name=POINT)).to_be_disabled()
    source = daemon.worktree() / "src/pages/index.astro"
    sound = source.read_text(encoding="utf-8")
    write(source, sound + "{")
    expect(pane.get_by_role("region", name="This page cannot be shown")).to_be_visible()
    expect(pane.get_by_role("button", name="Ask to fix it")).to_have_count(0)
    write(source, sound)
    expect(pane.get_by_role("region", name="This page cannot be shown")).to_be_hidden()
    pane.get_by_label("What to show").select_option("Production build")
    expect(pane.get_by_text("Nothing to see yet")).to_be_visible()
    expect(page.locator("nu-toasts")).to_have_text("")


def test_what_was_built_is_shown_beside_the_dev_server(daemon: Daemon, page: Page) -> None:
    with Pane(daemon, page) as pane:
        which = pane.pane.get_by_label("What to show")
        which.select_option("Production build")
        expect(pane.pane.get_by_text("Nothing was built yet")).to_be_visible()
        pane.button("Build it").click()
        heading = pane.heading
        expect(pane.button("Build again")).to_be_visible(timeout=120_000)
        expect(pane.button(POINT)).to_be_disabled()
        expect(pane.site.locator("[data-astro-source-file]")).to_have_count(0)
        expect(heading).to_have_text(HEADING)
        which.select_option("Development")
        expect(pane.button(POINT)).to_be_enabled()
        expect(heading).to_have_text(HEADING)


def test_it_sleeps_while_nobody_looks_and_wakes_for_who_comes_back(
    tmp_path: Path, cache: Path, page: Page
) -> None:
    soon = {"NURSERYD__SERVICE__PREVIEWS__OPTIONS__sleep_after": "4"}
    with Daemon(tmp_path, cache, **soon) as sleepy:
        sleepy.init()
        with Pane(sleepy, page) as pane:
            asleep = pane.pane.get_by_text("The preview is asleep")
            expect(asleep).to_be_visible()
            expect(pane.heading).to_have_text(HEADING)
            box = pane.pane.bounding_box()
            assert box is not None
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            expect(asleep).to_be_hidden()
            expect(pane.button(POINT)).to_be_enabled(timeout=60_000)
            expect(pane.heading).to_have_text(HEADING)
