"""Which token is told to whom, and what is said where there is none."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import msgspec
import pytest

from services.aws import Remembered
from services.workspaces import Credential, Options
from services.workspaces.credentials import Credentials
from services.workspaces.git.wire import Login
from supervisor.desk import Refused

TOKEN = "ghp_t0psecret"
SITE = "https://git.example.com/acme/site.git"


class Vault:
    """Secrets that can be rotated; counts how often one was read."""

    def __init__(self, **secrets: str) -> None:
        self.secrets = secrets
        self.reads = 0

    def __call__(self, name: str) -> str:
        self.reads += 1
        return self.secrets[name]


def remembered(vault: Vault | None = None) -> Remembered:
    return Remembered(vault or Vault())


def known(vault: Vault | None = None, **credential: str) -> Credentials:
    return Credentials({"git.example.com": Credential(**credential)}, remembered(vault))


@pytest.mark.parametrize(
    ("host", "user"),
    [
        ("github.com", "x-access-token"),
        ("gitlab.com", "oauth2"),
        ("bitbucket.org", "x-token-auth"),
        ("git.example.com", "x-access-token"),
    ],
)
def test_a_token_goes_with_the_user_s_name_that_its_host_wants(
    monkeypatch: pytest.MonkeyPatch, host: str, user: str
) -> None:
    monkeypatch.setenv("TOKEN", TOKEN)
    url = f"https://{host}/acme/site"
    credentials = Credentials({host: Credential(env="TOKEN")}, remembered())
    assert credentials.visit(url).login(url) == Login(user, TOKEN)
    credentials = Credentials({host.upper(): Credential(env="TOKEN", user="ann")}, remembered())
    assert credentials.visit(url).login(url) == Login("ann", TOKEN)


def test_without_a_word_github_s_token_is_in_its_usual_variable() -> None:
    assert Options(root="/x").credentials == {"github.com": Credential(env="GITHUB_TOKEN")}


def test_no_child_inherits_a_token_that_is_used_without_a_word() -> None:
    config = tomllib.loads((Path(__file__).parents[3] / "config/services.toml").read_text())
    used = {credential.env for credential in Options(root="/x").credentials.values()}
    assert used <= {*config["supervisor"]["secrets"]}


@pytest.mark.parametrize(
    "asking",
    [
        "https://elsewhere.com/acme/site.git",
        "https://git.example.com:8443/acme/site.git",
        "http://git.example.com/acme/site.git",
        "https://git.example.com.elsewhere.com/acme/site.git",
        "/acme/site.git",
    ],
)
def test_a_token_is_told_to_the_very_host_of_the_repository_alone(
    monkeypatch: pytest.MonkeyPatch, asking: str
) -> None:
    monkeypatch.setenv("TOKEN", TOKEN)
    with pytest.raises(Refused, match=r"the repository is at git.example.com; use its new"):
        known(env="TOKEN").visit(SITE).login(asking)


def test_a_token_is_told_over_plain_http_to_this_machine_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOKEN", TOKEN)
    credential = Credential(env="TOKEN")
    credentials = Credentials({"git.local:80": credential, "git.local": credential}, remembered())
    with pytest.raises(Refused, match="use https://"):
        credentials.visit("http://git.local/site").login("http://git.local/site")
    here = "http://127.0.0.1:8080/site"
    assert Credentials({"127.0.0.1:8080": credential}, remembered()).visit(here).login(here)


def test_a_credential_for_a_host_is_not_for_its_other_ports(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOKEN", TOKEN)
    url = "https://git.example.com:8443/site"
    with pytest.raises(Refused, match=r'options.credentials."git.example.com:8443"'):
        known(env="TOKEN").visit(url).login(url)


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_is_named(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("TOKEN", value)
    with pytest.raises(Refused, match=r"cannot reach git.example.com: .* set TOKEN"):
        known(env="TOKEN").visit(SITE).login(SITE)


def test_a_refused_variable_is_given_up_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", TOKEN)
    visit = known(env="TOKEN").visit(SITE)
    visit.login(SITE)
    with pytest.raises(Refused, match="it refused the token from TOKEN") as refusal:
        visit.login(SITE)
    assert TOKEN not in str(refusal.value)


def test_a_secret_is_read_once_for_many_visits() -> None:
    vault = Vault(site=TOKEN)
    credentials = known(vault, secret="site")
    assert {credentials.visit(SITE).login(SITE).token for _ in range(5)} == {TOKEN}
    assert vault.reads == 1


def test_a_refused_secret_is_read_anew_and_tried_once_more() -> None:
    vault = Vault(site="old")
    credentials = known(vault, secret="site")
    credentials.visit(SITE).login(SITE)
    vault.secrets["site"] = "new"
    visit = credentials.visit(SITE)
    assert visit.login(SITE).token == "old"
    assert visit.login(SITE).token == "new"
    assert credentials.visit(SITE).login(SITE).token == "new"
    vault.secrets["site"] = "newer"
    with pytest.raises(Refused, match="it refused the token from the secret site"):
        visit.login(SITE)


def test_a_forge_is_logged_in_to_by_the_same_tokens() -> None:
    vault = Vault(site="old")
    login = known(vault, secret="site", user="ann").logins("https://git.example.com/acme/site")
    assert login() == ("ann", "old")
    vault.secrets["site"] = "new"
    assert login() == ("ann", "new")
    with pytest.raises(Refused, match="it refused the token from the secret site"):
        login()


def test_a_secret_that_is_the_same_when_read_anew_is_not_tried_again() -> None:
    vault = Vault(site=TOKEN)
    visit = known(vault, secret="site").visit(SITE)
    visit.login(SITE)
    with pytest.raises(Refused, match="it refused the token"):
        visit.login(SITE)
    assert vault.reads == 2


def test_a_token_may_be_a_field_of_a_secret() -> None:
    vault = Vault(site=json.dumps({"user": "ann", "token": f"{TOKEN}\n"}))
    assert known(vault, secret="site", key="token").visit(SITE).login(SITE).token == TOKEN


@pytest.mark.parametrize("text", [TOKEN, f'["{TOKEN}"]', f'{{"a": "{TOKEN}"}}', '{"token": 1}'])
def test_a_secret_without_that_field_is_refused_and_not_repeated(text: str) -> None:
    credentials = known(Vault(site=text), secret="site", key="token")
    with pytest.raises(Refused, match="no JSON object with a text 'token'") as refusal:
        credentials.visit(SITE).login(SITE)
    assert TOKEN not in str(refusal.value)
    assert refusal.value.__context__ is None


def test_an_empty_secret_is_named() -> None:
    with pytest.raises(Refused, match="put one into the secret site"):
        known(Vault(site=" \n"), secret="site").visit(SITE).login(SITE)


def test_what_a_remote_repeats_of_a_token_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", TOKEN)
    visit = known(env="TOKEN").visit(SITE)
    login = visit.login(SITE)
    assert visit.hide(f"bad token {TOKEN}!") == "bad token [redacted]!"
    assert TOKEN not in repr((visit, login))


@pytest.mark.parametrize(
    "table",
    [{}, {"env": "A", "secret": "b"}, {"env": "A", "key": "b"}, {"env": "A", "other": "b"}],
)
def test_a_credential_comes_from_one_place(table: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"root": "/x", "credentials": {"a.com": table}}, Options)


def test_the_port_that_is_meant_anyway_makes_no_other_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOKEN", TOKEN)
    for host, url in (("git.example.com:443", SITE), ("git.example.com", f"{SITE[:23]}:443/site")):
        assert Credentials({host: Credential(env="TOKEN")}, remembered()).visit(url).login(url)


@pytest.mark.parametrize(
    "options",
    [
        {"schemes": ["ssh"]},
        {"depth": -1},
        {"network_timeout": 0},
        {"hosts": ["https://example.com"]},
        {"hosts": ["example.com/acme"]},
        {"credentials": {"ann@example.com": {"env": "A"}}},
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"root": "/x", **options}, Options)


@pytest.mark.parametrize("host", ["example.com", "localhost:8080", "[::1]:8080", "10.0.0.1"])
def test_a_host_is_one_with_or_without_a_port(host: str) -> None:
    table = {"root": "/x", "hosts": [host], "credentials": {host: {"env": "A"}}}
    assert msgspec.convert(table, Options).hosts == (host,)


def test_a_variable_may_say_where_the_token_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "secretsmanager:acme/site#github")
    vault = Vault(**{"acme/site": json.dumps({"github": "old"})})
    credentials = known(vault, env="TOKEN")
    assert credentials.visit(SITE).login(SITE).token == "old"
    vault.secrets["acme/site"] = json.dumps({"github": "new"})
    visit = credentials.visit(SITE)
    assert [visit.login(SITE).token, visit.login(SITE).token] == ["old", "new"]
    with pytest.raises(Refused, match=r"the token from the secret acme/site \(key github\); put"):
        visit.login(SITE)
