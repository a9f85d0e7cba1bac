import os
import re
import stat

import pytest

from services.keyring.file import (
    MOST,
    CannotKeepToken,
    Kept,
    is_generated,
    keep_tokens,
    read_tokens,
    retire,
    rotate,
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "token"


def made(file, run="run"):
    """The one token that is generated."""
    (token,), generated = (kept := keep_tokens(file, run)).tokens, kept.generated
    assert generated
    return token


def test_a_generated_token_is_kept_for_its_owner_alone(tmp_path):
    file = tmp_path / "deep" / "token"
    token = made(file)
    assert len(token) > 40
    assert file.read_text() == token + "\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(file.parent) == ["token"]


def test_the_next_life_has_the_same_token_and_the_next_run_another(file):
    token = made(file)
    assert made(file) == token
    assert made(file, "run2") != token
    assert token not in file.read_text()


def test_without_a_file_every_life_has_its_own():
    assert made(None) != made(None)


def test_an_empty_file_is_no_token(file):
    file.touch()
    assert made(file)
    assert file.read_text().strip()


def test_tokens_that_somebody_chose_are_kept_over_runs_and_none_is_generated(file):
    file.write_text("\n chosen by me \nold\nmüll\nchosen by me\n")
    written = file.stat().st_mtime_ns
    for run in ("run", "run2"):
        assert keep_tokens(file, run) == Kept(("chosen by me", "old"), generated=False)
    assert file.stat().st_mtime_ns == written


def test_what_an_earlier_run_generated_is_good_no_more_beside_one_that_was_chosen(file):
    first = made(file)
    chosen = rotate(file)
    assert keep_tokens(file, "run") == Kept((chosen, first), generated=False)
    assert keep_tokens(file, "run2") == Kept((chosen,), generated=False)
    assert file.read_text() == f"{chosen}\n"


def test_where_none_may_be_generated_one_must_be_there(file):
    with pytest.raises(CannotKeepToken, match="token rotate"):
        keep_tokens(file, "run", generate=False)
    assert not file.exists()
    made(file, "another")
    with pytest.raises(CannotKeepToken, match="token rotate"):
        keep_tokens(file, "run", generate=False)
    token = rotate(file)
    assert keep_tokens(file, "run", generate=False).tokens == (token,)


def test_a_token_that_others_could_read_is_closed_to_them(file):
    file.write_text("mine\n")
    file.chmod(0o644)
    assert keep_tokens(file, "run").tokens == ("mine",)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_link_is_not_followed(tmp_path, file):
    (tmp_path / "elsewhere").write_text("known")
    file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotKeepToken, match="token_file"):
        keep_tokens(file, "run")


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_not_trusted(file, make):
    make(file)
    with pytest.raises(CannotKeepToken, match="cannot"):
        keep_tokens(file, "run")


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotKeepToken, match="token_file"):
        keep_tokens(tmp_path / "file" / "token", "run")


def test_a_new_one_is_what_any_command_takes(tmp_path):
    made = {rotate(tmp_path / str(number)) for number in range(300)}
    assert len(made) == 300
    assert all(re.fullmatch("[0-9a-f]{64}", token) for token in made)


def test_rotating_puts_another_on_top_and_retiring_leaves_that_alone(file):
    first, second, third = rotate(file), rotate(file), rotate(file)
    assert read_tokens(file) == (third, second, first)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not is_generated(third)
    assert len(third) > 40
    assert retire(file) == 2
    assert read_tokens(file) == (third,)
    assert retire(file) == 0


def test_there_are_not_more_than_can_be_looked_through(file):
    for _ in range(MOST):
        rotate(file)
    before = read_tokens(file)
    with pytest.raises(CannotKeepToken, match="retire"):
        rotate(file)
    assert read_tokens(file) == before


def test_the_last_one_is_not_retired(file):
    with pytest.raises(CannotKeepToken, match="none to stay"):
        retire(file)
