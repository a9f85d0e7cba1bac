"""A conversation on the page of a product on another origin, as an element and in a frame."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.embedding.bloom import Bloom, Visit, bloom
from tests.browser.looking import INSTALLING
from tests.whole.daemon import Daemon, until

pytestmark = pytest.mark.system

SCRIPT = Path(__file__).parent / "chat.toml"
TURNS = "/v1/threads/acme/ada/first/turns"

# What a site may try on whoever shows it.
REACH = """async (server) => {
  const look = (get) => { try { return String(get()); } catch (error) { return error.name; } };
  const ask = (path, options) =>
    fetch(server + path, { credentials: 'include', ...options })
      .then(({ type }) => type, ({ name }) => name);
  const say = (to, message) => to.postMessage({ source: 'nurseryd', version: 1, ...message }, '*');
  say(parent, { type: 'ask', text: 'it was the site' });
  say(parent, { type: 'token', token: 'nt1.wrong' });
  say(top, { type: 'token-wanted', reason: 'missing' });
  const turns = '/v1/threads/acme/ada/first/turns';
  const body = JSON.stringify({ instruction: 'it was the site' });
  return {
    cookie: document.cookie.includes('nurseryd'),
    frame: look(() => parent.document.title),
    product: look(() => top.document.title),
    session: await ask('/v1/session'),
    turn: await ask(turns, { method: 'POST', body }),
    blind: await ask(turns, { method: 'POST', body, mode: 'no-cors' }),
  };
}"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Bloom]:
    """The product, whose origin is named, and the daemon behind it, with a thread that is open."""
    with bloom() as product:
        folder = tmp_path_factory.mktemp("embedded")
        told = {"API_ORIGINS": product.origin, "PREVIEW_ACCESS": "signed"}
        with Daemon(folder, cache, AGENT_SCRIPT=str(SCRIPT), **told) as daemon:
            product.daemon = daemon
            daemon.init()
            yield product


@pytest.fixture(autouse=True)
def as_usual(shop: Bloom) -> None:
    shop.query, shop.scope, shop.seconds = "", "thread:acme/ada/first", 3600


@pytest.fixture
def visit(page: Page) -> Iterator[Visit]:
    visit = Visit(page)
    yield visit
    assert visit.complaints == []


def studio_frame(page: Page, shop: Bloom) -> Frame:
    """The frame with the studio."""
    [frame] = [frame for frame in page.frames if frame.url.startswith(shop.server)]
    return frame


def home(shop: Bloom) -> str:
    """The source of the site's home page, as the thread has it."""
    return (shop.daemon.worktree() / "src/pages/index.astro").read_text(encoding="utf-8")


def instructions(shop: Bloom) -> list[str]:
    return [turn["instruction"] for turn in shop.daemon.get(TURNS)[1]["turns"]]


def test_the_site_is_changed_on_the_page_of_the_product_and_in_its_colours(
    shop: Bloom, visit: Visit
) -> None:
    page = visit.page
    page.goto(f"{shop.origin}/element.html")
    visit.hears("token missing")
    visit.hears("ready acme ada first")
    expect(page.get_by_text("What shall we change?")).to_be_visible()
    expect(page.get_by_text("Choose a conversation first.")).to_be_hidden()
    assert page.evaluate("document.activeElement === document.body")
    heading = page.frame_locator("iframe").locator("h1")
    expect(heading).to_have_text("Grow something you will love", timeout=INSTALLING)
    page.get_by_label("What should change?").fill("change the heading of the home page to Bloom")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#told li").filter(has_text="committed").first).to_be_attached()
    expect(heading).to_have_text("Bloom")
    assert "Bloom" in home(shop)
    # A script of the product's asks as well.
    turn = page.evaluate(
        "document.querySelector('live-edit').ask('change the heading of the home page to Two')"
    )
    visit.hears(f"turn {turn['id']} committed")
    expect(heading).to_have_text("Two")
    send = page.get_by_role("button", name="Send")
    assert send.evaluate("it => getComputedStyle(it).backgroundColor") == "rgb(106, 47, 176)"
    assert send.evaluate("it => getComputedStyle(it).fontFamily").startswith("Georgia")
    assert page.context.cookies(shop.server) == []


def test_a_script_opens_another_conversation_and_cancels_what_takes_too_long(
    shop: Bloom, visit: Visit
) -> None:
    shop.scope = "user:acme/ada"
    page = visit.page
    page.goto(f"{shop.origin}/element.html")
    visit.hears("ready acme ada first")
    live = page.locator("live-edit")
    live.evaluate("it => it.setAttribute('layout', 'chat')")
    live.evaluate("it => it.open('second')")
    visit.hears("ready acme ada second")
    assert live.evaluate("it => it.cancel()") is False
    turn = live.evaluate("it => it.ask('never end')")
    visit.hears(f"turn {turn['id']} running")
    assert live.evaluate("it => it.cancel()") is True
    visit.hears(f"turn {turn['id']} cancelled")
    # A page that is put together anew has it where it was.
    live.evaluate("it => { const place = it.parentNode; it.remove(); place.append(it); }")
    expect(visit.told.filter(has_text="ready acme ada second")).to_have_count(2)
    expect(page.get_by_text("never end")).to_be_visible()


def test_another_token_is_asked_for_before_the_first_ends(shop: Bloom, visit: Visit) -> None:
    shop.seconds = 6
    shop.given.clear()
    visit.page.goto(f"{shop.origin}/element.html")
    visit.hears("ready acme ada first")
    visit.hears("token expiring")
    _, second = until("the next token", lambda: shop.given[1:] and shop.given[:2])
    visit.page.wait_for_function(
        "(second) => document.querySelector('live-edit').token === second", arg=second
    )
    assert visit.told.filter(has_text="refused").count() == 0


def test_one_that_is_refused_is_asked_for_again(shop: Bloom, visit: Visit) -> None:
    visit.page.goto(f"{shop.origin}/element.html")
    visit.hears("ready acme ada first")
    visit.page.evaluate(
        """() => {
            const live = document.querySelector('live-edit');
            live.token = 'nt1.wrong';
            live.thread = '';
            live.thread = 'first';
        }"""
    )
    visit.hears("token refused")
    expect(visit.told.filter(has_text="ready acme ada first")).to_have_count(2)


def test_an_element_made_by_a_script_takes_a_token_at_once(shop: Bloom, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{shop.origin}/element.html")
    page.evaluate(
        """([server, token]) => {
            const live = document.createElement('live-edit');
            Object.assign(live, { server, workspace: 'acme/ada', thread: 'first', layout: 'chat' });
            live.addEventListener('live-edit-token', () => (live.token = token));
            document.querySelector('live-edit').replaceWith(live);
        }""",
        [shop.server, shop.token()],
    )
    expect(page.get_by_label("What should change?")).to_be_visible()


def test_a_frame_goes_by_a_cookie_for_that_site_alone(shop: Bloom, visit: Visit) -> None:
    shop.query = f"?layout=chat&scheme=dark&token={shop.token()}"
    visit.page.goto(f"{shop.origin}/frame.html")
    visit.hears("ready acme ada first")
    frame = studio_frame(visit.page, shop)
    assert frame.url == f"{shop.server}/embed/acme/ada/first?layout=chat&scheme=dark"
    assert frame.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    expect(frame.get_by_label("What should change?")).to_be_visible()
    assert frame.get_by_title("The site").count() == 0
    assert "nurseryd" not in frame.evaluate("document.cookie")
    [cookie] = visit.page.context.cookies(shop.server)
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "None")
    # Elsewhere nobody is signed in by it.
    other = visit.page.context.new_page()
    answer = other.goto(f"{shop.server}/v1/session")
    assert answer is not None
    assert answer.status == 401


def test_the_site_itself_gets_neither_the_token_nor_anything_by_the_cookie(
    shop: Bloom, visit: Visit
) -> None:
    shop.query = f"?token={shop.token()}"
    visit.page.goto(f"{shop.origin}/frame.html")
    visit.hears("ready acme ada first")
    heading = visit.page.frame_locator("iframe").frame_locator("iframe").locator("h1")
    expect(heading).to_be_visible(timeout=INSTALLING)
    [site] = [frame for frame in visit.page.frames if ".localhost:" in frame.url]
    told = visit.told.count()
    found = site.evaluate(REACH, shop.server)
    refused = dict.fromkeys(("session", "turn", "blind"), "TypeError")
    closed = dict.fromkeys(("frame", "product"), "SecurityError")
    assert found == {"cookie": False, **closed, **refused}
    visit.page.evaluate("say({ type: 'ask', text: 'change the heading of the home page to Ours' })")
    expect(heading).to_have_text("Ours")
    visit.hears("committed")
    assert visit.told.filter(has_text="token-wanted").count() == 0
    assert visit.told.count() > told
    assert "it was the site" not in instructions(shop)
    visit.complaints.clear()  # what the site tried


def test_a_frame_takes_a_token_and_instructions_of_the_page_around(
    shop: Bloom, visit: Visit
) -> None:
    visit.page.goto(f"{shop.origin}/frame.html")
    visit.hears("token-wanted missing")
    visit.hears("ready acme ada first")
    visit.page.evaluate("say({ type: 'hello' })")
    expect(visit.told.filter(has_text="ready acme ada first")).to_have_count(2)
    visit.page.evaluate(
        "say({ type: 'ask', text: 'change the heading of the home page to Framed' })"
    )
    expect(visit.told.filter(has_text="committed").last).to_be_attached()
    assert "Framed" in home(shop)
    visit.page.evaluate("say({ type: 'open', thread: 'other' })")
    visit.hears("problem 403")
    assert visit.page.context.cookies(shop.server) == []


def test_a_product_that_is_not_named_gets_nothing(shop: Bloom, page: Page) -> None:
    with bloom() as stranger:
        stranger.daemon = shop.daemon
        stranger.query = f"?token={shop.token()}"
        page.goto(f"{stranger.origin}/frame.html")
        page.wait_for_load_state("networkidle")
        assert [frame for frame in page.frames if frame.url.startswith(shop.server)] == []
        assert page.context.cookies(shop.server) == []
        page.goto(f"{stranger.origin}/element.html")
        expect(page.locator("#told li").filter(has_text="problem 0 ").first).to_be_attached()
        assert page.locator("#told li").filter(has_text="ready").count() == 0
