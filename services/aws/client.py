"""A client of one service of AWS, made when it is first needed."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from supervisor.desk import Refused
from supervisor.importing import load

# How a client asks that a person waits for: in seconds, and how often with growing waits between.
CALLS: Mapping[str, Any] = MappingProxyType(
    {
        "connect_timeout": 5.0,
        "read_timeout": 30.0,
        "retries": {"total_max_attempts": 5, "mode": "standard"},
    }
)
# By the names of botocore's own errors.
_HINTS: Mapping[str, str] = MappingProxyType({"NoRegionError": "set AWS_REGION"})
_NO_HINTS: Mapping[str, str] = MappingProxyType({})


@contextmanager
def refusing(what: str, hints: Mapping[str, str] = _NO_HINTS) -> Generator[None]:
    """Whatever goes wrong at AWS, or on the way there, becomes `Refused`, with AWS's reason.

    `what` follows "cannot": "read the secret x". `hints` say what to do, by AWS's name for what is
    wrong: `{"ClusterNotFoundException": "name one with --cluster"}`.
    """
    from botocore.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
        BotoCoreError,
        ClientError,
    )

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        hint = hints.get(_code(error), "") or _HINTS.get(type(error).__name__, "")
        raise Refused(f"cannot {what}: {error}" + (f"; {hint}" if hint else "")) from error


def code_of(refusal: Refused) -> str:
    """AWS's name for why `refusing` raised this; empty where AWS did not answer."""
    return _code(refusal.__cause__)


def _code(error: object) -> str:
    response: Any = getattr(error, "response", None)
    return str(response["Error"]["Code"]) if response else ""


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
        load("boto3.session")  # so that what fails for a moment can be imported the next time
        import boto3.session  # pyright: ignore[reportMissingTypeStubs]
        from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]

        session: Any = boto3.session.Session()
        region = self._region or os.environ.get("AWS_REGION") or None
        return session.client(self._service, region_name=region, config=Config(**self._config))
