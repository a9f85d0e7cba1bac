"""A plot shows what its series say, and nothing that is no SVG."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from tests.soak.plot import HEIGHT, WIDTH, plot

SVG = "{http://www.w3.org/2000/svg}"


def lines(picture: str) -> list[list[tuple[float, float]]]:
    paths = [path.attrib["d"] for path in ElementTree.fromstring(picture).iter(f"{SVG}path")]
    return [
        [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", path)]
        for path in paths
        if "L" in path
    ]


def test_a_flat_series_is_a_flat_line_and_a_rising_one_rises():
    flat, rising = lines(
        plot("memory", "turns", {"flat": [(0, 5), (9, 5)], "rising": [(0, 0), (9, 10)]})
    )
    assert flat[0][1] == flat[1][1]
    assert rising[0][1] > rising[1][1]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in (*flat, *rising))


def test_the_axis_begins_at_nothing_and_ends_with_a_round_number():
    picture = plot("memory", "turns", {"MB": [(0, 83.0), (1000, 85.0)]})
    texts = [text.text for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]
    assert texts == ["memory", "0", "50", "100", "0", "1,000 turns"]


def test_names_are_text_and_no_markup():
    picture = plot("a < b & c", "<x>", {name: [(0, 0), (1, 0)] for name in ("<y>", "&z")})
    texts = [text.text for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]
    assert [texts[0], *texts[-2:]] == ["a < b & c", "<y>", "&z"]
