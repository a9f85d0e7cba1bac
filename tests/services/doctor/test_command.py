"""`nurseryctl doctor`, against an API and a daemon that a test plays."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from importlib.metadata import entry_points
from socketserver import TCPServer

import msgspec
import pytest
from click.testing import CliRunner

from services.doctor.command import doctor
from services.messages import Findings, Hop, Verdict

PASSED = Findings("http://x.localhost/", True, (Hop("dns", Verdict.PASSED, "is here", ms=3.2),))
FAILED = Findings(
    "http://x.localhost/",
    True,
    (
        Hop("dns", Verdict.FAILED, "no such name", "No record.", "Add one.", 12.0),
        Hop("tcp", Verdict.NOT_TRIED, "dns failed"),
    ),
)


class Api:
    """It answers with `findings` to whoever has the token; `asked` are the paths."""

    def __init__(self) -> None:
        self.answer: dict[str, object] = {}
        self.asked: list[str] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                api.asked.append(self.path)
                known = self.headers["Authorization"] == "Bearer t0ken"
                body = json.dumps(api.answer if known else {"detail": "wrong token"}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None: ...

        # Not an HTTPServer, which asks DNS for the name of the machine.
        self.server = TCPServer(("127.0.0.1", 0), Handler)
        self.bind = f"127.0.0.1:{self.server.server_address[1]}"


class FakeClient:
    def __init__(self, options: dict[str, str]) -> None:
        self._options = options

    def spec(self, name: str, *, secrets: bool = False) -> dict[str, object]:
        assert name == "api"
        return {"options": self._options}

    def daemon(self) -> dict[str, object]:
        return {"pid": "self"}


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()
    thread = threading.Thread(target=api.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield api
    api.server.shutdown()
    thread.join()
    api.server.server_close()


def findings_of(findings: Findings) -> dict[str, object]:
    return {"findings": json.loads(msgspec.json.encode(findings))}


def run(client: object, *arguments: str):
    return CliRunner(env={"NURSERYD_TOKEN": None}).invoke(
        doctor, arguments, obj=client, standalone_mode=False
    )


def test_it_is_a_command_of_nurseryctl():
    (point,) = entry_points(group="nurseryctl", name="doctor")
    assert point.load() is doctor


def test_the_daemon_is_asked_by_the_address_and_token_that_it_declares(api):
    api.answer = findings_of(PASSED)
    done = run(FakeClient({"bind": api.bind, "token": "t0ken"}), "--patience", "70")
    assert done.return_value == 0
    assert "✓ dns" in done.output
    assert "is here (3 ms)" in done.output
    assert "The preview works." in done.output
    assert api.asked == ["/v1/preview/selftest?patience=70"]


def test_a_token_that_was_generated_is_read_from_the_daemons_folder(api, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text("t0ken\n")
    api.answer = findings_of(PASSED)
    client = FakeClient({"bind": api.bind, "token": "", "token_file": "token"})
    assert run(client).return_value == 0


def test_a_failure_says_the_cause_and_what_to_do_and_is_the_exit_status(api):
    api.answer = findings_of(FAILED)
    client = FakeClient({"bind": api.bind, "token": "t0ken"})
    done = run(client, "--thread", "acme/ada/first")
    assert done.return_value == 1
    lines = [" ".join(line.split()) for line in done.output.splitlines()]
    assert lines == [
        "http://x.localhost/, from inside the container",
        "✗ dns no such name",
        "usually: No record.",
        "what to do: Add one.",
        "· tcp not tried: dns failed",
        "The preview cannot be reached as it should: dns failed.",
    ]
    assert api.asked == ["/v1/preview/selftest?thread=acme%2Fada%2Ffirst"]


def test_as_json_it_is_for_a_program(api):
    api.answer = findings_of(FAILED)
    done = run(FakeClient({"bind": api.bind, "token": "t0ken"}), "--json")
    assert done.return_value == 1
    assert json.loads(done.output) == findings_of(FAILED)["findings"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"token": "wrong"}, "wrong token"),
        ({"token": ""}, "cannot find the API's token"),
        ({"token": "", "token_file": "not-there"}, "cannot read the API's token"),
        ({"token": "t", "bind": "127.0.0.1:1"}, "cannot ask the API at 127.0.0.1:1"),
    ],
)
def test_what_keeps_it_from_asking_is_said(api, options, reason):
    done = run(FakeClient({"bind": api.bind, **options}))
    assert reason in str(done.exception)


@pytest.mark.parametrize("form", ["--json", "--patience=0"])
def test_with_an_address_it_walks_from_here_and_asks_no_daemon(form):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        done = run(None, "--url", f"http://x.localhost:{port}/", form)
    assert done.return_value == 1
    assert "Connection refused" in done.output
    if form == "--json":
        assert json.loads(done.output)["inside"] is False
    else:
        assert "from this machine" in done.output


def test_an_address_says_already_which_preview():
    done = run(None, "--url", "http://x/", "--thread", "a/b/c")
    assert "leave --thread out" in str(done.exception)


def test_no_line_is_wider_than_a_page(api):
    long = Hop("tls", Verdict.FAILED, "words " * 60, "words " * 60, "words " * 60)
    api.answer = findings_of(Findings("x", True, (long,)))
    done = run(FakeClient({"bind": api.bind, "token": "t0ken"}))
    assert max(map(len, done.output.splitlines())) <= 100
