"""supervisord's API without a supervisor: XML, names, structs, windows."""

from __future__ import annotations

import os
import xmlrpc.client
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.model import ServiceStatus, State
from supervisor.socket.xmlrpc.configuration import config_info
from supervisor.socket.xmlrpc.faults import Code, Fault
from supervisor.socket.xmlrpc.info import process_info
from supervisor.socket.xmlrpc.names import Member, Members
from supervisor.socket.xmlrpc.programs import must_be_runnable
from supervisor.socket.xmlrpc.windows import Window
from supervisor.socket.xmlrpc.wire import Unreadable, read_call, write_fault, write_result
from supervisor.spec import Budget, Log, ProcessSpec, Restart, TaskSpec

NOW = 1_000_000.0

# XML.

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(value=VALUES)
def test_any_result_can_be_sent(value: object):
    ((_,), method) = xmlrpc.client.loads(write_result(value))
    assert method is None


@given(text=st.text())
def test_any_fault_can_be_sent(text: str):
    with pytest.raises(xmlrpc.client.Fault) as error:
        xmlrpc.client.loads(write_fault(Fault(Code.FAILED, text)))
    assert error.value.faultCode == 30
    assert error.value.faultString.startswith("FAILED: ")


@given(parameters=st.lists(st.integers(-(2**31), 2**31 - 1) | st.booleans(), max_size=4))
def test_a_call_is_read_as_it_was_meant(parameters: list[object]):
    body = xmlrpc.client.dumps(tuple(parameters), "a.b").encode()
    assert read_call(body) == ("a.b", tuple(parameters))


def test_a_call_without_parameters_may_leave_them_out():
    body = b"<methodCall><methodName>a.b</methodName></methodCall>"
    assert read_call(body) == ("a.b", ())


BOMB = '<!DOCTYPE a [<!ENTITY b "c">]><methodCall><methodName>&b;</methodName></methodCall>'


@pytest.mark.parametrize(
    "body",
    [BOMB.encode(), BOMB.encode("utf-16"), b'<?xml version="1.0"?>\n' + BOMB.encode()],
    ids=range(3),
)
def test_a_document_type_is_refused_in_any_encoding(body: bytes):
    with pytest.raises(Unreadable, match="document type"):
        read_call(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<methodCall/>",
        b"<methodCall><methodName></methodName></methodCall>",
        b"<methodResponse><params/></methodResponse>",
        b"<methodCall><methodName>a</methodName><params><param><value><int>x</int></value></param>"
        b"</params></methodCall>",
        b"<a>" * 100_000,
    ],
    ids=range(6),
)
def test_what_is_no_call_is_unreadable(body: bytes):
    with pytest.raises(Unreadable, match="cannot read it as XML-RPC"):
        read_call(body)


def test_control_characters_none_and_long_integers_are_sent_as_what_can_be():
    ((value,), _) = xmlrpc.client.loads(write_result(["\x1b[31mred\x00", None, 2**40, -(2**40)]))
    assert value == ["\\x1b[31mred\\x00", "", 2**31 - 1, -(2**31)]


# Names.

MEMBERS = Members(
    ServiceStatus(name=name, kind="process", group=group)
    for name, group in (("web", ""), ("a", "g"), ("b", "g"), ("page@x:y", ""))
)


def names(found: Member | list[Member]) -> list[str]:
    return [one.full_name for one in (found if isinstance(found, list) else [found])]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("web", ["web"]),
        ("web:web", ["web"]),
        ("web:*", ["web"]),
        ("web:", ["web"]),
        ("g:a", ["g:a"]),
        ("g:*", ["g:a", "g:b"]),
        ("page@x:y", ["page@x:y"]),
    ],
)
def test_a_name_means_a_process_or_a_group(name: str, found: list[str]):
    assert names(MEMBERS.find(name)) == found


@pytest.mark.parametrize("name", ["a", "g", "", ":", "*", "g:c", "h:*", "web:a"])
def test_other_names_mean_nobody(name: str):
    with pytest.raises(Fault) as error:
        MEMBERS.find(name)
    assert error.value.code == Code.BAD_NAME
    assert str(error.value) in (f"BAD_NAME: {name}", f"BAD_NAME: {name.partition(':')[0]}")


def test_where_one_is_needed_a_group_will_not_do():
    with pytest.raises(Fault, match="BAD_NAME: g:\\*"):
        MEMBERS.one("g:*")


# Structs.


def info(spec: ProcessSpec | None = None, **status: object) -> dict[str, object]:
    return process_info(Member(ServiceStatus(name="a", **{"kind": "process"} | status)), spec, NOW)


def test_a_process_has_all_that_supervisord_says_of_it():
    spec = ProcessSpec(name="a", command=("x",), log=Log(file="/o", error_file="/e"))
    assert info(spec, state=State.RUNNING, pid=7, started=NOW - 65.5, group="g") == {
        "name": "a",
        "group": "g",
        "start": 999_934,
        "stop": 0,
        "now": 1_000_000,
        "state": 20,
        "statename": "RUNNING",
        "spawnerr": "",
        "exitstatus": 0,
        "logfile": "/o",
        "stdout_logfile": "/o",
        "stderr_logfile": "/e",
        "pid": 7,
        "description": "pid 7, uptime 0:01:06",
    }


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (
            {"state": State.RUNNING, "pid": 7, "started": NOW - 90_000},
            "pid 7, uptime 1 day, 1:00:00",
        ),
        ({"state": State.RUNNING, "pid": 7, "started": NOW + 9}, "pid 7, uptime 0:00:00"),
        ({"state": State.RUNNING, "kind": "task", "started": NOW - 5}, "task, uptime 0:00:05"),
        ({"state": State.FATAL, "exit_code": 3, "reason": "r"}, "Exited too quickly (r)"),
        ({"state": State.BACKOFF, "reason": "cannot start"}, "cannot start"),
        ({"state": State.FATAL}, 'unknown error (try "tail a")'),
        ({"state": State.STOPPED}, "Not started"),
        ({"state": State.STARTING}, ""),
        ({"state": State.STOPPING}, ""),
    ],
    ids=range(9),
)
def test_a_description_is_as_supervisorctl_prints_it(status: dict[str, object], text: str):
    assert info(**status)["description"] == text


def test_what_has_ended_says_when():
    found = info(state=State.EXITED, started=NOW - 9, ended=NOW - 1, exit_code=-9)
    when = datetime.fromtimestamp(NOW - 1).strftime("%b %d %I:%M %p")
    assert (found["description"], found["exitstatus"], found["stop"]) == (when, -1, 999_999)


KEYS = (
    "autostart autorestart directory uid command exitcodes group group_prio inuse killasgroup name"
    " process_prio redirect_stderr startretries startsecs stopsignal stopwaitsecs serverurl"
    " stdout_capture_maxbytes stdout_events_enabled stdout_logfile stdout_logfile_backups"
    " stdout_logfile_maxbytes stdout_syslog stderr_capture_maxbytes stderr_events_enabled"
    " stderr_logfile stderr_logfile_backups stderr_logfile_maxbytes stderr_syslog"
)


def test_what_is_declared_has_all_thirty_keys():
    spec = ProcessSpec(
        name="a",
        command=("sh", "-c", "echo hi"),
        directory="/d",
        user="root",
        success=(0, "3-5", "TERM"),
        budget=Budget(restarts=7),
        stop_signal="int",
        log=Log(file="/o", max_bytes=9, backups=2),
    )
    found = config_info(spec, "g", in_use=True)
    assert sorted(found) == sorted(KEYS.split())
    assert found["command"] == "sh -c 'echo hi'"
    assert (found["uid"], found["exitcodes"], found["stopsignal"]) == (0, [0, 3, 4, 5], 2)
    assert (found["autorestart"], found["startretries"]) == ("unexpected", 7)
    assert (found["redirect_stderr"], found["stderr_logfile"]) == (True, "none")
    assert (found["stdout_logfile_maxbytes"], found["stdout_logfile_backups"]) == (9, 2)
    write_result(found)


def test_a_coroutine_has_them_too():
    found = config_info(TaskSpec(name="t", run="m:f", restart=Restart.NEVER), "t", in_use=False)
    assert sorted(found) == sorted(KEYS.split())
    assert (found["command"], found["autorestart"], found["uid"]) == ("m:f", False, "none")


@pytest.mark.parametrize(("user", "uid"), [("12", 12), ("nobody-at-all", "none"), (None, "none")])
def test_a_user_is_a_number_where_there_is_one(user: str | None, uid: object):
    spec = ProcessSpec(name="a", command=("x",), user=user)
    assert config_info(spec, "a", in_use=True)["uid"] == uid


# Programs.


def test_a_program_that_is_not_there_or_cannot_run_is_said_before_it_is_tried(tmp_path: Path):
    (tmp_path / "plain").write_text("")
    (tmp_path / "tool").write_text("")
    os.chmod(tmp_path / "tool", 0o755)

    def code(program: str, **fields: object) -> int:
        try:
            must_be_runnable(ProcessSpec(name="a", command=(program,), **fields))
        except Fault as fault:
            return fault.code
        return Code.SUCCESS

    assert code("/nowhere/at/all") == Code.NO_FILE
    assert code("no-such-program") == Code.NO_FILE
    assert code("./plain", directory=str(tmp_path)) == Code.NOT_EXECUTABLE
    assert code("./tool", directory=str(tmp_path)) == Code.SUCCESS
    assert code("tool", environment={"PATH": f"/nowhere:{tmp_path}"}) == Code.SUCCESS
    assert code(str(tmp_path)) == Code.NOT_EXECUTABLE
    assert code("sh") == Code.SUCCESS
    unreachable = f"/{'x' * 300}"  # for root, too
    assert code("tool", environment={"PATH": f"{unreachable}:{tmp_path}"}) == Code.SUCCESS
    assert code("tool", environment={"PATH": unreachable}) == Code.NO_FILE
    files = {"environment_files": ("-env",)}
    assert code("tool", **files) == Code.SUCCESS
    assert code("tool", **files, environment={"PATH": "/nowhere"}) == Code.NO_FILE
    assert code("/nowhere/tool", **files) == Code.NO_FILE
    must_be_runnable(None)
    must_be_runnable(TaskSpec(name="t", run="m:f"))


# Windows.

WINDOW = Window(100, b"0123456789")


@pytest.mark.parametrize(
    ("offset", "length", "text"),
    [
        (0, 0, "0123456789"),
        (100, 3, "012"),
        (105, 0, "56789"),
        (95, 7, "01"),
        (0, 50, ""),
        (200, 0, ""),
        (-3, 0, "789"),
        (-1000, 0, "0123456789"),
    ],
)
def test_a_part_can_be_read(offset: int, length: int, text: str):
    assert WINDOW.read(offset, length) == text


@pytest.mark.parametrize(("offset", "length"), [(-3, 5), (0, -1)])
def test_a_range_that_makes_no_sense_is_refused(offset: int, length: int):
    with pytest.raises(Fault, match="BAD_ARGUMENTS"):
        WINDOW.read(offset, length)


@pytest.mark.parametrize(
    ("offset", "length", "found"),
    [
        (0, 4, ["6789", 110, True]),
        (110, 4, ["", 110, False]),
        (108, 2, ["89", 110, False]),
        (108, 4, ["6789", 110, False]),
        (999, 4, ["", 110, False]),
        (0, 0, ["", 110, True]),
        (0, -5, ["", 110, True]),
        (0, 1000, ["0123456789", 110, False]),
    ],
)
def test_the_newest_can_be_read(offset: int, length: int, found: list[object]):
    assert WINDOW.tail(offset, length) == found


@given(st.integers(), st.integers())
def test_any_numbers_give_an_answer(offset: int, length: int):
    WINDOW.tail(offset, length)
    with suppress(Fault):
        WINDOW.read(offset, length)


def test_half_a_character_is_no_error():
    assert Window(0, "ä".encode()).read(1, 0) == "�"
