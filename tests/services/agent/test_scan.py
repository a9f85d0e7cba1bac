"""Source is read, and edited, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.simulation import edits, replacing, styles
from services.agent.simulation.scan import Span, scan, scan_code

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
