"""What `supervisor.secrets` names is shown by nothing, whatever is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.cli.nurseryd import run
from supervisor.config.secrets import HIDDEN, Secrets
from supervisor.config.words import visible

WRONG = """
[service.a]
kind = "process"
command = ["true"]
stop_signal = "${REPOSITORY}"
[health.h]
service = "a"
http = "http://${REPOSITORY}:80:80/x y"
"""
SECRET = "Tr0ub4dor-'\"\\&3\u00fc"
TOML = """
[supervisor]
secrets = ["SECRET", "OWN", 3]
log = "${SECRET}"
include = ["x/${SECRET}*"]
[service.a]
kind = "process"
command = ["true", "--token=${SECRET}"]
requires = ["${SECRET}"]
restart = "${SECRET}"
stop_signal = "${SECRET}"
environment = { OWN = "only here 123", COPY = "${SECRET}" }
[service.b]
kind = "task"
run = "${SECRET}"
options = { x = "${SECRET}" }
[health.h]
service = "a"
http = "http://u:${SECRET}@h/"
[health.i]
service = "${SECRET}"
tcp = "only here 123"
"""


@pytest.mark.parametrize("arguments", [
    ["check"], ["check", "--json"], ["explain", "a"], ["explain", "b", "--all"],
])  # fmt: skip
@pytest.mark.parametrize("change", ["", "secrets", "include", "set"])
def test_no_command_shows_a_secret(
    arguments: list[str],
    change: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    text = TOML.replace(", 3]", "]") if change == "secrets" else TOML
    text = text.replace("*", "") if change == "include" else text
    (tmp_path / "nurseryd.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET", SECRET)
    monkeypatch.delenv("NURSERYD_CONFIG", raising=False)
    if change == "set":
        monkeypatch.setenv("NURSERYD__SERVICE__A__RLIMITS__NOFILE", f"[{SECRET}]")
        monkeypatch.setenv("NURSERYD__SERVICE__A__NICE", "${SECRET}")
    assert run(arguments) == 2
    told = "".join(capfd.readouterr())
    assert HIDDEN in told
    for part in ("Tr0ub4dor", "&3", "only here"):
        assert part not in told


def test_a_plan_without_a_problem_shows_none_either(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "a.toml").write_text(
        '[supervisor]\nsecrets = ["SECRET"]\n[service.a]\nkind = "process"\n'
        'command = ["true", "${SECRET}"]\nready = { http = "http://h/${SECRET}" }\n'
        '[health.h]\nservice = "a"\nhttp = "http://h/${SECRET}"\n'
    )
    monkeypatch.setenv("SECRET", "abc/def")
    for arguments in (["check"], ["check", "--json"], ["explain", "a"]):
        assert run(["-c", str(tmp_path / "a.toml"), *arguments]) == 0
        told = "".join(capfd.readouterr())
        assert HIDDEN in told
        assert "abc/def" not in told


@given(st.text(st.characters(exclude_characters="*"), min_size=4), st.text())
def test_a_secret_is_hidden_however_it_was_quoted(secret: str, more: str):
    secrets = Secrets(frozenset({secret}))
    for spelled in (secret, repr(secret), ascii(secret), visible(secret)):
        assert secret not in secrets.hide(f"{more}{spelled}{more}").replace(HIDDEN, "")
    assert secret not in repr(secrets)


@pytest.mark.parametrize(
    "address",
    [
        "https://ann:Tr0ub4dor@example.com/site.git",
        "https://Tr0ub4dor@example.com",
        "ssh://ann:Tr0ub4dor:3@[::1]:22/",
        "ftp://ann%40:Tr0ub4dor@example.com/a@b",
    ],
)
def test_no_problem_repeats_a_credential_in_an_address_that_nobody_called_a_secret(
    address: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "nurseryd.toml"
    file.write_text(WRONG)
    monkeypatch.setenv("REPOSITORY", address)
    run(["check", str(file)])
    told = "".join(capfd.readouterr())
    assert f"://{HIDDEN}@" in told
    assert "Tr0ub4dor" not in told


def test_an_address_without_a_credential_is_shown_as_it_is() -> None:
    for text in ("https://example.com/@vite/client", "ann@example.com", "see https://a/ or b@c"):
        assert Secrets().hide(text) == text
