"""What hypercorn has to say, as records of ours."""

from __future__ import annotations

from typing import Any

import structlog
from hypercorn.config import Config
from hypercorn.logging import Logger
from hypercorn.typing import ResponseSummary, WWWScope

log = structlog.get_logger()


class ServerLog(Logger):
    """Warnings and errors are passed on; that it runs is ours to say, and no access is logged.

    An access log would hold query strings, and with them tokens.
    """

    def __init__(self, config: Config) -> None:
        config.errorlog = None
        super().__init__(config)

    async def access(
        self, request: WWWScope, response: ResponseSummary, request_time: float
    ) -> None:
        pass

    async def critical(self, message: str, *args: Any, **kwargs: Any) -> None:
        log.critical("http server", text=message % args if args else message)

    async def error(self, message: str, *args: Any, **kwargs: Any) -> None:
        log.error("http server", text=message % args if args else message)

    async def warning(self, message: str, *args: Any, **kwargs: Any) -> None:
        log.warning("http server", text=message % args if args else message)

    async def exception(self, message: str, *args: Any, **kwargs: Any) -> None:
        log.exception("http server", text=message % args if args else message)
