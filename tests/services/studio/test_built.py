"""What is shipped is what the sources make, is typed as the API is, and is small."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from tests.services.studio.building import BUILT, STUDIO, build, run

pytestmark = pytest.mark.system

MOST = 150_000  # bytes, compressed: all pages and the element together


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_is_shipped_is_what_the_sources_make(tmp_path):
    build(tmp_path / "built")
    made = files(tmp_path / "built")
    shipped = files(BUILT)
    assert sorted(made) == sorted(shipped), "cannot go on: run `make studio`"
    assert [name for name in made if made[name] != shipped[name]] == [], (
        "cannot go on: run `make studio`"
    )


@pytest.mark.parametrize("project", [STUDIO, Path(__file__).parent], ids=["studio", "its tests"])
def test_it_asks_the_api_for_what_that_has(project):
    done = run("tsc", "--noEmit", "--project", project)
    assert done.returncode == 0, done.stdout


def test_all_of_it_is_small():
    sizes = {name: len(gzip.compress(data, 9)) for name, data in files(BUILT).items()}
    assert sum(sizes.values()) < MOST, sizes


def test_it_loads_nothing_from_elsewhere():
    pages = [data for name, data in files(BUILT).items() if name.endswith(".html")]
    assert pages
    for page in pages:
        addresses = re.findall(rb'(?:src|href)="([^"]*)"', page)
        assert addresses
        assert [address for address in addresses if not address.startswith(b"/assets/")] == []


def test_no_words_of_others_become_html():
    sources = list((STUDIO / "src").rglob("*.ts"))
    assert sources
    for path in sources:
        text = path.read_text()
        for way in ("unsafeHTML", "innerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in text, path
