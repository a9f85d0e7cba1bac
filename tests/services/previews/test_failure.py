import json

import pytest

from services.messages import BuildError
from services.previews.failure import headline, read_failure, read_failures

FIRST = {"message": "no such import", "file": "a.astro", "line": 3, "column": 2, "frame": "3 | x"}
SECOND = {"message": "another"}


def test_what_the_runner_left_is_all_that_is_wrong_the_worst_first(tmp_path):
    (tmp_path / "failure.json").write_text(json.dumps({"errors": [FIRST, SECOND]}))
    assert read_failures(tmp_path) == (BuildError(**FIRST), BuildError(**SECOND))
    assert read_failure(tmp_path) == BuildError(**FIRST)


@pytest.mark.parametrize("left", [None, b"", b"{", b"[]", b'{"errors": [5]}', b"\xff", b"[" * 9999])
def test_nothing_and_nonsense_say_nothing(tmp_path, left):
    if left is not None:
        (tmp_path / "failure.json").write_bytes(left)
    assert read_failures(tmp_path) == ()
    assert read_failure(tmp_path) is None


def test_a_headline_is_one_line_with_the_place():
    error = BuildError("cannot parse\n  3 | x\n    | ^", "a.astro", 3)
    assert headline(error) == "cannot parse (a.astro:3)"
    assert headline(BuildError("")) == ""
