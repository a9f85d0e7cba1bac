"""What is done in the course of a day, right and wrong."""

from __future__ import annotations

import os
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from services.standin import Fail, Pause, Reply, Say, on
from tests.secrets import sources
from tests.secrets.client import Client
from tests.secrets.processes import Watch
from tests.services.workspaces.git_server import GitServer
from tests.whole.daemon import Daemon, until
from tests.whole.turns.model import Model
from tests.whole.turns.wires import Wire

ADA, BOB = "/v1/threads/acme/ada/first", "/v1/threads/acme/bob/first"
IDS = {"clientId": "acme", "userId": "ada", "threadId": "first"}
SIMULATION = {"backend": "simulation"}
# Seconds for what waits until a preview is there, which turns do for a minute by themselves.
COMING_UP = 180.0


def sites(client: Client, git: GitServer, lost: GitServer) -> None:
    done(client.ask("POST", "/api/init", IDS))
    url = f"{git.url}/remote.git"
    done(client.ask("PUT", BOB, {"repoUrl": url}))
    assert git.passwords == {sources.STORED}
    worktree = client.daemon.folder / ".nurseryd/workspace/acme/bob/threads/first"
    (worktree / ".env").write_text(f"SITE_SECRET={sources.SITE}\n")
    refused = client.ask("PUT", "/v1/threads/acme/eve/first", {"repoUrl": f"{lost.url}/remote.git"})
    assert refused[0] == 409, refused
    assert sources.FORGE in lost.passwords
    address = f"http://ann:{sources.ADDRESS}@{git.host}/remote.git"
    for method, path, body in (
        ("PUT", "/v1/threads/acme/eve/first", {"repoUrl": address}),
        ("POST", "/api/init", {**IDS, "userId": "eve", "repoUrl": address}),
    ):
        assert client.ask(method, path, body)[0] == 400


def turns(client: Client, model: Model, watch: Watch, wire: Wire) -> None:
    """One that edits, one of a model that is waited for and cancelled, and one that fails."""
    instruction = f"change the heading of the home page to {sources.SPOKEN}"
    have_turn(client, ADA, instruction, SIMULATION)
    read, edit = wire.edited("index.md", "Hello", "Good day")
    model.follow(
        on("greet", read, edit, [Say("Done.")]),
        on("wait", [Say("One moment."), Pause()]),
        on("fail", Reply([Fail(401, "this key is not valid")])),
    )
    named = {"backend": wire.backend}
    assert have_turn(client, BOB, "greet properly", named)["state"] == "committed"
    before = len(model.heard)
    turn = begin(client, BOB, "wait", named)
    until("the model to be asked", lambda: len(model.heard) > before)
    if wire.backend == "claude":
        until("Claude Code", lambda: watch.has_seen("agent: claude"))
    client.ask("POST", f"{BOB}/turns/{turn}/cancel", {})
    end_of(client, BOB, turn)
    assert have_turn(client, BOB, "fail", named)["state"] == "failed"


def commits(client: Client, git: GitServer) -> None:
    """Commits and pushes, some of which the remote will not have."""
    index = client.daemon.folder / ".nurseryd/workspace/acme/bob/threads/first/index.md"
    index.write_text("# Mine\n")
    done(client.ask("POST", f"{BOB}/commit", {"message": f"Say {sources.COMMITTED}"}))
    done(client.ask("POST", f"{BOB}/push"))
    index.write_text("# Mine, too\n")
    done(client.ask("POST", f"{BOB}/commit", {"message": "More"}))
    git.status = 403
    assert client.ask("POST", f"{BOB}/push")[0] == 409
    git.status = None
    git.tokens = {"another"}
    assert client.ask("POST", f"{BOB}/fetch")[0] == 409
    git.tokens = {sources.STORED}
    git.hook("pre-receive", "echo not today >&2; exit 1")
    assert client.ask("POST", f"{BOB}/push")[0] == 409
    index.write_text("# Half done\n")
    for path in ("git", "log", "diff", "tree"):
        done(client.ask("GET", f"{BOB}/{path}"))


def tokens(minted: dict[str, str], client: Client) -> None:
    """Tokens that reach less, tickets, a session in a browser, and a link to a preview."""
    made = done(client.ask("POST", "/v1/tokens", {"scope": "user:acme/ada", "access": "read"}))
    minted["read token"] = _signature(made["token"])
    made_ticket = done(client.ask("POST", "/v1/tickets", {"scope": "operator"}))
    minted["ticket"] = _signature(made_ticket["ticket"])
    client.plain("GET", f"/v1/services/events?ticket={made_ticket['ticket']}", None, {})
    client.plain("GET", f"{ADA}/git?ticket={made_ticket['ticket']}", None, {})

    _, headers, _ = client.plain("GET", f"/?token={sources.OPERATOR}", None, {})
    cookie = SimpleCookie(headers["Set-Cookie"]).output([], header="", sep=";").strip()
    own = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
    for path in ("/", "/studio/acme/ada/first", "/embed/acme/ada/first", "/ops", "/docs"):
        assert client.plain("GET", path, None, own)[0] == 200
    client.plain("PUT", "/v1/session", None, {"Authorization": f"Bearer {made['token']}"})
    client.plain("DELETE", "/v1/session", None, own)

    until(
        "the preview",
        lambda: client.ask("GET", f"{ADA}/preview")[1]["preview"]["state"] == "ready",
        COMING_UP,
    )
    link: str = done(client.ask("POST", f"{ADA}/preview/link", {}))["url"]
    url = urlsplit(link)
    [ticket] = parse_qs(url.query).popitem()[1]
    minted["link"] = _signature(ticket)
    host = {"Host": url.netloc, "Accept": "text/html"}
    assert client.plain("GET", "/", None, host, door=True)[0] == 401
    status, headers, _ = client.plain("GET", f"/?{url.query}", None, host, door=True)
    assert status in (302, 303, 307), status
    cookie = headers["Set-Cookie"].partition(";")[0]
    assert _signature(cookie) == minted["link"]
    assert client.plain("GET", "/", None, {**host, "Cookie": cookie}, door=True)[0] == 200
    shown = {**host, "Authorization": f"Bearer {sources.OPERATOR}"}
    assert client.plain("GET", "/", None, shown, door=True)[0] == 200
    assert client.plain("GET", "/nowhere", None, {**host, "Cookie": cookie}, door=True)[0] == 404


def refusals(client: Client) -> None:
    """Requests that are refused, and hold something that nobody else should read."""
    wrong = {"Authorization": f"Bearer {sources.GUESS}"}
    for headers, path in (
        (wrong, "/v1/services"),
        ({"Authorization": f"Basic {sources.GUESS}"}, ADA),
        ({"Cookie": f"nurseryd_token={sources.GUESS}"}, "/v1/ops/live"),
        ({}, f"{ADA}/events?ticket={sources.GUESS}"),
        ({}, f"/v1/services?token={sources.GUESS}"),
    ):
        assert client.plain("GET", path, None, headers)[0] == 401, path
    assert client.plain("GET", f"/?token={sources.GUESS}", None, {})[0] == 303
    assert client.plain("GET", f"/?nurseryd_ticket={sources.GUESS}", None, {}, door=True)[0] == 401
    operator = {"Authorization": f"Bearer {sources.OPERATOR}"}
    for body in (b'{"scope": "%s' % sources.GUESS.encode(), {"seconds": sources.GUESS}):
        assert client.plain("POST", "/v1/tokens", body, operator)[0] == 400


def configuration(client: Client, config: Path, given: dict[str, str]) -> None:
    """Reloads: one that cannot be, and one that changes what a service is given."""
    extra = config.with_name("nurseryd.toml.d") / "zz.toml"
    for wrong in (
        '[service.api.options]\nidle = "${NURSERYD_TOKEN}"\n',
        '[service.api]\nkind = "${NURSERYD_TOKEN}"\n',
        '[service.webhooks.options]\nmost_attempts = "${WEBHOOK_SECRET}"\n',
        '[service.noisy]\nenvironment = { A = "${DB_PASSWORD}", B = ["${DB_PASSWORD}"] }\n',
        'x = "${DB_PASSWORD}\n',
    ):
        extra.write_text(wrong)
        assert client.ctl("reload").returncode != 0
        assert client.nurseryd("check", str(config), **given).returncode == 2
    extra.write_text('[service.noisy]\nenvironment = { DB_PASSWORD = "${DB_PASSWORD} and more" }\n')
    client.ctl("diff")
    client.ctl("diff", "--json")
    client.ctl("reload")
    extra.unlink()
    client.ctl("reload")
    told = client.nurseryd("check", str(config), **given)
    assert told.returncode == 0, told
    client.nurseryd("check", "--json", str(config), **given)
    for service in ("api", "noisy", "webhooks", "idle"):
        client.nurseryd("explain", service, str(config), **given)
    address = f"https://ann:{sources.ADDRESS}@example.com/site"
    client.nurseryd("check", str(config), **{**given, "DEFAULT_REPO": address})
    hook = f"http://example.com/{sources.HOOK_PATH}"
    client.nurseryd("check", str(config), **{**given, "IDLE_WEBHOOK": hook, "IDLE_MODE": "notify"})
    short = {
        **given,
        "NURSERYD_TOKEN": "short",
        "IDLE_WEBHOOK_SECRET": "whsec_" + sources.IDLE[7:-3],
    }
    client.nurseryd("check", str(config), **short)


def be_noisy(client: Client, watch: Watch) -> None:
    """Have the noisy service say what it knows."""
    client.ctl("start", "noisy")
    until("the noisy service", lambda: watch.has_seen("noisy"))
    (client.daemon.folder / "go").write_bytes(b"")
    until("its end", lambda: client.daemon.status()["noisy"]["state"] == "EXITED")


def looks(client: Client) -> None:
    """All that tells how the daemon is."""
    for path in (
        *(
            "/health",
            "/health/ready",
            "/metrics",
            "/openapi.json",
            "/v1/services",
            "/v1/services/api",
        ),
        *("/v1/services/noisy", "/v1/services/broken", "/v1/services/noisy/logs"),
        *("/v1/services/api/logs", "/v1/ops/live", "/v1/services/events", "/v1/events"),
        *("/v1/webhooks", "/v1/workspaces", "/v1/workspaces/acme/bob", "/v1/transfers"),
        *("/v1/session", "/v1/previews", "/v1/usage/acme/bob"),
        *(
            f"{thread}{it}"
            for thread in (ADA, BOB)
            for it in ("", "/turns", "/events?after=0", "/live")
        ),
        *(f"{ADA}/preview", f"{ADA}/preview/logs", "/api/status/acme/ada/first", "/v1/logs"),
    ):
        client.ask("GET", path)
    for path in (
        *("/v1/services", "/v1/services/noisy/logs", "/v1/logs", "/v1/daemon", "/v1/health"),
        *(
            "/v1/diff",
            "/metrics",
            "/v1/specs",
            "/v1/services/api/spec",
            "/v1/services/api/spec?secrets=shown",
        ),
    ):
        assert client.over_socket("GET", path)
    for method, *parameters in (
        ("supervisor.getAllConfigInfo",),
        ("supervisor.getAllProcessInfo",),
        ("supervisor.readLog", 0, 0),
        ("supervisor.readProcessStdoutLog", "noisy", 0, 0),
        ("supervisor.tailProcessStderrLog", "noisy", 0, 65536),
        ("supervisor.reloadConfig",),
    ):
        client.rpc(method, *parameters)
    for words in (
        *(("status",), ("status", "--json"), ("logs",), ("logs", "noisy"), ("logs", "broken")),
        *(("explain", "api"), ("explain", "noisy"), ("explain", "idle"), ("explain", "webhooks")),
        *(("top",), ("metrics",), ("health",), ("version",), ("doctor",), ("token", "show")),
        ("fleet", "list"),
    ):
        client.ctl(*words)


def crash(watch: Watch, daemon: Daemon) -> None:
    """End a dev server as a bug of its own would: with an image of its memory, where it may."""
    found = daemon.dev_server()
    assert found is not None
    os.kill(found["pid"], 6)
    until("another dev server", lambda: (daemon.dev_server() or found)["pid"] != found["pid"])
    watch.look()


def begin(client: Client, thread: str, instruction: str, named: dict[str, str]) -> str:
    asked = client.ask("POST", f"{thread}/turns", {"instruction": instruction, **named})
    return done(asked)["turn"]["id"]


def end_of(client: Client, thread: str, turn: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        seen = done(client.ask("GET", f"{thread}/turns/{turn}"))["turn"]
        return seen if seen["ended"] else None

    return until(f"the end of {turn}", look, COMING_UP)


def have_turn(
    client: Client, thread: str, instruction: str, named: dict[str, str]
) -> dict[str, Any]:
    return end_of(client, thread, begin(client, thread, instruction, named))


def done(answer: tuple[int, Any]) -> Any:
    status, body = answer
    assert status in (200, 201, 202), answer
    return body


def _signature(token: str) -> str:
    """The part that nobody else can make: the rest says whom it is for, and is no secret."""
    return token.rpartition(".")[2]
