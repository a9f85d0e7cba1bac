from services.previews.failure import read_failure


def test_what_the_runner_left_becomes_one_sentence(tmp_path):
    (tmp_path / "failure.json").write_text('{"message": "no", "file": "a.mjs", "line": 3}')
    assert read_failure(tmp_path) == "no (a.mjs:3)"
    (tmp_path / "failure.json").write_text('{"message": "no", "frame": "ignored"}')
    assert read_failure(tmp_path) == "no"


def test_nothing_and_nonsense_say_nothing(tmp_path):
    assert read_failure(tmp_path) == ""
    for nonsense in (b'{"mess', b'{"message": "\xff"}', b'{"frame": ' + b"[" * 100_000):
        (tmp_path / "failure.json").write_bytes(nonsense)
        assert read_failure(tmp_path) == ""
