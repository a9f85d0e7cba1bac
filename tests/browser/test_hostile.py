"""What is hostile is text in the studio, and nothing of it, or of a site, reaches the token."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.studio import Studio
from tests.browser.talking import studio, talking
from tests.browser.writing import write
from tests.whole.daemon import git, until

__all__ = ["studio", "talking"]

pytestmark = pytest.mark.system

HARM = "<img src=x onerror='window.harmed = 1'>"
# Everything that a page shows, through all shadow roots, that nobody but a hostile one would make.
FOREIGN = """() => {
  const within = (root) => [...root.querySelectorAll('*')].flatMap((element) =>
    [element, ...(element.shadowRoot ? within(element.shadowRoot) : [])]);
  return within(document).filter((element) => element.matches('[onerror], img[src="x"]')).length;
}"""


def unharmed(studio: Studio) -> None:
    assert studio.page.evaluate(FOREIGN) == 0
    assert studio.page.evaluate("window.harmed") is None


def test_what_the_agent_and_git_have_to_say_is_text(studio: Studio) -> None:
    wish = f"say something hostile {HARM}"
    studio.ask(wish)
    studio.ended("done")
    for _ in range(2):
        expect(studio.last.locator(".instruction")).to_have_text(wish)
        expect(studio.last.locator(".said")).to_contain_text("<script>window.harmed = 1</script>")
        studio.changed("public/<b>bold<b>.txt")
        unharmed(studio)
        studio.page.reload()
    worktree = studio.daemon.worktree(studio.thread)
    (worktree / "public/<i onclick=alert(1)>.txt").write_text(f"{HARM}\n", encoding="utf-8")
    git(worktree, "commit", "--allow-empty", "-m", f"Harm {HARM}\n\n<script>harmed = 1</script>")
    studio.view("Changes")
    changes = studio.page.locator("nu-git")
    expect(changes).to_contain_text(f"Harm {HARM}")
    expect(changes).to_contain_text("public/<i onclick=alert(1)>.txt")
    folded = changes.get_by_role("button", expanded=False)
    while folded.count():
        folded.first.click()
    expect(changes).to_contain_text("<script>harmed = 1</script>")
    unharmed(studio)


def test_an_error_of_the_site_is_text_and_is_mended_by_the_chat(studio: Studio) -> None:
    studio.shown()
    source = studio.daemon.worktree(studio.thread) / "src/pages/index.astro"
    write(source, source.read_text(encoding="utf-8") + "{broken " + HARM)
    error = studio.page.get_by_role("region", name="This page cannot be shown")
    expect(error).to_contain_text("src/pages/index.astro:")
    expect(error).to_contain_text(HARM)
    unharmed(studio)
    assert axe.in_both_schemes(studio.page) == {}
    error.get_by_role("button", name="Ask to fix it").click()
    expect(studio.box).to_be_focused()
    studio.page.keyboard.press("Enter")
    studio.ended("done")
    expect(error).to_be_hidden()
    studio.shown()
    unharmed(studio)


def test_a_script_that_somebody_gets_into_the_page_does_not_run(studio: Studio) -> None:
    page = studio.page
    inserted = page.evaluate(
        """async () => {
            const tried = (act) => {
                try { act(); return 'done'; } catch (error) { return error.name; }
            };
            const [script, text] = [1, 2].map(() => document.createElement('script'));
            const link = document.createElement('a');
            text.append(document.createTextNode('window.harmed = 1'));
            document.body.append(text, link);
            return {
                script: tried(() => { script.textContent = 'window.harmed = 1'; }),
                markup: tried(() => { link.innerHTML = '<img src=x onerror="harmed = 1">'; }),
                handler: tried(() => link.setAttribute('onclick', 'window.harmed = 1')),
                away: await fetch('http://127.0.0.1:9/').then(() => 'sent', (error) => error.name),
                harmed: window.harmed ?? null,
            };
        }"""
    )
    refused = dict.fromkeys(("script", "markup", "handler", "away"), "TypeError")
    assert inserted == {**refused, "harmed": None}
    directives = ("require-trusted-types-for", "connect-src")
    until(
        "violations that are told of",
        lambda: all(each in f"{page.title()} {studio.complaints}" for each in directives),
    )
    studio.complaints.clear()


def test_a_site_reaches_neither_the_token_nor_the_page_around_it(studio: Studio) -> None:
    studio.shown()
    reached = studio.frame.evaluate(
        """async (api) => {
            const tried = (act) => {
                try { return String(act()); } catch (error) { return error.name; }
            };
            const asked = (address, how) => fetch(address, how).then(
                (answer) => `answered ${answer.type}`, (error) => error.name);
            return {
                page: tried(() => parent.document.title),
                address: tried(() => parent.location.href),
                away: tried(() => { top.location.href = 'about:blank'; }),
                cookie: document.cookie,
                session: await asked(`${api}/v1/session`, { credentials: 'include' }),
                threads: await asked(`${api}/v1/threads/acme/ada`, { credentials: 'include' }),
            };
        }""",
        studio.origin,
    )
    assert "token" not in reached.pop("cookie").lower()
    assert reached == {
        "page": "SecurityError",
        "address": "SecurityError",
        "away": "SecurityError",
        "session": "TypeError",
        "threads": "TypeError",
    }
    # Nor does its server, which gets what its pages ask for.
    cookies = {cookie["name"]: cookie for cookie in studio.page.context.cookies(studio.origin)}
    assert cookies["nurseryd_token"]["httpOnly"] is True
    assert studio.daemon.token not in studio.frame.url
    assert studio.page.url == studio.address
