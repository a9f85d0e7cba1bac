import os
import stat

import pytest

from services.token_file import CannotKeepToken, keep_token


def test_a_generated_token_is_kept_for_its_owner_alone(tmp_path):
    file = tmp_path / "deep" / "token"
    token = keep_token(file, "run")
    assert len(token) > 40
    assert file.read_text() == token + "\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(file.parent) == ["token"]


def test_the_next_life_has_the_same_token_and_the_next_run_another(tmp_path):
    token = keep_token(tmp_path / "token", "run")
    assert keep_token(tmp_path / "token", "run") == token
    assert keep_token(tmp_path / "token", "run2") != token


def test_without_a_file_every_life_has_its_own(tmp_path):
    assert keep_token(None, "run") != keep_token(None, "run")


def test_an_empty_file_is_no_token(tmp_path):
    (tmp_path / "token").touch()
    assert keep_token(tmp_path / "token", "run")
    assert (tmp_path / "token").read_text().strip()


def test_a_token_that_others_could_read_is_closed_to_them(tmp_path):
    file = tmp_path / "token"
    file.write_text("run.mine\n")
    file.chmod(0o644)
    assert keep_token(file, "run") == "run.mine"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_text("known")
    (tmp_path / "token").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotKeepToken, match="token_file"):
        keep_token(tmp_path / "token", "run")


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_not_trusted(tmp_path, make):
    make(tmp_path / "token")
    with pytest.raises(CannotKeepToken, match="cannot"):
        keep_token(tmp_path / "token", "run")


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotKeepToken, match="token_file"):
        keep_token(tmp_path / "file" / "token", "run")
