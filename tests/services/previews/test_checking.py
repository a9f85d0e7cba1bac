"""What a real dev server finds wrong with the pages of a site, as its files are at that moment.

No test waits between an edit and the question about it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trio

from services.messages import (
    BuildError,
    CheckPreview,
    OpenWorkspace,
    PreviewState,
    StartPreview,
    ThreadKey,
)
from services.previews.asking import Answer, ask
from tests.services.hmr.doors import front_door, routes
from tests.services.previews.astro import (
    DevServer,
    checkout,
    dev_server,
    install,
    open_hmr,
    read_payload,
)
from tests.services.previews.real import real

pytestmark = pytest.mark.system
HOME = ThreadKey("acme", "ann", "home")
ISLAND = "export const start: number = 1;\n"
SCRIPT = "import { start } from './start';\nexport const shown: string = `${start}`;\n"
TEXTS = {
    "src/components/start.ts": ISLAND,
    "src/components/island.tsx": SCRIPT,
    "src/components/Shared.astro": "<p>shared</p>\n<style>p { color: red; }</style>\n",
    "src/pages/one.astro": (
        "---\nimport Shared from '../components/Shared.astro';\nimport '../styles/one.css';\n---\n"
        "<html><body><Shared /><script>import '../components/island.tsx';</script></body></html>\n"
    ),
    "src/pages/two.astro": (
        "---\nimport Shared from '../components/Shared.astro';\n---\n"
        '<html><body><Shared /><a href="/gone">gone</a></body></html>\n'
    ),
    "src/pages/gone.astro": "<html><body>gone</body></html>\n",
    "src/styles/one.css": "p { margin: 0; }\n",
}


@dataclass
class Site:
    """A site whose files are edited, and the server that is asked about them."""

    root: Path
    cache: Path
    server: DevServer

    def read(self, name: str) -> str:
        return (self.root / name).read_text()

    def write(self, name: str, text: str | None) -> None:
        """As an agent does it: in place."""
        place = self.root / name
        if text is None:
            place.unlink()
        else:
            place.write_text(text)

    async def check(self, *files: str, pages: tuple[str, ...] = ()) -> Answer:
        with trio.fail_after(40):
            return await ask(self.cache, [self.root / name for name in files], pages, 30)


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("modules"))


@pytest.fixture
def run(tmp_path: Path, modules: Path) -> Callable[..., object]:
    @asynccontextmanager
    async def site(texts: Mapping[str, str] = TEXTS) -> AsyncGenerator[Site]:
        root = checkout(tmp_path / "site", modules)
        for name, text in texts.items():
            (root / name).write_text(text)
        async with dev_server(root, tmp_path / "cache") as server:
            await server.until("astro.ready")
            yield Site(root, tmp_path / "cache", server)

    return site


def edited(name: str, before: str, after: str) -> tuple[str, Callable[[str], str | None]]:
    return name, lambda text: text.replace(before, after, 1)


def to(name: str, text: str | None) -> tuple[str, Callable[[str], str | None]]:
    return name, lambda _: text


POST = "src/content/blog/basil-past-tuesday.md"
THROWING = '---\nconst none = undefined;\nthrow new Error("at run time");\n---\n'
# What is edited, the pages that show it at least, and where what is wrong is with what words.
MISTAKES: dict[str, tuple[tuple[str, Callable[[str], str | None]], set[str], str, str]] = {
    "a page": (to("src/pages/two.astro", "---\nconst a = ;\n---\n"), {"/two"}, "two.astro", ""),
    "a component of two pages": (
        to("src/components/Shared.astro", "---\nconst a = ;\n---\n"),
        {"/one", "/two"},
        "Shared.astro",
        "",
    ),
    "a layout": (
        edited("src/layouts/Layout.astro", "---\n", "---\nconst a = ;\n"),
        {"/"},
        "Layout.astro",
        "",
    ),
    "what is thrown": (to("src/pages/one.astro", THROWING), {"/one"}, "one.astro", "at run time"),
    "a script": (
        to("src/components/island.tsx", "export const a: string = <p>;\n"),
        {"/one"},
        "island.tsx",
        "",
    ),
    "what a script imports": (
        to("src/components/start.ts", "export const start: number = ;\n"),
        {"/one"},
        "start.ts",
        "",
    ),
    "a style": (
        to("src/styles/one.css", '@import "./none.css";\n'),
        {"/one"},
        "one.css",
        "none.css",
    ),
    "a style that is not there": (to("src/styles/one.css", None), {"/one"}, "", "one.css"),
    "an import that is not there": (
        edited("src/pages/two.astro", "Shared.astro", "None.astro"),
        {"/two"},
        "two.astro",
        "None.astro",
    ),
    "a component that is gone": (
        to("src/components/Shared.astro", None),
        {"/one", "/two"},
        "",
        "Shared.astro",
    ),
    "the facts of an entry": (
        edited(POST, "title:", "titel:"),
        {"/blog/basil-past-tuesday"},
        POST,
        "schema",
    ),
    "the collection itself": (
        to("src/content.config.ts", "export const collections = (;\n"),
        set(),
        "content.config.ts",
        "",
    ),
    "the configuration": (
        to("astro.config.mjs", "export default {\n"),
        set(),
        "astro.config.mjs",
        "",
    ),
}


async def test_every_mistake_is_found_and_so_is_its_mending(run: Callable[..., object]) -> None:
    async with run() as site:
        for what, ((name, edit), pages, place, words) in MISTAKES.items():
            good = site.read(name)
            site.write(name, edit(good))
            broken = await site.check(name)
            assert broken.errors, what
            assert pages <= {page.rstrip("/") or "/" for page in broken.pages}, (what, broken.pages)
            assert any(place in error.file for error in broken.errors), (what, broken.errors)
            assert any(words in error.message for error in broken.errors), (what, broken.errors)
            assert str(site.root) not in repr(broken)
            site.write(name, good)
            mended = await site.check(name)
            assert mended.errors == (), what
            assert mended.pages, what


async def test_no_answer_is_about_an_edit_before(run: Callable[..., object]) -> None:
    async with run() as site:
        good = site.read("src/pages/two.astro")
        for number in range(50):
            text = f'---\nthrow new Error("number {number}.");\n---\n'
            site.write("src/pages/two.astro", text)
            (error,) = (await site.check("src/pages/two.astro")).errors
            assert (error.message, error.line) == (f"number {number}.", 2)
            site.write("src/pages/two.astro", good)
            assert (await site.check("src/pages/two.astro")).errors == ()
            shared = f"<p>{{none{number}.none}}</p>\n"
            site.write("src/components/Shared.astro", shared)
            (error,) = (await site.check("src/components/Shared.astro")).errors
            assert f"none{number}" in error.message
            site.write("src/components/Shared.astro", "<p>shared</p>\n")
            assert (await site.check("src/components/Shared.astro")).errors == ()


async def test_what_is_new_removed_or_shown_nowhere_is_no_mistake(
    run: Callable[..., object],
) -> None:
    async with run() as site:
        site.write("src/pages/gone.astro", None)
        removed = await site.check("src/pages/gone.astro", "src/pages/two.astro", pages=("/gone",))
        assert (removed.pages, removed.errors) == (("/two",), ())
        site.write("src/pages/new.astro", "<p>{nothing.here}</p>\n")
        (error,) = (await site.check("src/pages/new.astro")).errors
        assert (error.file, error.line) == ("src/pages/new.astro", 1)
        assert "nothing.here" in error.frame
        site.write("src/pages/new.astro", "---\nimport Own from './_Own.astro';\n---\n<Own />\n")
        assert (await site.check("src/pages/new.astro")).errors
        site.write("src/pages/_Own.astro", "<p>own</p>\n")
        found = await site.check("src/pages/_Own.astro")
        assert (found.pages, found.errors) == (("/new",), ())
        site.write("src/content/blog/anew.md", site.read(POST))
        assert "/blog/anew" in (await site.check("src/content/blog/anew.md")).pages
        site.write("public/note.txt", "text")
        nowhere = await site.check("public/note.txt", pages=("/about/?a=b",))
        assert (nowhere.pages, nowhere.errors) == (("/about/?a=b",), ())


async def test_nobody_else_notices_a_check(run: Callable[..., object]) -> None:
    async with run() as site, front_door() as door:
        door.publish(routes(PreviewState.READY, site.server.port))
        await door.get("/one", accept="text/html")
        # Before anybody looks: what an edit does to a page that is open is not the check's.
        site.write("src/pages/two.astro", THROWING)
        assert (await site.check("src/pages/two.astro")).errors
        async with await open_hmr(door) as browser:
            for _ in range(3):
                assert (await site.check("src/pages/two.astro")).errors
                assert not (await site.check("src/pages/one.astro")).errors
            site.write("src/styles/one.css", "p { margin: 1px; }\n")
            payload = await read_payload(browser)
            assert payload["type"] in ("update", "full-reload"), payload
            assert "error" not in payload
    assert not [said for said in site.server.events if said["event"] == "astro.error"]


async def test_a_page_that_never_answers_is_a_mistake_and_holds_up_no_later_check(
    run: Callable[..., object],
) -> None:
    async with run() as site:
        good = site.read("src/pages/two.astro")
        assert (await site.check("src/pages/two.astro")).errors == ()
        site.write("src/pages/two.astro", "---\nawait new Promise(() => {});\n---\n")
        (error,) = (await site.check("src/pages/two.astro")).errors
        assert error == BuildError("/two cannot be opened: no answer within 10 seconds")
        site.write("src/pages/two.astro", good)
        with trio.move_on_after(0.05):
            await site.check("src/pages/one.astro")
        assert (await site.check("src/pages/two.astro")).errors == ()


async def test_a_preview_is_woken_checked_and_says_why_it_cannot_start(tmp_path: Path) -> None:
    async with real(tmp_path, tmp_path / "cache", sleep_after=10) as it:
        workspace = await it.channels.desks["workspaces"].ask(OpenWorkspace(HOME))
        config = workspace.root / "astro.config.mjs"
        good = config.read_text()
        check = CheckPreview(HOME, ("astro.config.mjs", "src/pages/index.astro"))
        assert (await it.ask(check)).skipped == "it has no preview"
        await it.ask(StartPreview(HOME, workspace.root, workspace.site))
        assert (await it.ask(check)).errors == ()  # it was waited for
        await it.until(HOME.preview_id, PreviewState.ASLEEP)
        config.write_text("export default {\n")
        (error, *_) = (await it.ask(check)).errors
        assert error.file == "astro.config.mjs"
        config.write_text(good)
        mended = await it.ask(check)
        assert (mended.errors, mended.skipped) == ((), "")
        assert mended.pages == ("/",)
