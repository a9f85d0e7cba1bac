"""That Quart is quick where it asks to be overridden, and still Quart."""

import inspect
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
import trio
from quart import request as asked
from quart import session
from quart.sessions import SessionInterface
from quart_trio import QuartTrio

from services.api.server.quick import NoSessions, QuickQuart, QuickRequest
from tests.services.api.server.serving import request, serving, until


@asynccontextmanager
async def application():
    app = QuickQuart("tests", static_folder=None)

    @app.get("/task")
    async def task():
        return trio.lowlevel.current_task().name

    @app.post("/<name>")
    async def post(name):
        body = await asked.get_data(as_text=False)
        return {
            "name": name,
            "body": body.decode(),
            "host": asked.host,
            "query": asked.args.get("q"),
            "session": dict(session),
        }

    @app.get("/bare/<int:status>")
    async def bare(status):
        return "", status

    @app.get("/folder/")
    async def folder():
        return ""

    async with serving(app) as door:
        yield door


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (QuickQuart, QuartTrio),
        (QuickRequest, QuartTrio.request_class),
        (NoSessions, SessionInterface),
    ],
)
def test_what_is_overridden_is_there_to_be(ours, theirs):
    public = [name for name in vars(ours) if not name.startswith("_")]
    assert public
    assert all(hasattr(theirs, name) for name in public)


@pytest.mark.parametrize("status", [200, 204, 304])
async def test_what_has_no_body_says_nothing_of_its_length(status):
    async with application() as door:
        said = await door.exchange(request(f"/bare/{status}", Connection="close"))
    assert said.startswith(b"HTTP/1.1 %d " % status)
    assert (b"\r\ncontent-length: 0\r\n" in said.lower()) is (status == 200)


async def test_a_view_runs_in_the_task_of_its_connection():
    async with application() as door, await door.connect() as client:
        await client.send_all(request("/task"))
        assert b"Connection._work" in await until(client, b"_work")


async def test_what_hypercorn_serves_runs_too():
    async with application() as door:
        chunked = request("/a", "POST", transfer_encoding="chunked") + b"2\r\nhi\r\n0\r\n\r\n"
        assert b'"body":"hi"' in await door.exchange(chunked)


async def test_a_view_sees_path_host_query_and_body():
    async with application() as door:
        said = await door.exchange(request("/a%20b?q=%C3%BC", "POST", b"hi", connection="close"))
    assert said.endswith(
        b'{"body":"hi","host":"localhost","name":"a b","query":"\\u00fc","session":{}}\n'
    )


async def test_who_asks_again_with_other_fields_is_read_anew():
    async with application() as door, await door.connect() as client:
        for name in (b"a", b"b", b"b", b"a"):
            await client.send_all(request("/x", "POST", b"hi").replace(b"localhost", name))
            assert b'"host":"%b"' % name in await until(client, b'"session":{}}\n')


async def test_what_a_view_gives_piece_by_piece_is_sent_so():
    app = QuickQuart("tests", static_folder=None)

    @app.get("/")
    async def pieces():
        async def each():
            for piece in (b"one", b"two"):
                yield piece

        return app.response_class(each(), content_type="text/plain")

    async with serving(app) as door:
        said = await door.exchange(request(connection="close"))
    assert said.endswith(b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    ("endpoint", "blueprints"),
    [(None, []), ("view", []), ("a.view", ["a"]), ("a.b.view", ["a.b", "a"])],
)
def test_blueprints_are_those_that_quart_finds(endpoint, blueprints):
    of_quart = QuartTrio.request_class.blueprints.fget
    ours = QuickRequest.blueprints.fget
    asked = SimpleNamespace(
        endpoint=endpoint, blueprint=endpoint.rpartition(".")[0] or None if endpoint else None
    )
    assert ours(asked) == of_quart(asked) == blueprints


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/none/here", "GET", 404), ("/task", "DELETE", 405), ("/folder", "GET", 308)],
)
async def test_a_path_is_matched_as_ever(path, method, status):
    async with application() as door:
        said = await door.exchange(request(path, method, connection="close"))
    assert said.startswith(b"HTTP/1.1 %d " % status)
    if status == 308:
        assert b"location: http://localhost/folder/\r\n" in said


async def test_all_that_quart_calls_is_async(client):
    app = client.app
    called = [*app.view_functions.values()]
    for of_each in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        for functions in of_each.values():
            called += functions
    for by_code in app.error_handler_spec.values():
        for handlers in by_code.values():
            called += handlers.values()
    assert len(called) > 40
    assert all(inspect.iscoroutinefunction(one) for one in called)


@asynccontextmanager
async def with_one_alone():
    """An application whose /alone says how often Quart was around it, and how often not."""
    app = QuickQuart("tests", static_folder=None)
    said = {"status": 200, "refuse": False, "around": 0, "calls": 0}

    @app.before_request
    async def guard():
        said["around"] += 1
        return ("no", 403) if said["refuse"] else None

    @app.after_request
    async def mark(response):
        response.headers["For"] = asked.headers.get("Name", "nobody")
        return response

    async def view():
        said["calls"] += 1
        return b"around %d" % said["around"], said["status"]

    @app.get("/alone")
    async def one():
        data, status = await view()
        return app.response_class(data, status)

    @app.get("/other")
    async def other():
        return "other"

    app.alone = {"one": view}
    async with serving(app) as door, await door.connect() as client:

        async def ask(path="/alone", method="GET", **fields):
            await client.send_all(request(path, method, **fields))
            return await client.receive_some()

        yield said, ask


def without_date(answer):
    """An answer's fields and what follows them; the clock may have moved on."""
    lines = answer.split(b"\r\n")[1:]
    return [line for line in lines if not line.startswith(b"date: ")]


async def test_asked_again_on_a_connection_it_is_answered_without_quart_and_alike():
    async with with_one_alone() as (said, ask):
        first = await ask(name="ann")
        for status in (200, 503, 200):
            said["status"] = status
            again = await ask(name="ann")
            assert again.startswith(b"HTTP/1.1 %d " % status)
            assert without_date(again) == without_date(first)
    assert (said["around"], said["calls"]) == (1, 4)


@pytest.mark.parametrize(
    "change",
    [{"name": "bob"}, {"path": "/alone?x"}, {"method": "HEAD"}, {"path": "/other"}, {"x": "y"}],
)
async def test_asked_otherwise_it_goes_through_quart(change):
    async with with_one_alone() as (said, ask):
        await ask(name="ann")
        said_for = await ask(**{"name": "ann"} | change)
    assert said["around"] == 2
    assert b"for: %b\r\n" % change.get("name", "ann").encode() in said_for


@pytest.mark.parametrize("first", [{"refuse": True}, {"status": 503}])
async def test_only_what_went_well_is_remembered(first):
    async with with_one_alone() as (said, ask):
        said.update(first)
        await ask()
        said.update(refuse=False, status=200)
        assert (await ask()).endswith(b"around 2")
        said["refuse"] = True
        assert (await ask()).endswith(b"around 2")
