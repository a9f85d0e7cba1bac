"""Imports that fail for a moment, such as for want of descriptors, and are tried again."""

from __future__ import annotations

import importlib
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from supervisor.importing import load, load_aside

Write = Callable[[dict[str, str]], None]
FAILS = "raise OSError(24, 'Too many open files')"
ALL = "import want.early.inner, want.late\nassert want.early.inner.here"


def loaded() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == "want"]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes files of a package `want`, of which nothing is left in the process afterwards."""

    def write(files: dict[str, str]) -> None:
        for name, text in files.items():
            file = tmp_path / "want" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        importlib.invalidate_caches()

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield write
    for name in loaded():
        del sys.modules[name]


def test_what_failed_for_a_moment_is_imported_the_next_time(write: Write) -> None:
    write({"__init__.py": ALL, "early/__init__.py": "", "early/inner.py": "here = True"})
    write({"late.py": FAILS})
    with pytest.raises(OSError, match="Too many open files"):
        load("want")
    assert loaded() == []
    write({"late.py": ""})
    assert load("want").early.inner.here


def test_python_itself_does_not_get_over_it(write: Write) -> None:
    write({"__init__.py": ALL, "early/__init__.py": "", "early/inner.py": "here = True"})
    write({"late.py": FAILS})
    with pytest.raises(OSError, match="Too many open files"):
        importlib.import_module("want")
    write({"late.py": ""})
    with pytest.raises(AttributeError, match="'want' has no attribute 'early'"):
        importlib.import_module("want")


def test_what_was_there_before_stays_and_so_does_what_is_whole(write: Write) -> None:
    write({"before.py": "", "whole.py": "", "broken.py": f"import want.whole\n{FAILS}"})
    before = load("want.before")
    with pytest.raises(OSError, match="Too many open files"):
        load("want.broken")
    assert sys.modules["want.before"] is before
    assert load("want").whole is sys.modules["want.whole"]


def test_what_is_compiled_is_made_once(write: Write, tmp_path: Path) -> None:
    name, compiled = next(
        (name, Path(spec.origin))
        for name in ("_queue", "_bisect", "_heapq", "_opcode", "_lsprof", "_crypt", "_curses")
        if (spec := find_spec(name)) and spec.origin and spec.origin.endswith(".so")
    )
    write({"__init__.py": f"import want.{name}\n{FAILS}"})
    shutil.copy(compiled, tmp_path / "want")
    with pytest.raises(OSError, match="Too many open files"):
        load("want")
    assert loaded() == [f"want.{name}"]


async def test_what_takes_long_is_imported_beside_the_loop(write: Write) -> None:
    write({"where.py": "import threading\nthread = threading.current_thread()"})
    assert (await load_aside("want.where")).thread is not threading.current_thread()
