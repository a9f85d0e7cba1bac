"""XML to a call, and a result or a fault to XML."""

from __future__ import annotations

import re
from typing import Any, cast
from xml.parsers import expat
from xmlrpc import client

from supervisor.socket.xmlrpc.faults import Fault

# What may not stand in XML 1.0 at all, not even escaped; a program's output has it all the same.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Unreadable(Exception):
    """A body that is no call; the text says why."""


def read_call(body: bytes) -> tuple[str, tuple[Any, ...]]:
    """The method and the parameters; raises `Unreadable`."""
    # Entities are declared in a document type, which no call needs. The parser is asked, not the
    # bytes, which may be in whatever encoding their first line says.
    unmarshaller = client.Unmarshaller(use_builtin_types=True)
    unmarshaller.xml(cast("str", None), None)  # the parser decodes
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = unmarshaller.start
    parser.EndElementHandler = unmarshaller.end
    parser.CharacterDataHandler = unmarshaller.data
    try:
        parser.Parse(body, True)
        parameters, method = unmarshaller.close(), unmarshaller.getmethodname()
    except Unreadable:
        raise
    except Exception as error:  # it has as many ways to fail as there are values
        raise Unreadable(f"cannot read it as XML-RPC: {error or type(error).__name__}") from None
    if not method:
        raise Unreadable("cannot read it as XML-RPC: it names no method")
    return method, tuple(parameters)


def _refuse(*_: object) -> None:
    raise Unreadable("cannot read XML with a document type: leave out its <!DOCTYPE")


def write_result(result: object) -> bytes:
    return client.dumps((sendable(result),), methodresponse=True, allow_none=False).encode()


def write_fault(fault: Fault) -> bytes:
    return client.dumps(client.Fault(int(fault.code), sendable(str(fault)))).encode()


def sendable(value: Any) -> Any:
    """What XML-RPC can carry of a value: no None, no long integers, no control characters."""
    match value:
        case None:
            return ""
        case str():
            return FORBIDDEN.sub(lambda found: f"\\x{ord(found[0]):02x}", value)
        case bool():
            return value
        case int():
            return max(client.MININT, min(value, client.MAXINT))
        case dict():
            struct = cast("dict[str, object]", value)
            return {sendable(key): sendable(one) for key, one in struct.items()}
        case list() | tuple():
            return [sendable(one) for one in cast("list[object]", value)]
        case _:
            return value
