"""Source is read, and edited, whatever it is."""

from __future__ import annotations

import contextlib
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.simulation import colours, edits, markdown, navigation, replacing, styles
from services.agent.simulation.intents import (
    AddLink,
    ChangeColour,
    ChangeHeading,
    Edit,
    ReplaceText,
)
from services.agent.simulation.plans import plan
from services.agent.simulation.scan import DEEPEST, Span, scan, scan_code
from services.agent.simulation.site import Cannot, Site

PIECES = [
    "<h1>",
    "</h1>",
    "{",
    "}",
    "'",
    '"',
    "`",
    "${",
    "<!--",
    "-->",
    "---\n",
    "\n",
    "x",
    " ",
    "<Card",
    "/>",
]
PIECES += [
    "=>",
    "(",
    ")",
    "<script>",
    "</script>",
    "//",
    "/*",
    "=",
    "&",
    "<p>",
    "{x}",
    "import a from 'b'",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_source_is_read_and_edited_without_a_stumble(source: str):
    document = scan(source)
    for each in document.elements:
        assert 0 <= each.start <= each.inner <= each.inner_end <= each.end <= len(source)
    assert replacing.in_markup(source, "nothing of that", "y") == source
    scan_code(source)
    edits.add_section(source, "T", "x")
    styles.declarations(source)


def test_source_that_is_nested_beyond_reason_is_left_alone():
    source = "{<p>" * 5000
    assert scan(source).elements == ()


def test_a_less_than_in_the_code_is_no_element():
    document = scan("---\nconst a: Array<string> = [];\n---\n{a.length < b && <p>x</p>}<h1>y</h1>")
    assert [each.name for each in document.elements] == ["p", "h1"]


@given(st.text(max_size=60))
def test_what_is_typed_cannot_become_markup_or_code(text: str):
    page = f"<main>\n  <h1>{edits.escape(text)}</h1>\n</main>\n"
    document = scan(page)
    assert [each.name for each in document.elements] == ["main", "h1"]
    assert not document.strings
    assert edits.unescape(document.inside(document.elements[1])) == " ".join(text.split())
    handed = scan(f"<Card {edits.attribute('title', text)} />")
    assert [(each.name, len(each.attributes)) for each in handed.elements] == [("Card", 1)]


# What takes the square of its length takes hours here, in which nobody else in the process runs.
SPACES = " " * 500_000


def test_a_long_declaration_is_read_in_one_go():
    (found,) = styles.declarations(f"a{{ --header: red{SPACES}blue{SPACES}!important ; }}")
    assert found.value == f"red{SPACES}blue"


def test_a_long_text_is_replaced_in_one_go():
    source = f"<p> a{SPACES}b </p>"
    span = Span(3, len(source) - 4)
    assert edits.put(source, edits.Place("a", span, "markup", ""), "c") == "<p> c </p>"
    empty = edits.Place("a", Span(3, 5), "markup", "")
    assert edits.put("<p>  </p>", empty, "c") == "<p>  c</p>"


@pytest.mark.parametrize(
    ("source", "said"),
    [(f"# a{SPACES}b", f"a{SPACES}b"), ("```\n# x\n```\n" * 40_000 + "# a #", "a")],
    ids=["blanks", "blocks"],
)
def test_a_long_heading_and_what_is_none_are_read_in_one_go(source: str, said: str):
    found = markdown.heading(source)
    assert found is not None
    assert found[1] == said


def test_a_long_field_is_read_in_one_go():
    source = f"---\ntitle: a{SPACES}b{SPACES}\n---\n"
    found = markdown.field(source, "title")
    assert found is not None
    assert found[1] == f"a{SPACES}b"
    assert markdown.fields(source) == [("title", f"a{SPACES}b")]


def test_more_fields_than_somebody_writes_are_not_looked_at():
    assert len(markdown.fields("---\n" + "a: b\n" * 60_000 + "---\n")) == 100


def test_what_looks_like_the_start_of_many_links_is_read_on():
    links = "](" * 200_000
    assert replacing.in_markdown(f"{links} fern", "fern", "palm") == f"{links} palm"


def test_what_looks_like_the_start_of_many_tags_is_read_on():
    assert edits.unescape("<" * 400_000) == "<" * 400_000


def test_a_long_colour_is_read_in_one_go():
    spaces = SPACES[:20_000]
    assert colours.contrast(f"rgb(1{spaces}2{spaces}3", "#fff") is None


@pytest.mark.parametrize(
    "source",
    [f"import a{SPACES}x", "import {\n" * 50_000],
    ids=["blanks", "braces"],
)
def test_what_looks_like_the_start_of_many_imports_is_read_on(source: str):
    site = Site({"a.astro": f"---\nimport b from './b.astro'\n{source}\n---\n", "b.astro": ""})
    assert [each.path for each in site.imports("a.astro")] == ["b.astro"]


@pytest.mark.parametrize(
    "source",
    ["const x " * 60_000, "const x:" * 60_000, f"const x:{SPACES}y"],
    ids=["words", "types", "blanks"],
)
def test_what_looks_like_the_start_of_many_constants_is_read_on(source: str):
    page = f"---\n{source}\nconst x = 'a';\n---\n<h1>{{x}}</h1><nav>{{x.map(y)}}</nav>"
    site = Site({"src/pages/index.astro": page})
    (done,) = plan(site, ChangeHeading("b"), date(2026, 5, 1)).changes
    assert done.text is not None
    assert 'const x = "b"' in done.text.replace("'", '"')
    assert navigation.links(site) == []


def test_a_long_link_is_copied_in_one_go():
    nav = f'<nav><a href="/a"{SPACES}title="x">A</a></nav>'
    change = navigation.add_link(Site({"src/pages/index.astro": nav}), "B", "/b")
    assert change.text is not None
    assert change.text.count("</a>") == 2


@pytest.mark.parametrize(
    ("wish", "source"),
    [
        (ChangeHeading("x"), "<A/>" * 80_000),
        (AddLink("/x", "X"), "---\nconst x = [" + "{a:'b'}," * 40_000 + "]\n---\n<nav>{x.map("),
        (ReplaceText("y", "x"), "---\n" + "'A b'," * 40_000 + "\n---\n" + "<p>z</p>" * 30_000),
        (ChangeColour("text", "red"), f"<style>{'body,' * 40_000}{{{'color:a;' * 30_000}</style>"),
    ],
    ids=["components", "objects", "strings", "selectors"],
)
def test_what_is_there_many_times_is_not_looked_through_for_each(wish: Edit, source: str):
    start = time.process_time()
    with contextlib.suppress(Cannot):
        plan(Site({"src/pages/index.astro": source}), wish, date(2026, 5, 1))
    assert time.process_time() - start < 20


def test_elements_in_one_another_beyond_reason_are_left_alone():
    assert len(scan("<p>" * DEEPEST).elements) == DEEPEST
    assert scan("<p>" * (DEEPEST + 1)).elements == ()


def test_rules_in_one_another_keep_no_more_of_each_other_than_matters():
    css = "a{b:c;" * 80_000
    assert max(len(each.where) for each in styles.declarations(css)) <= 20


def test_what_looks_like_the_start_of_many_regular_expressions_is_read_on():
    source = "---\nconst a = " + "(/[" * 60_000 + "\n---\n<p>x</p>\n"
    assert [element.name for element in scan(source).elements] == ["p"]


@pytest.mark.parametrize(
    ("css", "value"),
    [
        ("a{--x:red}", "red"),
        ("a{--x: red !important ;}", "red"),
        ("a{--x:\n  red blue\n}", "red blue"),
        ("a{--x: ;}", ""),
        ("a{--x: !important;}", ""),
    ],
)
def test_a_declaration_s_value_is_without_what_stands_around_it(css: str, value: str):
    (found,) = styles.declarations(css)
    assert found.value == value == css[found.start : found.end]
