"""Images are what their content is, and are measured without unpacking them."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.site.images import ENDINGS, HEAD, is_svg, media_type_of
from services.site.measuring import Size, size_of
from tests.services.site.samples import IMAGES, JPEG, PNG, SIZE, SVG, png


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_is_told_and_measured_by_its_header(name: str):
    media_type, data = IMAGES[name]
    assert media_type_of(data[:HEAD]) == media_type
    assert media_type in ENDINGS
    assert size_of(BytesIO(data), media_type) == Size(*SIZE)


@pytest.mark.parametrize("name", IMAGES)
def test_a_header_that_is_cut_has_no_size_and_no_error(name: str):
    media_type, data = IMAGES[name]
    for length in range(len(data)):
        assert size_of(BytesIO(data[:length]), media_type) in (None, Size(*SIZE))
    assert size_of(BytesIO(data[:9]), media_type) is None


@given(st.sampled_from(sorted(IMAGES)), st.integers(0, 500), st.binary(min_size=1, max_size=40))
def test_a_damaged_header_is_measured_or_not(name: str, at: int, junk: bytes):
    media_type, data = IMAGES[name]
    damaged = data[:at] + junk + data[at + len(junk) :]
    found = size_of(BytesIO(damaged), media_type)
    assert found is None or (found.width > 0 and found.height > 0)


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"GIF8", b"\x89PNG", b"RIFF\0\0\0\0WAVE", b"%PDF-1.7", b"<html>", b"MZ"),
        *(b"\0\0\0\x20ftypisom\0\0\0\0isommp41", b"\0\0\0\x18ftypheic\0\0\0\0heic"),
        *(b"BM\0\0", SVG),
    ],
)
def test_other_files_are_no_images(data: bytes):
    assert media_type_of(data) is None


def test_a_small_image_within_is_not_its_size():
    """As cameras put one into the profile that comes first."""
    inner = JPEG[:2] + b"\xff\xe1" + (len(JPEG) + 2).to_bytes(2, "big") + JPEG + JPEG[2:]
    assert size_of(BytesIO(inner), "image/jpeg") == Size(*SIZE)
    large = inner.replace(b"\0\x03\0\x05", b"\x01\x03\x01\x05")
    assert size_of(BytesIO(large), "image/jpeg") == Size(0x105, 0x103)


def test_a_jpeg_of_segments_without_end_is_given_up():
    assert size_of(BytesIO(b"\xff\xd8" + b"\xff\xe1\0\x02" * 5000 + JPEG[2:]), "image/jpeg") is None
    assert size_of(BytesIO(b"\xff\xd8" + b"\xff" * 100_000), "image/jpeg") is None


def test_no_image_has_no_pixels():
    assert size_of(BytesIO(png(0, 7)), "image/png") is None
    assert size_of(BytesIO(png(2**31, 7)), "image/png") == Size(2**31, 7)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (SVG, True),
        (b"\xef\xbb\xbf \n<svg>", True),
        (b'<?xml version="1.0"?>\n<!-- a -->\n<svg\n', True),
        (b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">\n<svg>', True),
        (b"<svg:svg xmlns:svg='x'>", True),
        (b"<svgx>", False),
        (b"<html><svg>", False),
        (b"svg", False),
        (PNG, False),
        (b"<!-- --> -->\n<svg>", False),
        (b"<!---->" * 100 + b"<!DOCTYPE svg>" + b"<!---->" * 40 + b"<svg>", True),
    ],
)
def test_an_svg_is_told_by_its_beginning(text: bytes, is_one: bool):
    assert is_svg(text) is is_one


def test_a_row_of_comments_is_read_in_one_go():
    """In a process of its own: what tries all ways to part them holds up every thread for ever."""
    asked = "from services.site.images import is_svg; print(is_svg(b'<!---->' * 146))"
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True
    )
    assert told.stdout == "False\n"
