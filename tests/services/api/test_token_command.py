"""`nurseryctl token`, against a daemon that a test plays."""

import os
import time
from importlib.metadata import entry_points

import pytest
from click.testing import CliRunner

from services.api.token_command import token
from services.keyring.file import read_tokens, rotate
from services.messages import EVERYTHING, Scope
from services.messages.tokens import Access, Grant, Verified, read_grant, sign, verify
from supervisor.socket.client import Unreachable


class FakeDaemon:
    def __init__(self, **options):
        self._options = options

    def spec(self, name, *, secrets=False):
        assert name == "api"
        return {"options": self._options}

    def daemon(self):
        return {"pid": "self"}


class NoDaemon:
    def spec(self, name, *, secrets=False):
        raise Unreachable("cannot reach nurseryd at /run/x: it is not running")


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "token"


def run(*arguments, daemon=None, given="", **environment):
    names = dict.fromkeys(("NURSERYD_TOKEN", "NURSERYD_TOKEN_FILE"))
    return CliRunner(env=names | environment).invoke(
        token,
        [str(each) for each in arguments],
        obj=daemon or NoDaemon(),
        input=given,
        standalone_mode=False,
    )


def printed(result):
    """What it printed, alone on standard output."""
    assert result.exception is None, result.exception
    assert result.stderr == ""
    return result.stdout.removesuffix("\n")


def test_it_is_a_command_of_nurseryctl():
    (point,) = entry_points(group="nurseryctl", name="token")
    assert point.load() is token


@pytest.mark.parametrize("scope", ["operator", "client:a", "user:a/b", "thread:a/b/c"])
def test_a_token_is_made_and_nothing_else_is_printed(scope):
    made = printed(run("create", scope, NURSERYD_TOKEN="secret"))
    assert verify(["secret"], made, 0) == Verified(Grant(Scope.parse(scope)), "secret")


@pytest.mark.parametrize(
    ("time_", "seconds"), [("90s", 90), ("15m", 900), ("8h", 28_800), ("30d", 2_592_000)]
)
def test_it_ends_when_it_is_said_to(time_, seconds):
    made = printed(run("create", "client:a", "--for", time_, "--read", NURSERYD_TOKEN="secret"))
    grant = read_grant(made)
    assert grant.access is Access.READ
    assert abs(grant.expires - time.time() - seconds) < 5


@pytest.mark.parametrize("time_", ["", "8", "h", "-1h", "0s", "8 h", "1w", "1000000d"])
def test_a_time_that_is_none_is_refused(time_):
    done = run("create", "client:a", "--for", time_, NURSERYD_TOKEN="secret")
    assert "8h" in str(done.exception)


def test_a_scope_that_is_none_is_refused():
    assert "it is operator" in str(run("create", "a", NURSERYD_TOKEN="secret").exception)
    assert "clientId" in str(run("create", "client:.", NURSERYD_TOKEN="secret").exception)


def test_the_operators_token_is_where_it_is_said_to_be(file):
    current, other = rotate(file), file.with_name("other")
    daemon = FakeDaemon(token="", token_file="token")
    given = FakeDaemon(token="given", token_file="token")
    for arguments, signer in [
        ({"daemon": daemon}, current),
        ({"daemon": given}, "given"),
        ({"daemon": given, "NURSERYD_TOKEN": "secret"}, "secret"),
        ({"NURSERYD_TOKEN_FILE": str(file)}, current),
        ({"daemon": given, "NURSERYD_TOKEN_FILE": str(file)}, current),
    ]:
        assert verify([signer], printed(run("create", "client:a", **arguments)), 0)
    named = rotate(other)
    made = run("create", "client:a", "--token-file", other, daemon=given, NURSERYD_TOKEN="secret")
    assert verify([named], printed(made), 0)


def test_where_there_is_none_it_is_said_how_to_give_one(file):
    for done in (
        run("create", "client:a"),
        run("create", "client:a", daemon=FakeDaemon()),
        run("create", "client:a", "--token-file", file),
    ):
        assert "set NURSERYD_TOKEN, or give --token-file" in str(done.exception)
    assert "it is not running" in str(run("create", "client:a").exception)
    file.mkdir()
    done = run("create", "client:a", NURSERYD_TOKEN_FILE=str(file))
    assert "cannot trust" in str(done.exception)


def test_what_a_token_says_is_shown():
    made = sign("secret", Grant(Scope("acme", "ann"), Access.READ, 4_000_000_000))
    done = run("show", made, NURSERYD_TOKEN="secret")
    assert done.return_value == 0
    assert done.output.splitlines() == [
        "scope    user:acme/ann",
        "access   read",
        "expires  2096-10-02T07:06:40Z",
        "good     yes",
    ]
    assert (
        "expires  never"
        in run(
            "show", "-", given=sign("secret", Grant(EVERYTHING)) + "\n", NURSERYD_TOKEN="secret"
        ).output
    )


def test_one_that_is_good_for_nothing_is_told_apart(file):
    foreign = run("show", sign("another", Grant(EVERYTHING)), NURSERYD_TOKEN="secret")
    late = run("show", sign("secret", Grant(EVERYTHING, expires=1)), NURSERYD_TOKEN="secret")
    assert (foreign.return_value, late.return_value) == (1, 1)
    assert "good     no: it was signed by another" in foreign.output
    assert "good     no: it expired" in late.output
    assert "not whole" in str(run("show", "nt1.x", NURSERYD_TOKEN="secret").exception)
    older, current = rotate(file), rotate(file)
    for shown, said in ((current, "the current one"), (older, "older")):
        assert said in run("show", shown, "--token-file", file).output


def test_one_that_looks_like_an_option_can_be_asked_about(file):
    file.write_text("-9qwnkRfOJib\n")
    assert "current one" in run("show", "--token-file", file, "--", "-9qwnkRfOJib").output


def test_what_it_says_is_shown_where_nobody_knows_whether_it_is_good():
    done = run("show", sign("secret", Grant(Scope("acme"))))
    assert done.return_value == 1
    assert "scope    client:acme\n" in done.output
    assert "good     not known: cannot find the operator's token" in done.output


def test_root_rotates_what_is_another_users(file, monkeypatch):
    first = rotate(file)
    chown = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "fchown", lambda descriptor, *owner: chown.append(owner))
    found = os.stat(file)
    second = printed(run("rotate", "--token-file", file))
    assert chown == [(found.st_uid, found.st_gid)]
    monkeypatch.setattr(os, "geteuid", lambda: found.st_uid + 1)
    assert "no file of this user" in str(run("rotate", "--token-file", file).exception)
    monkeypatch.undo()
    assert read_tokens(file) == (second, first)


def test_rotating_and_retiring_change_the_file_and_what_is_good(file):
    first = printed(run("rotate", "--token-file", file))
    second = printed(run("rotate", daemon=FakeDaemon(token_file="token")))
    assert read_tokens(file) == (second, first)
    assert printed(run("retire", NURSERYD_TOKEN_FILE=str(file))) == "1 retired"
    assert read_tokens(file) == (second,)


def test_what_cannot_be_rotated_says_why(file):
    given = FakeDaemon(token="given", token_file="token")
    for command in ("rotate", "retire"):
        assert "in the options" in str(run(command, daemon=given).exception)
        assert "give --token-file" in str(run(command, daemon=FakeDaemon()).exception)
        assert "give --token-file" in str(run(command).exception)
    assert "none to stay" in str(run("retire", "--token-file", file).exception)
    os.mkfifo(file)
    assert "cannot trust" in str(run("rotate", "--token-file", file).exception)


def test_the_operator_s_own_is_shown_to_who_asks_for_no_other(file):
    daemon = FakeDaemon(token_file=str(file))
    assert "there is none yet" in (said := str(run("show", daemon=daemon).exception))
    assert "try again once 'nurseryctl health' says healthy" in said
    first = rotate(file)
    assert printed(run("show", daemon=daemon)) == first
    second = rotate(file)
    assert printed(run("show", daemon=daemon)) == second
    assert printed(run("show", NURSERYD_TOKEN="given")) == "given"


def test_a_token_in_secrets_manager_is_read_there(cloud):
    cloud.put("operator", "first-of-sixteen-or-more")
    given = "secretsmanager:operator"
    for where in ({"NURSERYD_TOKEN": given}, {"daemon": FakeDaemon(token=given)}):
        made = printed(run("create", "operator", **where))
        verify(("first-of-sixteen-or-more",), made, time.time())


def test_a_secret_that_is_not_there_is_named(cloud):
    done = run("create", "operator", NURSERYD_TOKEN="secretsmanager:operator")
    assert "cannot read the secret operator" in str(done.exception)
