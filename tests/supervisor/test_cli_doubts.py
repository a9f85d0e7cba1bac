from __future__ import annotations

import os
from pathlib import Path

import pytest

from supervisor.cli.doubts import doubts
from supervisor.config import load

PLAIN = "looks like a secret in plain text: write ${NAME} for it, and put NAME into"


@pytest.fixture
def doubted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What is doubted of one service with these lines: key and text."""
    monkeypatch.chdir(tmp_path)

    def doubted(lines: str, name: str = "a") -> dict[str, str]:
        head = f'[service."{name}"]\nkind = "process"\n'
        head += "" if "command" in lines else 'command = ["true"]\n'
        (tmp_path / "a.toml").write_text(head + lines)
        config = load(Path("a.toml"), {"X": "value-of-x"})
        assert config.problems == ()
        return {one.key: one.text for one in doubts(config, {"PATH": os.environ["PATH"]})}

    return doubted


@pytest.mark.parametrize(
    ("lines", "key", "text"),
    [
        ("command = ['no-such-one']", "command[0]", "there is no program 'no-such-one' here, on"),
        ("command = ['./no-such']", "command[0]", "there is no program './no-such' here"),
        ("command = ['/no/such']", "command[0]", "there is no program '/no/such' here"),
        ("command = ['./plain']", "command[0]", "'./plain' may not be executed"),
        ("command = ['true -x']", "command[0]", "'true -x' is no program: write each argument"),
        ("command = ['true']\nenvironment.PATH = '/no'", "command[0]", "there is no program"),
        ("directory = '/no/such'", "directory", "there is no folder '/no/such' here"),
        ("user = 'no-such-user'", "user", "there is no user 'no-such-user' here"),
        ("group = 'no-such-group'", "group", "there is no group 'no-such-group' here"),
        ("environment_files = ['no']", "environment_files[0]", "there is no file 'no' here"),
        ("environment.DB_PASSWORD = 'hunter2'", "environment.DB_PASSWORD", PLAIN),
        ("environment.GitToken = 'gh" "p_abcdefghijklmnopqrstu'", "environment.GitToken", PLAIN),
        ("environment.URL = 'https://u:pw@h/'", "environment.URL", PLAIN),
        ("command = ['true', '--api-key=abcdef']", "command[1]", PLAIN),
        ("command = ['true', 'AK" "IAABCDEFGHIJKLMNOP']", "command[1]", PLAIN),
        ("restart = 'never'\nlimits = [{ causes = [1], restarts = 0 }]", "limits[0]",
         "can never fire: the service is never restarted"),
        ("limits = [{ causes = [1] }]", "limits[0]", "can never fire: the budget for all ends"),
        ("limits = [{ causes = [1], restarts = 3, period = 1 }]", "limits[0]",
         "can never fire: 3 restarts take at least 3.15 s of backoff, and its period is 1 s"),
        ("success = [1, 'TERM']\nlimits = [{ causes = ['TERM'], restarts = 0 }]", "limits[0]",
         "can never fire: its causes count as success"),
    ],
)  # fmt: skip
def test_a_doubt_is_told_with_its_key(doubted, tmp_path: Path, lines: str, key: str, text: str):
    (tmp_path / "plain").write_text("")
    (found,) = doubted(lines).items()
    assert found[0] == key
    assert found[1].startswith(text)


@pytest.mark.parametrize(
    "lines",
    [
        "command = ['./there']\ndirectory = 'in'",
        "user = 'root'\ngroup = 'root'",
        "user = '12345'\ngroup = '12345'",
        "environment_files = ['-no', 'in/there']",
        "environment.TOKEN = '${X}'",
        "environment.TOKEN = ''",
        "environment.TOKEN_FILE = '/run/token'",
        "environment.ASK_PASSWORD = '1'",
        "command = ['true', '--token=${X}']",
        "limits = [{ causes = [1], restarts = 0 }, { causes = [2], period = 90 }]",
        "restart = 'always'\nsuccess = [1]\nlimits = [{ causes = [1], restarts = 0 }]",
    ],
)
def test_what_is_meant_so_is_not_doubted(doubted, tmp_path: Path, lines: str):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "there").write_text("")
    (tmp_path / "in" / "there").chmod(0o755)
    assert doubted(lines) == {}


def test_what_an_instance_fills_in_is_not_doubted(doubted):
    lines = (
        "command = ['{p}', '--token={token}']\ndirectory = '{d}'\nuser = '{u}'\n"
        "environment.TOKEN = '{token}'\nenvironment_files = ['{e}']"
    )
    assert doubted(lines, "a@") == {}


def test_without_a_path_of_its_own_a_child_looks_where_execvp_does(doubted):
    assert doubted("environment_allow = []") == {}


def test_a_task_may_have_doubts_too_and_a_broken_service_has_none(tmp_path: Path):
    (tmp_path / "a.toml").write_text(
        "[service.t]\nkind = 'task'\nrun = 'm:f'\noptions = { token = 'abcdef' }\n"
        "limits = [{ causes = [1], restarts = 0 }]\n"
        "[service.b]\nkind = 'process'\nuser = 'no-such-user'\n"
    )
    found = doubts(load(tmp_path / "a.toml", {}))
    assert [(one.table, one.key, one.line) for one in found] == [("service.t", "options.token", 4)]


@pytest.mark.parametrize(
    ("value", "doubted"),
    [
        ("acme/git", False),
        ("arn:aws:secretsmanager:eu-central-1:1:secret:acme/git-AbC", False),
        ("hunter2", True),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCY", True),
    ],
)
def test_the_name_of_a_secret_in_a_store_is_none(tmp_path: Path, value: str, doubted: bool):
    (tmp_path / "a.toml").write_text(
        f"[service.t]\nkind = 'task'\nrun = 'm:f'\noptions.at.secret = '{value}'\n"
    )
    assert bool(doubts(load(tmp_path / "a.toml", {}))) is doubted
