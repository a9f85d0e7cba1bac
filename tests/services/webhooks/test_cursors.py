import pytest
from structlog.testing import capture_logs

from services.webhooks.cursors import Cursors


def test_what_was_written_is_read(tmp_path):
    file = tmp_path / "volume" / "webhooks.json"
    Cursors(file).write({"a": 1})
    Cursors(file).write({"a": 2, "b": 3})
    assert Cursors(file).read() == {"a": 2, "b": 3}
    assert [entry.name for entry in file.parent.iterdir()] == ["webhooks.json"]


def test_without_a_file_nothing_was_delivered(tmp_path):
    assert Cursors(tmp_path / "none").read() == {}


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b'{"a": "x"}', b"\xff"])
def test_a_spoilt_file_is_said_and_begun_anew(tmp_path, text):
    file = tmp_path / "webhooks.json"
    file.write_bytes(text)
    with capture_logs() as logs:
        assert Cursors(file).read() == {}
    assert logs[0]["event"] == "webhooks begin anew: their state is spoilt"


def test_a_state_that_cannot_be_had_is_an_error(tmp_path):
    with pytest.raises(IsADirectoryError):
        Cursors(tmp_path).read()


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    file = tmp_path / "webhooks.json"
    file.mkdir()
    with pytest.raises(IsADirectoryError):
        Cursors(file).write({"a": 1})
    assert list(tmp_path.iterdir()) == [file]
