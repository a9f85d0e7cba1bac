from __future__ import annotations

import pytest

from supervisor.kinds.env_file import BadLine, parse

FILE = r"""
# a comment
  ; another one
PLAIN=one two   three
export EXPORTED=yes
EMPTY=
	INDENTED = spaced
HASH=#fff
INLINE=80 # the port
NO_VALUE= # nothing
URL=http://h/?a=b#c
SINGLE='a "b" \n $X # no comment'   # a comment
DOUBLE="a 'b' \"c\" \\ \$X \n\t# no comment"
UNKNOWN="\d"
LONG="one
two \
three"
KEY='-----BEGIN-----
abc=
-----END-----'
discovery.type=single-node
AGAIN=1
AGAIN=2
INSIDE=it's "fine"
BACK=C:\dir\
"""


def test_a_file_as_people_write_them():
    assert parse(FILE) == {
        "PLAIN": "one two   three",
        "EXPORTED": "yes",
        "EMPTY": "",
        "INDENTED": "spaced",
        "HASH": "#fff",
        "INLINE": "80",
        "NO_VALUE": "",
        "URL": "http://h/?a=b#c",
        "SINGLE": r'a "b" \n $X # no comment',
        "DOUBLE": "a 'b' \"c\" \\ $X \n\t# no comment",
        "UNKNOWN": r"\d",
        "LONG": "one\ntwo three",
        "KEY": "-----BEGIN-----\nabc=\n-----END-----",
        "discovery.type": "single-node",
        "AGAIN": "2",
        "INSIDE": 'it\'s "fine"',
        "BACK": "C:\\dir\\",
    }


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n#comments", "\ufeff"])
def test_a_file_with_nothing_in_it(text: str):
    assert parse(text) == {}


def test_windows_line_ends_and_a_byte_order_mark_are_no_part_of_it():
    assert parse("\ufeffA=1\r\nB='2'\r\nC=\"3\" # three\r\n\r\nD=4") == {
        "A": "1",
        "B": "2",
        "C": "3",
        "D": "4",
    }


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("A", 1, "is not NAME=value"),
        ("A=1\n\n# x\nB 2", 4, "is not NAME=value"),
        ("=1", 1, "is not NAME=value"),
        ("1A=1", 1, "is not NAME=value"),
        ("A B=1", 1, "is not NAME=value"),
        ("A='1\nB=2", 1, "the quote of A is never closed"),
        ('X=1\nA="hush\\"', 2, "the quote of A is never closed"),
        ("A='1\n2'\nB='3'4", 3, "something follows the closing quote of B"),
        ("A='1'#x", 1, "something follows the closing quote of A"),
        ("A=a\0b", 1, "A holds a NUL"),
    ],
)
def test_what_is_no_line_is_refused_by_its_number_without_its_value(text, line, what):
    with pytest.raises(BadLine, match=f"^line {line}: {what}") as refusal:
        parse(text)
    assert "hush" not in str(refusal.value)
