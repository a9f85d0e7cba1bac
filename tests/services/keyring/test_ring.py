import errno
import os

import pytest
from structlog.testing import capture_logs

from services.keyring import ring as keyring
from services.keyring.file import read_tokens, retire, rotate
from services.keyring.ring import LOOK_AGAIN, Keyring


@pytest.fixture
def file(tmp_path):
    return tmp_path / "token"


def test_a_given_token_is_the_only_one(file):
    rotate(file)
    ring = Keyring("given", file)
    assert not ring.look(0)
    assert ring.at(0) == ring.all == ("given",)
    assert ring.current == "given"


def test_a_file_is_looked_at_again_when_it_is_time(file):
    ring = Keyring(file=file)
    assert ring.at(10.0) == ()
    assert ring.current == ""
    first = rotate(file)
    assert ring.at(10.0 + LOOK_AGAIN - 0.01) == ()
    assert ring.at(10.0 + LOOK_AGAIN) == (first,)
    second = rotate(file)
    assert ring.all == (first,)
    assert ring.at(12.0) == (second, first)
    assert ring.current == second
    retire(file)
    assert ring.at(13.0) == (second,)


def test_a_look_at_once_says_whether_there_are_others(file):
    first = rotate(file)
    ring = Keyring(file=file)
    assert ring.look(0)
    assert not ring.look(0)
    file.write_text(f"{first}\n\n")
    assert not ring.look(0)
    rotate(file)
    assert ring.look(0)


def test_a_file_that_is_gone_holds_none_and_that_is_said(file):
    token = rotate(file)
    ring = Keyring(file=file)
    assert ring.at(0) == (token,)
    file.unlink()
    with capture_logs() as logs:
        assert ring.at(LOOK_AGAIN) == ()
        assert ring.at(2 * LOOK_AGAIN) == ()
    assert [entry["event"] for entry in logs] == ["no token is good any more"]
    assert token not in str(logs)


def test_a_file_that_could_not_be_read_is_read_as_soon_as_it_can_be(file, monkeypatch):
    token = rotate(file)
    ring = Keyring(file=file)
    troubles = [errno.EMFILE, errno.EMFILE, 0, errno.EMFILE, 0]

    def read(file):
        if (number := troubles.pop(0)) != 0:
            raise OSError(number, os.strerror(number))
        return read_tokens(file)

    monkeypatch.setattr(keyring, "read_tokens", read)
    with capture_logs() as logs:
        assert [ring.look(0) for _ in range(3)] == [False, False, True]
        assert ring.all == (token,)
        assert not ring.look(0)  # it is as it was: nobody opens it
        another = rotate(file)
        assert [ring.look(0) for _ in range(2)] == [True, True]
        assert ring.all == (another, token)
    said = [entry["event"] for entry in logs]
    assert said == ["token not read", "token not read", "no token is good any more"]


def test_every_token_is_hidden_as_soon_as_it_is_known(file):
    hidden = []
    first = rotate(file)
    ring = Keyring(file=file, hide=hidden.append)
    ring.look(0)
    assert hidden == [first]
    second = rotate(file)
    ring.look(0)
    assert hidden == [first, second, first]
    Keyring("given", hide=hidden.append)
    assert hidden[-1] == "given"
