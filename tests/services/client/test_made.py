import ast

import msgspec
import pytest
from msgspec.structs import fields

from services.api.streams.journal_events import KINDS
from services.client import models
from tests.services.client.making import FOLDER, MADE, document, made


@pytest.fixture(scope="module")
def described():
    return document()


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_of_the_document_is_as_the_document_is(described, name):
    assert (FOLDER / name).read_text() == made(name, described), "cannot go on: run `make client`"


def test_every_operation_is_a_method_of_both_clients(described):
    count = sum(len(methods) for methods in described["paths"].values())
    for name in ("operations.py", "async_operations.py"):
        tree = ast.parse((FOLDER / name).read_text())
        methods = [
            node.name
            for group in tree.body
            if isinstance(group, ast.ClassDef)
            for node in group.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and not node.name.startswith(("_", "raw_"))
        ]
        assert len(methods) >= count


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_in_each_line_of_a_journal_is_asked_of_none(kind):
    shape = models.FOLLOW_THREAD[kind]
    needed = {field.encode_name for field in fields(shape) if field.required}
    assert needed == {field.encode_name for field in fields(KINDS[kind]) if field.required}


@pytest.mark.parametrize(
    "line",
    [
        # A turn that is cancelled while it is queued, and one whose work was dropped or is gone.
        b'{"id":1,"type":"turn.finished","turn":"t","time":1.5,"state":"cancelled","error":"no",'
        b'"reason":null}',
        b'{"id":1,"type":"turn.settled","turn":"t","time":1.5,"operation":"o","leftover":"dropped"}',
        b'{"id":1,"type":"turn.settled","turn":"t","time":1.5,"leftover":null}',
    ],
)
def test_a_line_as_the_agent_writes_it_is_understood(line):
    kind = msgspec.json.decode(line)["type"]
    event = msgspec.json.decode(line, type=models.FOLLOW_THREAD[kind])
    assert (event.id, event.turn) == (1, "t")
