"""The description of the API, which is made when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import trio
from quart_trio import QuartTrio

from services.api.health import installed_version


class Describing:
    """Makes the description once, in a thread: it takes some tenths of a second."""

    def __init__(self, app: QuartTrio) -> None:
        self._app = app
        self._making = trio.Lock()
        self._document: Mapping[str, Any] | None = None

    async def document(self) -> Mapping[str, Any]:
        """The OpenAPI 3.1 document."""
        async with self._making:
            if self._document is None:
                self._document = await trio.to_thread.run_sync(_document, self._app)
            return self._document


def _document(app: QuartTrio) -> Mapping[str, Any]:
    # Here, since who does not ask for it need not pay for Quart-Schema: 0.1 s and 8 MB.
    from services.api.openapi import description

    return description(app, installed_version())
