import msgspec
import pytest

from services.api import Options
from services.api.guard.checks import is_ours_alone
from services.keyring.file import keep_tokens, rotate

LONG = "x" * 16
BEYOND = ["0.0.0.0:8080", "[::]:8080", "10.0.0.5:80", "api.example.com:80"]


def plan(**table):
    return msgspec.convert(table, Options)


@pytest.mark.parametrize(
    "bind", ["127.0.0.1:8080", "127.9.9.9:1", "[::1]:0", "localhost:80", "::1:8080"]
)
def test_this_machine_needs_no_token_that_was_chosen(bind):
    assert is_ours_alone(bind)
    plan(bind=bind)
    plan(bind=bind, token="short")


@pytest.mark.parametrize("bind", BEYOND)
def test_beyond_it_one_is_needed_that_cannot_be_guessed(bind, tmp_path):
    file = tmp_path / "token"
    assert not is_ours_alone(bind)
    for table in ({}, {"token_file": str(file)}):
        with pytest.raises(msgspec.ValidationError, match="token rotate"):
            plan(bind=bind, **table)
        plan(bind=bind, generate="anywhere", **table)
    with pytest.raises(msgspec.ValidationError, match="fewer than 16"):
        plan(bind=bind, token=LONG[1:])
    with pytest.raises(msgspec.ValidationError, match="fewer than 16"):
        plan(bind=bind, token=LONG[1:], generate="anywhere")
    plan(bind=bind, token=LONG)


def test_the_file_may_hold_it_already(tmp_path):
    file = tmp_path / "token"
    table = {"bind": "0.0.0.0:80", "token_file": str(file)}
    keep_tokens(file, "run")
    with pytest.raises(msgspec.ValidationError, match="token rotate"):
        plan(**table)
    rotate(file)
    plan(**table)
    file.write_text(f"{LONG}\nguessable\n")
    with pytest.raises(msgspec.ValidationError, match=r"token_file: .*fewer than 16"):
        plan(**table)
    file.unlink()
    file.mkdir()
    with pytest.raises(msgspec.ValidationError, match="token_file: cannot trust"):
        plan(**table)


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example.com",
        "http://localhost:3000",
        "http://127.0.0.1:8081",
        "http://[::1]:3000",
        "https://xn--mller-kva.example",
    ],
)
def test_an_origin_is_written_as_browsers_do(origin):
    assert plan(origins=[origin]).origins == (origin,)


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "",
        "app.example.com",
        "https://app.example.com/",
        "https://App.example.com",
        "https://app.example.com:443",
        "http://app.example.com:80",
        "https://*.example.com",
        "https://user@app.example.com",
        "ftp://app.example.com",
        "https://app.example.com\n",
    ],
)
def test_what_is_no_origin_is_refused_before_anything_starts(origin):
    with pytest.raises(msgspec.ValidationError, match="origins"):
        plan(origins=[origin])


@pytest.mark.parametrize("table", [{"trusted": ["10.0.0.1/8"]}, {"requests": -1}, {"guesses": -1}])
def test_other_options_that_cannot_work_are_refused_too(table):
    with pytest.raises(msgspec.ValidationError):
        plan(**table)


@pytest.mark.parametrize(
    "preview",
    [
        "preview.example.com",
        "ftp://preview.example.com/",
        "https:",
        "https://preview.example.com:80800/",
        "https://preview.example.com:443O/",
        "https://preview .example.com/",
        "https://preview\x7f.example.com/",
        "https://[::1/",
    ],
)
def test_where_previews_are_is_an_address_that_browsers_open(preview):
    with pytest.raises(msgspec.ValidationError, match=r"^preview: .*write https://preview"):
        plan(preview=preview)
