from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from supervisor.config.lines import lines
from supervisor.config.origin import Document
from supervisor.config.path import Path


def test_headers_keys_and_items_have_lines():
    found = lines(
        "\n".join(
            [
                "# [not.a.header]",
                "[service.a]",
                "kind = 'x' # = [",
                'command = ["[a]", "b = c",',
                "  'd', # e, f",
                "  { g = [1,",
                "    2] }, [3]",
                "]",
                '"quoted.key" . b = """',
                "[service.no]",
                'x = 1 \\""" still """"',
                "t = '''",
                "y = 2''''",
                "[[service.a.limits]]",
                "restarts = 1",
                "[service.a.limits.deep]",
                "z = 1",
                "  [[ service . a . limits ]]",
                "restarts = 2",
                "[service.b.log]",
                "file = ''",
                "[service]",
                "[service.b]",
            ]
        )
    )
    assert found == {
        ("service",): 22,
        ("service", "a"): 2,
        ("service", "a", "kind"): 3,
        ("service", "a", "command"): 4,
        ("service", "a", "command", 0): 4,
        ("service", "a", "command", 1): 4,
        ("service", "a", "command", 2): 5,
        ("service", "a", "command", 3): 6,
        ("service", "a", "command", 4): 7,
        ("service", "a", "quoted.key"): 9,
        ("service", "a", "quoted.key", "b"): 9,
        ("service", "a", "t"): 12,
        ("service", "a", "limits"): 14,
        ("service", "a", "limits", 0): 14,
        ("service", "a", "limits", 0, "restarts"): 15,
        ("service", "a", "limits", 0, "deep"): 16,
        ("service", "a", "limits", 0, "deep", "z"): 17,
        ("service", "a", "limits", 1): 18,
        ("service", "a", "limits", 1, "restarts"): 19,
        ("service", "b"): 23,
        ("service", "b", "log"): 20,
        ("service", "b", "log", "file"): 21,
    }


def test_what_is_inside_an_inline_table_is_where_its_statement_begins():
    document = Document("f", text="a = 1\nb = { c = [\n1 ] }\nd = [\n{ e = 1 },\n{ e = 2 }]")
    assert document.line(("b", "c", 0)) == 2
    assert document.line(("d", 1, "e")) == 6
    assert document.line(("no",)) is None
    assert document.line(()) is None


# Any document of which it is known, from writing it, on which line each thing begins.

NAMES = st.sampled_from(["a", "b", "c-d", "1", "2.5", "e.f", "ü", "[x]", "y = 1", "#", "\n", "'\""])
TEXTS = st.sampled_from(
    ["", "x", "[a]", "b = 1", "#", "'", '"', '""', "]", "}", ",", "=", "\\", "\n[c]\n"]
)
SPACE = st.sampled_from(["", " ", "\t"])
BETWEEN = st.sampled_from(["", "\n", "# a comment: [x] = \" '\n", "  \n\n"])


@st.composite
def written_keys(draw, name: str) -> str:
    bare = name.isascii() and name.replace("-", "").isalnum()
    styles = [json.dumps(name)]
    styles += [name] if bare else []
    styles += [f"'{name}'"] if "'" not in name and "\n" not in name else []
    return draw(st.sampled_from(styles))


@st.composite
def written_texts(draw, text: str) -> str:
    styles = [json.dumps(text)]
    if "'" not in text:
        styles += [f"'''\n{text}'''"] + ([f"'{text}'"] if "\n" not in text else [])
    if "\\" not in text and '"""' not in text:
        styles.append(f'"""{text}"""' if text != '""' else '"""""\\n"""')
    return draw(st.sampled_from(styles))


@st.composite
def documents(draw) -> tuple[str, dict[Path, int]]:
    text, expected = "", {}

    def value(depth: int, path: Path | None) -> None:
        nonlocal text
        match draw(st.integers(0, 4 if depth else 2)):
            case 0:
                text += draw(st.sampled_from(["1", "-2.5e3", "true", "1979-05-27 07:32:00", "inf"]))
            case 1 | 2:
                text += draw(written_texts(draw(TEXTS)))
            case 3:
                text += "["
                for place in range(draw(st.integers(0, 3))):
                    text += draw(BETWEEN)
                    if path is not None:
                        expected[*path, place] = text.count("\n") + 1
                    value(depth - 1, None)
                    text += draw(BETWEEN) + ","
                text += draw(BETWEEN) + "]"
            case 4:
                keys = draw(st.lists(NAMES, unique=True, max_size=2))
                text += "{"
                for place, key in enumerate(keys):
                    text += (", " if place else "") + draw(written_keys(key)) + " = "
                    value(depth - 1, None)
                text += "}"

    def statements(table: Path) -> None:
        nonlocal text
        for key in draw(st.lists(NAMES, unique=True, max_size=3)):
            text += draw(BETWEEN) + draw(SPACE)
            expected[*table, "k", key] = text.count("\n") + 1
            expected.setdefault((*table, "k"), text.count("\n") + 1)
            text += f"k{draw(SPACE)}.{draw(SPACE)}{draw(written_keys(key))}{draw(SPACE)}="
            value(2, (*table, "k", key))
            text += draw(SPACE) + draw(st.sampled_from(["", " # [d] = '"])) + "\n"

    statements(())
    for name in draw(st.lists(NAMES, unique=True, max_size=3)):
        for place in range(draw(st.integers(1, 3))):
            text += draw(BETWEEN)
            line = text.count("\n") + 1
            key = draw(written_keys(name))
            is_list = name < "b"
            text += f"[[t.{key}]]\n" if is_list else f"[t.{key}.x{place}]\n"
            path: Path = ("t", name, place) if is_list else ("t", name, f"x{place}")
            expected[path] = line
            for length in (1, 2):
                expected.setdefault(path[:length], line)
            statements(path)
    return text, expected


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(item, (*path, key))


@given(documents())
def test_a_line_is_never_a_wrong_one(written: tuple[str, dict[Path, int]]):
    text, expected = written
    data = tomllib.loads(text)
    found = lines(text)
    assert found == expected
    assert found.keys() <= set(paths(data))
