"""Amazon Bedrock's models, asked by `ConverseStream`."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from services.aws.client import Lazy
from services.aws.failures import Failed, Failure, of_answer, of_botocore

CONNECT = 5.0  # seconds


class Models:
    """The models of a region, by the credentials of the environment.

    `timeout` is how long, in seconds, a model may say nothing, and `streams` how many are asked at
    once. Nothing is asked twice: a stream that breaks in the middle is nothing that botocore would
    try again, so whoever asks has to decide that anyway. Synchronous, and for any worker thread.
    """

    def __init__(self, *, region: str | None, timeout: float, streams: int) -> None:
        self._client = Lazy(
            "bedrock-runtime",
            region=region,
            connect_timeout=CONNECT,
            read_timeout=timeout,
            max_pool_connections=streams,
            retries={"total_max_attempts": 1, "mode": "standard"},
        )

    def ask(self, request: Mapping[str, Any]) -> Reply:
        """Send a request as `converse_stream` takes it, and wait for the answer to begin.

        Raises `Failed`.
        """
        with _telling():
            return Reply(self._client.get().converse_stream(**request)["stream"])


class Reply:
    """The events of one answer, as botocore parses them: `{"contentBlockDelta": {…}}`."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        """Waits for each event; for one thread. Raises `Failed`, also where it was hung up."""
        with _telling():
            yield from self._stream

    def close(self) -> None:
        """Give the connection up; for the thread that reads."""
        self._stream.close()

    def hang_up(self) -> None:
        """End the answer, from another thread than the one that waits for it. Never waits."""
        # Closing would wait for the lock that the reading thread holds. Shutting the socket down
        # wakes that thread, which closes it.
        try:
            self._stream._raw_stream.shutdown()
        except (ValueError, RuntimeError, OSError):
            return  # it has ended


@contextmanager
def _telling() -> Generator[None]:
    """Tell what botocore and what is below it raise as `Failed`."""
    from botocore.eventstream import (  # pyright: ignore[reportMissingTypeStubs]
        ParserError,
    )
    from botocore.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
        BotoCoreError,
        ClientError,
    )
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ClientError as error:
        response: Any = error.response  # pyright: ignore[reportUnknownMemberType]
        raise of_answer(response) from error
    except BotoCoreError as error:
        raise of_botocore(type(error).__name__, str(error)) from error
    except (HTTPError, ParserError, OSError, ValueError) as error:
        # From the middle of a stream: botocore does not wrap what is raised there, and urllib3
        # raises `ValueError` where its response was closed under it.
        text = "the connection broke in the middle of an answer"
        raise Failed(Failure.BROKEN, text, type(error).__name__) from error
