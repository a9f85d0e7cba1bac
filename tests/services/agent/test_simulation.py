"""The simulation on a copy of the starter site: real files, in a real directory."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

import services.workspaces
from services.agent.backend import Backend, BackendError, Turn
from services.agent.simulation import backend as simulation
from services.agent.simulation import files
from services.agent.simulation.answers import EXAMPLES
from services.agent.simulation.backend import Simulation
from services.agent.simulation.plans import Plan, plan
from services.agent.simulation.site import Change
from services.messages import (
    BackendEvent,
    FileChanged,
    GitState,
    Mode,
    TextDelta,
    ThreadKey,
    ToolFinished,
    ToolStarted,
    Usage,
    Used,
)
from supervisor.desk import Refused
from tests.services.agent.recorder import Recorder

STARTER = Path(services.workspaces.__path__[0]) / "starter"
SIMULATION: Backend = Simulation(today=lambda: date(2026, 5, 1))


def copy(to: Path) -> Path:
    return Path(shutil.copytree(STARTER, to, ignore=shutil.ignore_patterns("package-lock.json")))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy(tmp_path / "site")


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, links as where they lead."""
    return {
        path.relative_to(folder).as_posix(): (
            os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
        )
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def turn(root: Path, sentence: str, mode: Mode = Mode.EXECUTE, **more: Any) -> Turn:
    key = ThreadKey("acme", "ann", "t1")
    return Turn("turn-1", key, sentence, root, root.parent / "store", mode, **more)


async def say(
    root: Path, sentence: str, mode: Mode = Mode.EXECUTE, backend: Backend = SIMULATION
) -> list[BackendEvent]:
    host = Recorder(root)
    await backend.run(turn(root, sentence, mode), host)
    return host.events


def text_of(events: list[BackendEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def changes_of(events: list[BackendEvent]) -> list[tuple[str, str]]:
    return [(event.path, event.change) for event in events if isinstance(event, FileChanged)]


async def test_a_turn_tells_what_it_does_in_order(root: Path):
    events = await say(root, "Change the heading of the home page to “Grüß Gott”")
    assert events == [
        ToolStarted("read", "the files of the site", "0.1"),
        ToolFinished("read", ok=True, summary="the files of the site", call="0.1"),
        ToolStarted("edit", "src/pages/index.astro", "0.2"),
        ToolFinished("edit", ok=True, summary="src/pages/index.astro", call="0.2"),
        FileChanged("src/pages/index.astro", "modified"),
        TextDelta("I changed the "),
        TextDelta("heading of the "),
        TextDelta("home page from "),
        TextDelta("“Grow something you "),
        TextDelta("will love” to "),
        TextDelta("“Grüß Gott”."),
        Used(Usage("simulation")),
    ]
    assert "<h1>Grüß Gott</h1>" in (root / "src/pages/index.astro").read_text()


HOME, ABOUT, CSS, HEADER = (
    "src/pages/index.astro",
    "src/pages/about.astro",
    "src/styles/global.css",
    "src/components/Header.astro",
)
FERN = "src/content/blog/a-fern-is-not-a-decoration.md"


@pytest.mark.parametrize(
    ("sentence", "changes", "path", "now"),
    [
        ("change the heading to Hi <b>", [(HOME, "modified")], HOME, "<h1>Hi &lt;b&gt;</h1>"),
        (
            "change the title of the about page to A & B",
            [(ABOUT, "modified")],
            ABOUT,
            '<Layout title={"A & B"} description',
        ),
        (
            "change the heading of the fern post to Ferns",
            [(FERN, "modified")],
            FERN,
            "title: Ferns\n",
        ),
        ("make the background pink", [(CSS, "modified")], CSS, "--color-background: pink;"),
        ("make the buttons #123456", [(CSS, "modified")], CSS, "--color-button: #123456;"),
        (
            "create a page called Prices saying: Free.",
            [("src/pages/prices.astro", "added")],
            "src/pages/prices.astro",
            '<section class="opening">\n    <h1>Prices</h1>\n    <p>Free.</p>\n  </section>',
        ),
        (
            "create a page called Prices and add it to the menu",
            [("src/pages/prices.astro", "added"), (HEADER, "modified")],
            HEADER,
            "  { href: '/contact', label: 'Contact' },\n  { href: '/prices', label: 'Prices' },\n]",
        ),
        (
            "write a post called Spring saying: It is here.",
            [("src/content/blog/spring.md", "added")],
            "src/content/blog/spring.md",
            "---\ntitle: Spring\ndescription: It is here.\ndate: 2026-05-01\n---\n\nIt is here.\n",
        ),
        (
            "add a section called Team to the about page saying: We are two.",
            [(ABOUT, "modified")],
            ABOUT,
            '\n\n  <section class="prose">\n    <h2>Team</h2>\n    <p>We are two.</p>\n  </s',
        ),
        (
            "add a paragraph to the home page saying: Bye.",
            [(HOME, "modified")],
            HOME,
            "\n\n  <section>\n    <p>Bye.</p>\n  </section>\n</Layout>\n",
        ),
        (
            "replace 'Kitchen herbs' with \"Herbs\"",
            [(HOME, "modified")],
            HOME,
            '<Card title="Herbs">',
        ),
        (
            "change the text 'Journal' to 'Notes'",
            [(HEADER, "modified")],
            HEADER,
            "{ href: '/blog', label: 'Notes' }",
        ),
        (
            "add a link to the fern post to the navigation",
            [(HEADER, "modified")],
            HEADER,
            "{ href: '/blog/a-fern-is-not-a-decoration', label: 'Fern' }",
        ),
        (
            "remove Journal from the menu",
            [(HEADER, "modified")],
            HEADER,
            "'About' },\n  { href: '/contact'",
        ),
    ],
)
async def test_a_sentence_changes_the_source(
    root: Path, sentence: str, changes: list[tuple[str, str]], path: str, now: str
):
    before = snapshot(root)
    events = await say(root, sentence)
    assert changes_of(events) == changes
    assert now in (root / path).read_text()
    after = snapshot(root)
    assert {each for each in {*before, *after} if before.get(each) != after.get(each)} == {
        path for path, _ in changes
    }


async def test_a_page_is_removed_with_its_menu_entry_and_the_links_left_are_told(root: Path):
    events = await say(root, "delete the contact page")
    assert changes_of(events) == [("src/pages/contact.astro", "deleted"), (HEADER, "modified")]
    assert not (root / "src/pages/contact.astro").exists()
    assert "/contact" not in (root / HEADER).read_text()
    assert "src/components/Footer.astro, src/pages/index.astro" in text_of(events)


async def test_several_wishes_are_one_change_for_each_file(root: Path):
    events = await say(
        root,
        "Create a page called Team; change the heading of the team page to “Us two”\n"
        "make the links navy\nmake the background white",
    )
    assert changes_of(events) == [("src/pages/team.astro", "added"), (CSS, "modified")]
    assert "<h1>Us two</h1>" in (root / "src/pages/team.astro").read_text()


async def test_several_wishes_are_fulfilled_all_or_none(root: Path):
    before = snapshot(root)
    events = await say(root, "make the background white and delete the pricing page")
    assert changes_of(events) == []
    assert snapshot(root) == before
    assert "I changed nothing." in text_of(events)


@pytest.mark.parametrize("mode", [Mode.PLAN, Mode.ANALYZE])
@pytest.mark.parametrize(
    "sentence", ["delete the contact page", "create a page called X", *EXAMPLES]
)
async def test_a_plan_changes_nothing_and_says_what_would_be_done(
    root: Path, mode: Mode, sentence: str
):
    before = snapshot(root)
    events = await say(root, sentence, mode)
    assert snapshot(root) == before
    assert changes_of(events) == []
    if "delete" in sentence:
        assert text_of(events) == (
            "I would remove the page /contact (src/pages/contact.astro).\n"
            "Files: src/pages/contact.astro (deleted), src/components/Header.astro (modified)."
            " I have not changed anything."
        )


async def test_what_is_not_understood_changes_nothing_and_is_answered_with_examples(root: Path):
    before = snapshot(root)
    events = await say(root, "make it pop")
    assert {type(event) for event in events} == {TextDelta, Used}
    assert "did not understand" in text_of(events)
    assert EXAMPLES[0] in text_of(events)
    assert snapshot(root) == before


async def test_every_example_is_understood(root: Path):
    for example in EXAMPLES:
        said = text_of(await say(root, example))
        assert "did not understand" not in said
        assert "I cannot" not in said.replace("I cannot find the text “fern”", "")


async def test_an_unknown_page_is_answered_with_the_pages(root: Path):
    said = text_of(await say(root, "change the heading of the pricing page to X"))
    assert said.startswith("I cannot find a page called “pricing”. The pages are /, /404, /about")


async def test_what_is_so_already_is_said(root: Path):
    await say(root, "make the background pink")
    events = await say(root, "make the background pink")
    assert changes_of(events) == []
    assert "like that already" in text_of(events)


async def test_the_site_is_shown(root: Path):
    assert "- /about: About us (src/pages/about.astro)" in text_of(
        await say(root, "list the pages")
    )
    assert "- src/dates.ts" in text_of(await say(root, "list the files"))
    assert "<h1>About us</h1>" in text_of(await say(root, "show me the about page"))
    assert "getFullYear" in text_of(await say(root, "show src/components/Footer.astro"))
    assert "Change the heading" in text_of(await say(root, "help"))


async def test_the_host_is_asked_what_git_says(root: Path):
    state = GitState(
        "thread-t1",
        ("main",),
        added=("a.astro",),
        modified=("b.astro",),
        untracked=("c.astro",),
        upstream="origin/thread-t1",
        ahead=2,
    )
    host = Recorder(root, state=state)
    await SIMULATION.run(turn(root, "git status"), host)
    assert host.text == (
        "git says:\n\n```\n## thread-t1...origin/thread-t1 [ahead 2]\n"
        "A  a.astro\n M b.astro\n?? c.astro\n```"
    )


async def test_what_git_refuses_is_told(root: Path):
    class Refusing(Recorder):
        async def git_state(self) -> GitState:
            raise Refused("the thread is gone")

    host = Refusing(root)
    await SIMULATION.run(turn(root, "git status"), host)
    assert host.text == "I cannot ask git: the thread is gone."
    assert [each.ok for each in host.finished] == [True, False]


async def test_the_same_sentence_does_the_same(tmp_path: Path):
    one, other = copy(tmp_path / "one"), copy(tmp_path / "other")
    for example in EXAMPLES:
        assert await say(one, example) == await say(other, example)
    assert snapshot(one) == snapshot(other)


# Where it must not write


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "/etc/x",
        "src/../../x",
        ".git/config",
        ".env",
        ".env.local",
        "src/.hidden",
        "node_modules/x",
        "",
        "link/x.astro",
        "link.astro",
    ],
)
def test_no_path_leads_out_of_the_site(tmp_path: Path, path: str):
    root, outside = tmp_path / "site", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "x.astro").write_text("secret")
    (root / "link").symlink_to(outside)
    (root / "link.astro").symlink_to(outside / "x.astro")
    before = snapshot(tmp_path)
    for text in ("new", None):
        with pytest.raises(files.Unsafe, match="cannot touch"):
            files.write(root, Change(path, "modified", text))
    assert snapshot(tmp_path) == before


async def test_a_page_behind_a_link_is_no_page(root: Path, tmp_path: Path):
    secret = tmp_path / "secret.astro"
    secret.write_text("<h1>Secret</h1>")
    (root / "src/pages/secret.astro").symlink_to(secret)
    (root / "src/pages/folder").symlink_to(tmp_path)
    assert "Secret" not in text_of(await say(root, "show the secret page"))
    await say(root, "change the heading of the secret page to Mine")
    await say(root, "create a page called Secret")
    assert secret.read_text() == "<h1>Secret</h1>"


async def test_hidden_files_are_neither_shown_nor_changed(root: Path):
    (root / ".env").write_text("TOKEN=Journal\n")
    (root / ".git").write_text("gitdir: /Journal\n")
    before = snapshot(root)
    for sentence in (
        "show .env",
        "show .git",
        "delete .env",
        "show ../../etc/passwd",
        "list files",
    ):
        events = await say(root, sentence)
        assert "TOKEN" not in text_of(events)
        assert "root:" not in text_of(events)
        assert "- .env" not in text_of(events)
        assert changes_of(events) == []
    await say(root, "replace Journal with Diary")
    after = snapshot(root)
    assert after[".env"] == before[".env"]
    assert after[".git"] == before[".git"]


async def test_a_file_keeps_its_mode_and_its_line_ends(root: Path):
    page = root / ABOUT
    page.write_bytes(page.read_bytes().replace(b"\n", b"\r\n"))
    page.chmod(0o640)
    await say(root, "change the heading of the about page to Us")
    assert stat.S_IMODE(page.stat().st_mode) == 0o640
    assert b"<h1>Us</h1>\r\n" in page.read_bytes()
    assert page.read_bytes().count(b"\n") == page.read_bytes().count(b"\r\n")
    assert not list(root.rglob("*.tmp"))


async def test_a_write_that_the_system_refuses_fails_the_turn_and_leaves_the_file_whole(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(_from: object, _to: object, **_: object) -> None:
        raise OSError("no space left on device")

    before = snapshot(root)
    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(BackendError, match=r"cannot edit src/pages/index\.astro: no space"):
        await say(root, "change the heading to Hi")
    monkeypatch.undo()
    assert snapshot(root) == before


async def test_a_site_that_is_not_there_fails_the_turn(tmp_path: Path):
    with pytest.raises(BackendError, match="cannot read the files of the site"):
        await say(tmp_path / "nowhere", "list the pages")


async def test_an_empty_worktree_is_answered(tmp_path: Path):
    said = text_of(await say(tmp_path, "change the heading of the about page to X"))
    assert said == "I cannot find a page called “about”. There are no pages in src/pages."
    for example in EXAMPLES:
        events = await say(tmp_path, example)
        assert changes_of(events) in ([], [("src/pages/prices.astro", "added")])


async def test_cancelled_it_leaves_each_file_whole(root: Path):
    """The turn is cancelled between two files: the first is as planned, the second as it was."""
    header = (root / HEADER).read_bytes()

    with trio.CancelScope() as scope:

        async def stop(event: BackendEvent) -> None:
            if isinstance(event, FileChanged):
                scope.cancel()
            await trio.lowlevel.checkpoint()

        await SIMULATION.run(turn(root, "delete the contact page"), Recorder(root, when_told=stop))
    assert scope.cancelled_caught
    assert not (root / "src/pages/contact.astro").exists()
    assert (root / HEADER).read_bytes() == header


SENTENCES = [
    "create a page called {}",
    "create a page called {} saying {} and add it to the menu",
    "write a post called {} saying: {}",
    "change the heading of the {} page to {}",
    "change the heading to {}",
    "change the title of the about page to {}",
    "add a section called {} to the about page saying {}",
    "add a paragraph to the fern post saying: {}",
    "replace {} with {}",
    "replace the with {} on the about page",
    "add a link to {} called {} to the navigation",
    "add {} to the menu",
    "remove {} from the menu",
    "delete the {} page",
    "delete {}",
    "show {}",
    "make the {} {}",
    "{} {}",
]
AWKWARD = [
    "../../x",
    "/etc/passwd",
    ".env",
    ".git/config",
    "{x}",
    "<script>",
    "“",
    '"',
    "'",
    "`${x}`",
]
AWKWARD += [
    "---",
    "\\",
    "\0",
    "*/",
    "con.astro",
    "a/b",
    "//",
    "[slug]",
    "😀",
    "#",
    "about",
    "red",
    "~",
]


@settings(max_examples=60, deadline=None)
@given(
    sentence=st.sampled_from(SENTENCES),
    words=st.tuples(*[st.sampled_from(AWKWARD) | st.text(max_size=20)] * 2),
)
def test_no_sentence_fails_or_writes_outside_of_the_site(sentence: str, words: tuple[str, str]):
    with tempfile.TemporaryDirectory() as folder:
        root = copy(Path(folder, "site"))
        (root / ".env").write_text("TOKEN=1")
        (root / ".git").write_text("gitdir: x")
        (root / "src/pages/out").symlink_to(folder)
        before = snapshot(Path(folder))
        events = trio.run(say, root, sentence.format(*words))
        after = snapshot(Path(folder))
        told = {f"site/{path}" for path, _ in changes_of(events)}
        assert {path for path in {*before, *after} if before.get(path) != after.get(path)} == told
        assert all(path.startswith("site/src/") for path in told)
        assert text_of(events)


async def test_others_work_while_a_wish_is_thought_about(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    thinking, enough = threading.Event(), threading.Event()

    def slow(*args: Any) -> Plan:
        thinking.set()
        assert enough.wait(10), "nobody else could work"
        return plan(*args)

    monkeypatch.setattr(simulation, "plan", slow)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(say, root, "make the background red")
        await trio.to_thread.run_sync(thinking.wait, 10)
        enough.set()
