"""A client of one service of AWS, made when it is first needed."""

from __future__ import annotations

import os
import threading
from typing import Any


class Lazy:
    """By the credentials and the region of the environment; `config` is botocore's `Config`.

    The region is AWS_REGION's as in every other SDK of AWS: boto3 alone reads AWS_DEFAULT_REGION.

    For any worker thread: a session is for one of them, a client for any number.
    """

    def __init__(self, service: str, *, region: str | None = None, **config: Any) -> None:
        self._service = service
        self._region = region
        self._config = config
        self._lock = threading.Lock()
        self._client: Any = None

    def get(self) -> Any:
        """Raises `BotoCoreError`, so where no region is told."""
        with self._lock:
            if self._client is None:
                self._client = self._made()
            return self._client

    def _made(self) -> Any:
        import boto3.session  # pyright: ignore[reportMissingTypeStubs]
        from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]

        session: Any = boto3.session.Session()
        region = self._region or os.environ.get("AWS_REGION") or None
        return session.client(self._service, region_name=region, config=Config(**self._config))
