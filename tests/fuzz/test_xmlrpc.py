"""supervisord's XML-RPC: any XML is a call, a fault or a refusal, and declares no entities."""

from __future__ import annotations

from xmlrpc import client

from supervisor.socket.xmlrpc.wire import Unreadable, read_call
from tests.fuzz.claim import holds
from tests.fuzz.host import daemon, said
from tests.fuzz.mutating import mutated
from tests.fuzz.test_control_socket import TOML, checked
from tests.supervisor.inside import request

CALLS = [
    client.dumps(parameters, name).encode()
    for name, parameters in (
        ("system.listMethods", ()),
        ("system.methodHelp", ("supervisor.getState",)),
        ("system.methodSignature", ("supervisor.getState",)),
        ("supervisor.getAllProcessInfo", ()),
        ("supervisor.getAllConfigInfo", ()),
        ("supervisor.getProcessInfo", ("pair:a",)),
        ("supervisor.startProcess", ("pair:b", False)),
        ("supervisor.startProcessGroup", ("pair", False)),
        ("supervisor.stopProcess", ("pair:*", True)),
        ("supervisor.signalProcess", ("a", "HUP")),
        ("supervisor.signalAllProcesses", (1,)),
        ("supervisor.readLog", (-10, 0)),
        ("supervisor.tailProcessStdoutLog", ("a", 0, 100)),
        ("supervisor.sendProcessStdin", ("a", client.Binary(b"\xff"))),
        ("supervisor.sendRemoteCommEvent", ("kind", "data")),
        ("supervisor.addProcessGroup", ("pair",)),
        ("supervisor.reloadConfig", ()),
        (
            "system.multicall",
            (
                [
                    {"methodName": "supervisor.getState", "params": []},
                    {"methodName": "supervisor.clearProcessLogs", "params": ["a"]},
                    {"methodName": "system.multicall", "params": [[]]},
                ],
            ),
        ),
        ("a.b", (1, 1.5, True, "x", [1, [2]], {"a": {}}, client.DateTime(0))),
    )
]
DEEP = 20_000
WORDS = (
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&b;",
    b"&#0;",
    b"&#x110000;",
    b"&amp;",
    b"<![CDATA[<",
    b"]]>",
    b"<?x y?>",
    b"<!-- -- -->",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"<?xml version='1.0' encoding='koi8-r'?>",
    b"<?xml version='1.0' encoding='no such'?>",
    b"<value><nil/></value>",
    b"<value><i8>99999999999999999999</i8></value>",
    b"<value><double>nan</double></value>",
    b"<value><double>1e999</double></value>",
    b"<value><base64>=</base64></value>",
    b"<value><dateTime.iso8601>0</dateTime.iso8601></value>",
    b"<value><boolean>2</boolean></value>",
    b"<value><bigdecimal>nan</bigdecimal></value>",
    b"<value><struct><member><name>a</name></member></struct></value>",
    b"<param><value><int>-2147483649</int></value></param>",
    b"<value><array><data>" * DEEP,
    b"<value><array><data>" * DEEP + b"</data></array></value>" * DEEP,
    b"<methodResponse>",
    b"<fault>",
    b"</params>",
)


def test_any_xml_is_a_call_or_unreadable():
    holds(mutated(CALLS, WORDS), read_call, Unreadable)


def test_any_call_is_answered_and_the_daemon_goes_on():
    with daemon(TOML) as path:

        def xml_rpc(body: bytes) -> bool:
            answer = said(path, request("POST", "/RPC2", body))
            if not checked(answer):
                return False
            try:
                client.loads(answer.partition(b"\r\n\r\n")[2])
            except client.Fault:
                return False
            return True

        holds(mutated(CALLS, WORDS), xml_rpc)
        assert xml_rpc(client.dumps((), "supervisor.getState").encode())
