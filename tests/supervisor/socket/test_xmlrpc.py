"""supervisord's API with a supervisor behind it, as a client library speaks it."""

from __future__ import annotations

import http.client
import os
import re
import socket
import xmlrpc.client
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from supervisor.desk import Desk
from supervisor.model import State
from supervisor.socket.http import Request, Stream
from supervisor.socket.xmlrpc import process_calls
from supervisor.socket.xmlrpc.api import Api
from supervisor.socket.xmlrpc.faults import Code
from tests.supervisor.inside import Inside, inside, say, served_by, written
from tests.supervisor.inside import request as http_request
from tests.supervisor.real import PATIENCE

TOML = """
[service.web]
kind = "process"
command = ["sh", "-c", "echo hello; echo bad >&2; exec sleep 1000"]

[service.quick]
kind = "process"
command = ["sh", "-c", "exit 0"]
autostart = false

[service.hopeless]
kind = "process"
command = ["sh", "-c", "exit 3"]
autostart = false

[service.missing]
kind = "process"
command = ["/nowhere/at/all"]
autostart = false

[service.task]
kind = "task"
run = "tests.supervisor.bodies:steady"
autostart = false

[service.one]
kind = "process"
command = ["sleep", "1000"]
autostart = false

[service.two]
kind = "process"
command = ["sleep", "1000"]
autostart = false

[group.pair]
members = ["one", "two"]
"""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        return _Connection(self._path)


class Proxy:
    """Python's own XML-RPC client, with credentials that nobody looks at."""

    def __init__(self, path: str) -> None:
        self._path = path

    def _call(self, name: str, parameters: tuple[object, ...]) -> Any:
        with xmlrpc.client.ServerProxy("http://u:p@a/RPC2", transport=_Transport(self._path)) as it:
            return getattr(it, name)(*parameters)

    async def __call__(self, name: str, *parameters: object) -> Any:
        name = name if "." in name else f"supervisor.{name}"
        return await trio.to_thread.run_sync(self._call, name, parameters)

    async def fault(self, name: str, *parameters: object) -> str:
        with pytest.raises(xmlrpc.client.Fault) as error:
            await self(name, *parameters)
        text = error.value.faultString
        assert text.partition(":")[0] == Code(error.value.faultCode).name
        return text


@pytest.fixture
async def it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(process_calls, "START_SECONDS", 0.3)
    with trio.fail_after(PATIENCE):
        async with inside(tmp_path, TOML) as it:
            output = it.served.output
            with output.follow("web") as follower:
                while len(output.tail("web")) < 2:
                    await follower.receive()
            yield it


@pytest.fixture
def call(it: Inside) -> Proxy:
    return Proxy(it.path)


def results(found: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(f"{one['group']}:{one['name']}", one["status"]) for one in found]


async def test_the_daemon_says_what_it_is(call: Proxy):
    assert await call("getAPIVersion") == await call("getVersion") == "3.0"
    assert await call("getIdentification") == "nurseryd"
    assert await call("getSupervisorVersion") == "0.1.0"
    assert await call("getState") == {"statecode": 1, "statename": "RUNNING"}
    assert await call("getPID") == os.getpid()


async def test_processes_are_listed_by_group_and_name(call: Proxy):
    found = await call("getAllProcessInfo")
    assert [(one["group"], one["name"]) for one in found] == [
        ("hopeless", "hopeless"),
        ("missing", "missing"),
        ("pair", "one"),
        ("pair", "two"),
        ("quick", "quick"),
        ("task", "task"),
        ("web", "web"),
    ]
    later = {name: found[-1][name] for name in ("now", "description")}  # these tell the time
    assert found[-1] == await call("getProcessInfo", "web") | later
    assert found[-1]["description"].startswith(f"pid {found[-1]['pid']}, uptime 0:00:0")
    declared = await call("getAllConfigInfo")
    assert [(one["name"], one["group"]) for one in declared][3] == ("quick", "quick")
    assert all(one["inuse"] for one in declared)


async def test_a_process_is_started_and_stopped(call: Proxy):
    assert await call("stopProcess", "web") is True
    assert await call.fault("stopProcess", "web") == "NOT_RUNNING: web"
    assert await call("startProcess", "web") is True
    assert await call.fault("startProcess", "web:web") == "ALREADY_STARTED: web"
    assert await call("startProcess", "task") is True
    assert await call("startProcess", "quick") is True  # it did its work and is done


async def test_a_start_that_comes_to_nothing_is_a_fault(
    call: Proxy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(process_calls, "START_SECONDS", PATIENCE)
    assert await call.fault("startProcess", "hopeless") == "SPAWN_ERROR: hopeless"
    assert await call.fault("startProcess", "missing") == (
        "NO_FILE: cannot find command '/nowhere/at/all'"
    )
    assert await call.fault("startProcess", "nobody") == "BAD_NAME: nobody"
    assert await call.fault("startProcess", "one") == "BAD_NAME: one"


async def test_a_group_is_started_and_stopped(call: Proxy):
    both = [("pair:one", 80), ("pair:two", 80)]
    assert results(await call("startProcess", "pair:*")) == both
    assert results(await call("startProcessGroup", "pair")) == []
    assert results(await call("signalProcessGroup", "pair", "CONT")) == both
    assert results(await call("stopProcess", "pair:*")) == both
    assert await call("startProcess", "pair:one", False) is True
    assert results(await call("stopAllProcesses"))[-1][0] in ("pair:one", "web:web")
    assert results(await call("stopProcessGroup", "pair")) == []
    assert await call.fault("stopProcessGroup", "nobody") == "BAD_NAME: nobody"


async def test_all_of_them_are_started_and_each_has_its_result(
    call: Proxy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(process_calls, "START_SECONDS", 3.0)  # for one of them to come to nothing
    found = dict(results(await call("startAllProcesses")))
    assert found == {
        "quick:quick": 80,
        "hopeless:hopeless": 50,
        "missing:missing": 20,
        "task:task": 80,
        "pair:one": 80,
        "pair:two": 80,
    }


async def test_one_need_not_wait(call: Proxy, it: Inside):
    assert await call("stopProcess", "web", False) is True
    await it.until("web", State.STOPPED)
    assert await call("startProcess", "web", False) is True


async def test_signals_have_names_and_numbers(call: Proxy):
    assert await call("signalProcess", "web", "sigcont") is True
    assert await call("signalProcess", "web", 18) is True
    assert await call.fault("signalProcess", "web", "HOP") == "BAD_SIGNAL: HOP"
    assert await call.fault("signalProcess", "pair:one", "HUP") == "NOT_RUNNING: pair:one"
    await call("startProcess", "task")
    found = dict(results(await call("signalAllProcesses", "CONT")))
    assert found == {"web:web": 80, "task:task": 30}


async def test_what_they_wrote_is_read_and_dropped(call: Proxy):
    assert await call("readProcessStdoutLog", "web", 0, 0) == "hello\n"
    assert await call("readProcessLog", "web", -3, 0) == "lo\n"
    assert await call("readProcessStderrLog", "web", 0, 2) == "ba"
    assert await call("tailProcessStdoutLog", "web", 0, 100) == ["hello\n", 6, False]
    assert await call("tailProcessLog", "web", 6, 100) == ["", 6, False]
    assert await call("tailProcessStderrLog", "web", 0, 2) == ["d\n", 4, True]
    assert await call.fault("readProcessLog", "web", -1, 1) == "BAD_ARGUMENTS"
    assert await call.fault("readProcessLog", "nobody", 0, 0) == "BAD_NAME: nobody"
    assert await call("clearProcessLog", "web") is True
    assert await call("readProcessLog", "web", 0, 0) == ""
    assert len(await call("clearAllProcessLogs")) == 7
    assert await call("readLog", 0, 0) == await call("readMainLog", -10, 0)
    assert await call("clearLog") is True


async def test_stdin_that_nobody_reads_is_said(call: Proxy):
    assert await call.fault("sendProcessStdin", "pair:one", "x") == "NOT_RUNNING: pair:one"
    assert (await call.fault("sendProcessStdin", "web", "x")).startswith("NO_FILE: cannot ")
    assert (await call.fault("sendProcessStdin", "web", 3)).startswith("INCORRECT_PARAMETERS")


async def test_changes_of_the_file_are_shown_and_taken_over(call: Proxy, tmp_path: Path):
    assert await call("reloadConfig") == [[[], [], []]]
    file = tmp_path / "nurseryd.toml"
    more = '[service.more]\nkind = "process"\ncommand = ["sleep", "1000"]\n'
    file.write_text(TOML.replace('["sleep", "1000"]', '["sleep", "2000"]', 1) + more)
    assert await call("reloadConfig") == [[["more"], ["pair"], []]]
    assert await call("addProcessGroup", "more") is True
    assert await call.fault("addProcessGroup", "more") == "ALREADY_ADDED: more"
    assert await call.fault("addProcessGroup", "nobody") == "BAD_NAME: nobody"
    assert await call.fault("removeProcessGroup", "more") == "STILL_RUNNING: more"
    assert await call.fault("removeProcessGroup", "nobody") == "BAD_NAME: nobody"
    assert await call("removeProcessGroup", "pair") is True
    assert await call("reloadConfig") == [[["pair"], [], []]]
    assert await call("addProcessGroup", "pair") is True
    assert await call("reloadConfig") == [[[], [], []]]
    file.write_text("nonsense")
    assert (await call.fault("reloadConfig")).startswith("CANT_REREAD: cannot reload: ")


async def test_while_it_shuts_down_nothing_else_is_done(call: Proxy, it: Inside):
    async with trio.open_nursery() as nursery:
        nursery.start_soon(it.supervisor.tree.stop, "web")
        assert await call("restart") is True
    state = await call.fault("getState")
    assert state == "SHUTDOWN_STATE"


async def test_a_shutdown_is_a_clean_end(call: Proxy, it: Inside):
    assert await call("shutdown") is True
    assert it.supervisor.ending.exit_code == 0


async def test_events_of_others_are_logged(call: Proxy):
    assert await call("sendRemoteCommEvent", "kind", "text") is True


# The namespace `system`, and what is no call.


async def test_every_method_explains_itself(call: Proxy):
    methods = await call("system.listMethods")
    assert len(methods) == 37 + 4
    for name in methods:
        assert "@return " in await call("system.methodHelp", name)
        assert (await call("system.methodSignature", name))[0] in (
            "array",
            "boolean",
            "int",
            "string",
            "struct",
        )
    assert await call("system.methodSignature", "supervisor.signalProcess") == [
        "boolean",
        "string",
        "string",
    ]
    assert await call.fault("system.methodHelp", "a.b") == "SIGNATURE_UNSUPPORTED"


async def test_several_calls_at_once_have_bare_results(call: Proxy):
    found = await call(
        "system.multicall",
        [
            {"methodName": "supervisor.getAPIVersion", "params": []},
            {"methodName": "supervisor.getPID"},
            {"methodName": "supervisor.nothing"},
            {"methodName": "system.multicall", "params": [[]]},
            {"params": []},
            {"methodName": "supervisor.getPID", "params": "x"},
            "nonsense",
        ],
    )
    assert found[:2] == ["3.0", os.getpid()]
    assert [fault["faultCode"] for fault in found[2:]] == [1, 2, 2, 2, 2]
    assert found[3]["faultString"].startswith("INCORRECT_PARAMETERS: Recursive")


@pytest.mark.parametrize(
    "name",
    ["supervisor", "supervisor._ask", "supervisor.__class__", "a.b.c", "system", "getPID.x.y"],
)
async def test_nothing_but_the_methods_can_be_reached(call: Proxy, name: str):
    assert await call.fault(f"{name}." if "." not in name else name) == "UNKNOWN_METHOD"


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("getPID", (1,)),
        ("startProcess", ()),
        ("startProcess", (1,)),
        ("startProcess", ("web", "yes")),
        ("startProcess", ("web", True, 1)),
        ("readLog", ("a", 0)),
        ("system.multicall", ("x",)),
    ],
)
async def test_parameters_that_do_not_fit_are_refused(
    call: Proxy, name: str, parameters: tuple[object, ...]
):
    assert (await call.fault(name, *parameters)).startswith("INCORRECT_PARAMETERS")


async def test_bytes_are_a_text_too(call: Proxy):
    assert await call("getProcessInfo", xmlrpc.client.Binary(b"web"))


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (http_request("POST", "/RPC2", b"nonsense"), b"400"),
        (http_request("POST", "/RPC2", b"<!DOCTYPE a><methodCall/>"), b"400"),
        (http_request("GET", "/RPC2"), b"404"),
        (http_request("GET", "/logtail"), b"404"),
        (http_request("GET", "/logtail/nobody/stdout"), b"404"),
        (http_request("GET", "/logtail/web/stdin"), b"404"),
        (http_request("POST", "/mainlogtail"), b"404"),
        (http_request("POST", "/RPC2", b" " * 2_000_000), b"413"),
    ],
    ids=range(8),
)
async def test_what_is_no_call_is_refused(it: Inside, data: bytes, status: bytes):
    assert (await say(it.path, data)).split()[1] == status


# tail -f.


async def until_said(stream: trio.SocketStream, text: bytes) -> bytes:
    said = b""
    while text not in said:
        said += await stream.receive_some()
    return said


@pytest.mark.parametrize("path", ["/logtail/web/stdout", "/logtail/web", "/logtail/web:web"])
async def test_a_log_is_followed_from_its_last_bytes_on(it: Inside, path: str):
    async with await trio.open_unix_socket(it.path) as stream:
        await stream.send_all(f"GET {path} HTTP/1.1\r\nHost: \r\n\r\n\r\n".encode())
        said = await until_said(stream, b"hello\n")
        assert said.startswith(b"HTTP/1.1 200 OK\r\n")
        await trio.to_thread.run_sync(
            partial(Proxy(it.path)._call, "supervisor.stopProcess", ("web",))
        )
        await trio.to_thread.run_sync(
            partial(Proxy(it.path)._call, "supervisor.startProcess", ("web",))
        )
        assert b"bad" not in await until_said(stream, b"hello\n")


async def test_the_main_log_is_followed(it: Inside):
    async with await trio.open_unix_socket(it.path) as stream:
        await stream.send_all(http_request("GET", "/mainlogtail"))
        assert (await stream.receive_some()).startswith(b"HTTP/1.1 200 OK\r\n")


async def test_a_slow_follower_is_told_what_it_missed():
    served = served_by(Desk("nobody"))
    go_on, said = trio.Event(), list[bytes]()

    async def send(data: bytes) -> None:
        await go_on.wait()
        said.append(data)

    async with trio.open_nursery() as nursery:
        found = await Api(served, nursery).respond(Request("GET", "/mainlogtail"))
        assert isinstance(found, Stream)
        nursery.start_soon(found.feed, send)
        await trio.testing.wait_all_tasks_blocked()
        await written(served.output, b"x\n" * 40_000 + b"y" * 20_000, "nurseryd", "log")
        go_on.set()
        await trio.testing.wait_all_tasks_blocked()
        await written(served.output, b"z" * 20_000 + b"\n", "nurseryd", "log")
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    text = b"".join(said)
    found = re.match(rb"\((\d+) lines missed\)\n", text)
    assert found is not None
    assert int(found[1]) + text.count(b"x") == 40_000
    assert text.count(b"y") == 20_000
    assert text.endswith(b"z\n")
    assert text.count(b"z") == 20_000


async def test_a_long_log_is_begun_at_the_begin_of_a_line():
    served = served_by(Desk("nobody"))
    many = b"".join(b"line %d\n" % number for number in range(500))
    await written(served.output, many, "nurseryd", "log")
    said: list[bytes] = []

    async def send(data: bytes) -> None:
        await trio.lowlevel.checkpoint()
        said.append(data)

    async with trio.open_nursery() as nursery:
        found = await Api(served, nursery).respond(Request("GET", "/mainlogtail"))
        assert isinstance(found, Stream)
        nursery.start_soon(found.feed, send)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert said[0].startswith(b"line ")
    assert said[0].endswith(b"line 499\n")
    assert len(said[0]) <= 1024
