from typing import ClassVar, Literal

import jsonschema
import msgspec
import pytest
import trio
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from quart import Blueprint
from quart_trio import QuartTrio

from services.api import openapi
from services.api.openapi import description
from services.api.operation import Needs, operation
from services.api.samples import sample
from services.api.schemas import components
from services.api.shapes import Body, EventStream, Query, Reply

THREAD = "/v1/threads/{client}/{user}/{thread}"


class Colour(Body, frozen=True, kw_only=True):
    """A colour."""

    name: str
    depth: int = 8


class Shade(Reply, frozen=True, kw_only=True):
    """A shade, and how it came about."""

    kind: Literal["shade"] = "shade"


class Made(Shade, frozen=True, kw_only=True):
    """A shade that is new."""

    headers: ClassVar = {"Location": "where it is"}


class Ticked(msgspec.Struct, frozen=True, kw_only=True):
    """Time went by."""

    count: int


class Ticks(EventStream, frozen=True, kw_only=True):
    """The time."""

    events: ClassVar = {"tick": Ticked}


class Which(Query, frozen=True, kw_only=True):
    few: bool = False


@pytest.fixture
async def document(client, headers):
    return await (await client.get("/openapi.json", headers=headers)).get_json()


def described(*views):
    """The document of an application with these views alone, each with its path and method."""
    app = QuartTrio(__name__)
    routes = Blueprint("things", __name__)
    for path, method, view in views:
        routes.route(path, methods=[method], endpoint=view.__name__)(view)
    app.register_blueprint(routes)
    return description(app, "1")


def operations(document):
    for path, methods in document["paths"].items():
        for method, found in methods.items():
            yield path, method, found


async def test_it_is_made_once_for_all_who_ask_at_the_same_moment(client, monkeypatch):
    made = []
    monkeypatch.setattr(openapi, "description", lambda *of: made.append(of) or description(*of))
    replies = []

    async def ask(path):
        replies.append(await client.get(path))

    async with trio.open_nursery() as nursery:
        for path in ("/openapi.json", "/docs", "/docs", "/openapi.json"):
            nursery.start_soon(ask, path)
    assert [reply.status_code for reply in replies] == [200] * 4
    assert len(made) == 1


async def test_the_document_is_valid_openapi(document):
    validate(document, cls=OpenAPIV31SpecValidator)
    assert document["openapi"].startswith("3.1")


async def test_every_operation_has_a_name_a_summary_and_a_tag_with_text(document):
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    names = [found["operationId"] for _, _, found in operations(document)]
    assert len(names) == len(set(names))
    assert all(tags.values())
    for _, _, found in operations(document):
        assert found["summary"].endswith(".")
        assert set(found["tags"]) <= set(tags)


async def test_the_document_needs_no_token_and_shows_none(client):
    reply = await client.get("/openapi.json")
    assert reply.status_code == 200
    assert b"a-token" not in await reply.get_data()


async def test_the_example_of_every_body_is_one_that_its_schema_admits(document):
    schemas = document["components"]["schemas"]
    for path, method, found in operations(document):
        for kind, media in found.get("requestBody", {}).get("content", {}).items():
            if kind != "application/json":
                continue
            whole = {**media["schema"], "components": {"schemas": schemas}}
            jsonschema.Draft202012Validator(whole).validate(media["example"])
            assert media["example"] == sample(media["schema"], schemas), (path, method)


def test_a_path_says_what_its_parts_are_and_which_token_is_enough():
    @operation("look", Shade)
    async def look():
        """Look."""

    @operation("all", Shade, needs=Needs.ANYONE)
    async def everything():
        """All."""

    @operation("stop", (204, None), needs=Needs.OPERATOR, body=Colour)
    async def stop():
        """Stop."""

    document = described(
        ("/v1/<client>/<user>/things/<thing>", "GET", look),
        ("/v1/things", "GET", everything),
        ("/v1/things", "DELETE", stop),
    )
    validate(document, cls=OpenAPIV31SpecValidator)
    found = document["paths"]["/v1/{client}/{user}/things/{thing}"]["get"]
    client, user, thing = found["parameters"]
    assert client == {"$ref": "#/components/parameters/client"}
    assert user == {"$ref": "#/components/parameters/user"}
    assert (thing["name"], thing["in"], thing["required"]) == ("thing", "path", True)
    assert document["components"]["parameters"]["client"]["schema"]["pattern"].startswith("^[A-Z")
    assert found["security"] == [{"bearer": ["user"]}, {"ticket": ["user"]}]
    assert document["paths"]["/v1/things"]["get"]["security"] == [{"bearer": []}, {"ticket": []}]
    assert document["paths"]["/v1/things"]["delete"]["security"] == [{"bearer": ["operator"]}]


def test_refusals_are_those_that_can_come():
    @operation("open", Shade, needs=Needs.NOBODY)
    async def open_to_all():
        """Open."""

    @operation("make", (201, Made), body=Colour)
    async def make():
        """Make."""

    @operation("list", Shade, query=Which, needs=Needs.ANYONE)
    async def several():
        """List."""

    document = described(
        ("/open", "GET", open_to_all),
        ("/v1/<client>/things", "POST", make),
        ("/v1/things", "GET", several),
    )
    validate(document, cls=OpenAPIV31SpecValidator)

    def statuses(path, method):
        return sorted(document["paths"][path][method]["responses"])

    assert statuses("/open", "get") == ["200"]
    assert statuses("/v1/things", "get") == ["200", "400", "401", "403", "429"]
    made = ["201", "400", "401", "403", "404", "409", "413", "415", "429", "503"]
    assert statuses("/v1/{client}/things", "post") == made
    created = document["paths"]["/v1/{client}/things"]["post"]["responses"]["201"]
    assert created["headers"]["Location"]["description"] == "where it is"
    waits = document["components"]["responses"]["TooManyRequests"]["headers"]
    assert "Retry-After" in waits


def test_the_original_routes_are_refused_in_the_original_shape():
    @operation("old", Shade)
    async def old():
        """Old."""

    document = described(("/api/old/<client>", "POST", old))
    responses = document["paths"]["/api/old/{client}"]["post"]["responses"]
    assert responses["404"] == {"$ref": "#/components/responses/OriginalNotFound"}
    content = document["components"]["responses"]["OriginalNotFound"]["content"]
    assert content == {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}}


def test_a_stream_has_the_shapes_of_its_events():
    @operation("listen", Shade, Ticks)
    async def listen():
        """Listen."""

    document = described(("/v1/ticks", "GET", listen))
    validate(document, cls=OpenAPIV31SpecValidator)
    content = document["paths"]["/v1/ticks"]["get"]["responses"]["200"]["content"]
    assert set(content) == {"application/json", "text/event-stream"}
    stream = content["text/event-stream"]
    (event,) = stream["schema"]["oneOf"]
    assert event["properties"]["event"] == {"const": "tick"}
    data = event["properties"]["data"]
    assert data["contentSchema"] == {"$ref": "#/components/schemas/Ticked"}
    assert document["components"]["schemas"]["Ticked"]["required"] == ["count"]


def test_what_is_given_is_there_and_what_is_taken_may_be_left_out():
    found = components([Colour], [Shade])
    assert found["Colour"]["required"] == ["name"]
    assert found["Shade"]["required"] == ["kind"]


def test_two_shapes_of_one_name_are_refused():
    other = msgspec.defstruct("Shade", [("other", int)])
    with pytest.raises(TypeError, match="called Shade; rename one"):
        components([], [Shade, other])


async def test_what_an_answer_tells_of_is_linked_to_what_can_be_done_with_it(document):
    path = document["paths"]["/v1/threads/{client}/{user}/{thread}/turns"]
    links = path["post"]["responses"]["202"]["links"]
    assert links["undoTurn"] == {
        "operationId": "undoTurn",
        "parameters": {
            "client": "$request.path.client",
            "user": "$request.path.user",
            "thread": "$request.path.thread",
            "turn": "$response.body#/turn/id",
        },
    }
    assert "startTurn" not in links
    assert "links" not in path["get"]["responses"]["200"]
