import ast
from pathlib import Path
from typing import get_type_hints

import msgspec
import pytest

import services.agent
from services.api.streams.journal_events import KINDS
from services.messages import BackendEvent, Event, PreviewEvent
from tests.services.api.streams.documented import as_documented


def kinds_written():
    """The kinds of events that the agent's source names where it writes."""
    for file in Path(services.agent.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="write" | "_write" | "note"),
                    args=[ast.Constant(value=str(kind)), *_],
                ) if "/" not in kind:
                    yield kind
                case ast.Call(
                    func=ast.Name(id="partial"),
                    args=[ast.Attribute(attr="write"), ast.Constant(value=str(kind)), *_],
                ):
                    yield kind
                case ast.Assign(
                    targets=[ast.Name(id="kind")],
                    value=ast.IfExp(body=ast.Constant(value=one), orelse=ast.Constant(value=two)),
                ):
                    yield from (one, two)
                case _:
                    pass


def test_every_kind_that_the_agent_writes_is_documented_and_no_other():
    said = {
        member.__struct_fields__ and member.__struct_defaults__[-1]
        for member in (*BackendEvent.__args__, *PreviewEvent.__args__)
    }
    assert {*kinds_written(), *said} == set(KINDS)


def test_each_shape_says_its_own_kind():
    for kind, shape in KINDS.items():
        assert get_type_hints(shape)["type"].__args__ == (kind,)


@pytest.mark.parametrize(
    "data",
    [
        b'{"id":1,"time":1.5,"type":"text.delta","turn":"t","text":7}',
        b'{"id":1,"time":1.5,"type":"text.delta","turn":"t","text":"a","more":1}',
        b'{"id":1,"time":1.5,"type":"text.delta","turn":"t"}',
    ],
)
def test_what_is_otherwise_is_found(data):
    with pytest.raises((AssertionError, msgspec.ValidationError)):
        as_documented(Event(1, "text.delta", data))
