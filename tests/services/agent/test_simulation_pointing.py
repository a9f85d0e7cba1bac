"""A person points at an element of the page and says what is to become of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import services.workspaces
from services.agent.backend import Turn
from services.agent.simulation.backend import Simulation
from services.agent.simulation.pointed import locate
from services.agent.simulation.scan import scan
from services.agent.simulation.understand import understand
from services.messages import Image, Selection, ThreadKey
from tests.services.agent.recorder import Recorder

STARTER = Path(services.workspaces.__path__[0]) / "starter"
BLOCK = "src/pages/block.astro"
SOURCE = """\
---
const title = 'Ferns';
const many = ['a', 'b'];
---

<main>
  <h1>{title}</h1>
  <p>One <b>bold</b> word.</p>
  <p class="lead">A plain one.</p>
  <ul>
    <li><a href="/x">First</a></li>
    <li><a href="/y">Second</a></li>
    {many.map((each) => <li>{each}</li>)}
    {title && <li>Always</li>}
  </ul>
  <img src="/x.png" />
</main>
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = Path(shutil.copytree(STARTER, tmp_path / "site"))
    (root / BLOCK).write_text(SOURCE)
    return root


async def say(root: Path, sentence: str, selection: Selection) -> Recorder:
    host = Recorder(root)
    key = ThreadKey("acme", "ann", "t1")
    store = root.parent / "store"
    turn = Turn("turn-1", key, sentence, root, store, selection=selection)
    await Simulation().run(turn, host)
    return host


def line_of(text: str) -> int:
    return SOURCE[: SOURCE.index(text)].count("\n") + 1


@pytest.mark.parametrize(
    ("sentence", "at", "html", "old", "new"),
    [
        (
            "make this heading say “Palms”",
            "<h1>",
            "",
            "const title = 'Ferns'",
            "const title = 'Palms'",
        ),
        ("change this to A & B.", '<p class="lead">', "", ">A plain one.<", ">A &amp; B<"),
        ("please change this text to 'red'", '<p class="lead">', "", ">A plain one.<", ">red<"),
        ("this should say: Hi", '<p class="lead">', "", ">A plain one.<", ">Hi<"),
        ("change it to Third", '<a href="/y">', '<a href="/y">Second</a>', ">Second<", ">Third<"),
        ("remove this", '<p class="lead">', "", '  <p class="lead">A plain one.</p>\n', ""),
        (
            "delete this list item",
            '<a href="/x">',
            '<li><a href="/x">First</a></li>',
            '    <li><a href="/x">First</a></li>\n',
            "",
        ),
        ("remove this word", "<p>One", "<b>bold</b>", "<b>bold</b>", ""),
        ("remove it", "<img", "", '  <img src="/x.png" />\n', ""),
        (
            "change the heading of this page to Palms",
            '<p class="lead">',
            "",
            "const title = 'Ferns'",
            "const title = 'Palms'",
        ),
    ],
)
async def test_what_is_pointed_at_is_changed_and_nothing_else(
    root: Path, sentence: str, at: str, html: str, old: str, new: str
):
    told = await say(root, sentence, Selection(BLOCK, line_of(at), html=html))
    assert told.changes == [(BLOCK, "modified")], told.text
    assert SOURCE.count(old) == 1
    assert (root / BLOCK).read_text() == SOURCE.replace(old, new)


@pytest.mark.parametrize(
    ("sentence", "selection", "said"),
    [
        ("change this to X", Selection(BLOCK, 8), "not written there as plain words"),
        ("change this to X", Selection(BLOCK, 16), "not written there as plain words"),
        ("change this to X", Selection(BLOCK, 13), "not written there as plain words"),
        ("remove this", Selection(BLOCK, 14), "the code around it needs it"),
        ("change this to X", Selection(BLOCK, 99), "point again"),
        ("change this to X", Selection("src/gone.astro", 1), "there is none"),
        ("change this to X", Selection("README.md", 1), "Astro and HTML files only"),
        ("change this to X", Selection("../../etc/passwd", 1), "there is none"),
        ("change this to X", Selection(BLOCK), "point again"),
        ("change this to red", Selection(BLOCK, 9), "in quotes if it is the text"),
        ("make this bigger", Selection(BLOCK, 9), "and nothing else"),
        ("move it to the left", Selection(BLOCK, 9), "and nothing else"),
    ],
)
async def test_what_it_cannot_do_there_is_said(
    root: Path, sentence: str, selection: Selection, said: str
):
    told = await say(root, sentence, selection)
    assert told.changes == []
    assert said in told.text
    assert (root / BLOCK).read_text() == SOURCE


async def test_a_file_may_be_named_by_its_whole_path(root: Path):
    told = await say(root, "change this to X", Selection(str(root / BLOCK), 9, 6))
    assert told.changes == [(BLOCK, "modified")]


async def test_what_stands_in_a_component_changes_wherever_it_is_used(root: Path):
    component = "src/components/Note.astro"
    (root / component).write_text("<p>Note</p>\n")
    told = await say(root, "change this to Mind", Selection(component, 1))
    assert "changes wherever that is used" in told.text
    assert (root / component).read_text() == "<p>Mind</p>\n"


async def test_other_sentences_mean_what_they_mean_without_it(root: Path):
    told = await say(
        root, "create a page called Team and add it to the menu", Selection(BLOCK, line_of("<h1>"))
    )
    assert [kind for _, kind in told.changes] == ["added", "modified"]
    assert (root / BLOCK).read_text() == SOURCE


def test_without_pointing_this_heading_is_the_page_s():
    assert understand("change this heading to X") == understand("change the heading to X")


@pytest.mark.parametrize(
    ("selection", "name"),
    [
        (Selection(BLOCK, 11), "li"),
        (Selection(BLOCK, 11, 6), "li"),
        (Selection(BLOCK, 11, 10), "li"),
        (Selection(BLOCK, 11, 22), "a"),
        (Selection(BLOCK, 16, 4), "img"),
        (Selection(BLOCK, 11, 900), "li"),
        (Selection(BLOCK, 11, html="<A href='/x'>First</A>"), "a"),
        (Selection(BLOCK, html="<p>A plain one.</p>"), "p"),
        (Selection(BLOCK, html="<li>Nowhere</li>"), None),
        (Selection(BLOCK, 1), None),
    ],
)
def test_an_element_is_found_by_its_place_and_its_html(selection: Selection, name: str | None):
    found = locate(scan(SOURCE), selection)
    assert (found and found.name) == name


async def test_an_image_is_not_seen_and_that_is_said(root: Path):
    host = Recorder(root)
    key = ThreadKey("acme", "ann", "t1")
    image = Image("image/png", b"not looked at")
    turn = Turn("t", key, "list the pages", root, root.parent / "store", images=(image,))
    await Simulation().run(turn, host)
    assert host.text.startswith("I am a simulation and cannot see images")
    assert "The pages of this site" in host.text


async def test_it_cannot_repair_and_says_so(root: Path):
    host = Recorder(root)
    key = ThreadKey("acme", "ann", "t1")
    turn = Turn("t", key, "delete the contact page", root, root.parent / "store", repair=1)
    await Simulation().run(turn, host)
    assert host.changes == []
    assert "cannot repair" in host.text
