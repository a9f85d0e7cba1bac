"""The route for the API's description of itself."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response

from services.api.describing import Describing
from services.api.operation import Needs, operation
from services.api.shapes import Reply


class Document(Reply, frozen=True, kw_only=True):
    """An OpenAPI 3.1 document."""

    openapi: str


def description_routes(describing: Describing) -> Blueprint:
    routes = Blueprint("description", __name__)
    made: list[bytes] = []

    @routes.get("/openapi.json")
    @operation("describe", Document, needs=Needs.NOBODY)
    async def openapi() -> Response:
        """This document."""
        if not made:
            made.append(msgspec.json.encode(await describing.document()))
        return Response(made[0], content_type="application/json")

    return routes
