"""What is asked of AWS: secrets. Nobody else imports boto3, and it is imported on first use."""

from __future__ import annotations

import threading
from typing import Any

from supervisor.desk import Refused

TIMEOUT = 5.0  # seconds, to connect and to wait for an answer
ATTEMPTS = 2


class Secrets:
    """AWS Secrets Manager, by the credentials and the region of the environment.

    Synchronous, and for any worker thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: Any = None

    def read(self, name: str) -> str:
        """A secret's text, by its name or ARN. Waits up to `TIMEOUT` for each of some attempts.

        Raises `Refused`, with AWS's reason.
        """
        from botocore.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
            BotoCoreError,
            ClientError,
        )

        try:
            answer = self._connected().get_secret_value(SecretId=name)
        except (BotoCoreError, ClientError) as error:
            raise Refused(f"cannot read the secret {name}: {error}") from error
        if "SecretString" not in answer:
            raise Refused(f"cannot use the secret {name}: it is no text")
        return str(answer["SecretString"])

    def _connected(self) -> Any:
        # A session is for one thread, a client for any number of them.
        with self._lock:
            if self._client is None:
                self._client = _client("secretsmanager")
            return self._client


def _client(service: str) -> Any:
    import boto3.session  # pyright: ignore[reportMissingTypeStubs]
    from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]

    session: Any = boto3.session.Session()
    return session.client(
        service,
        config=Config(
            connect_timeout=TIMEOUT,
            read_timeout=TIMEOUT,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        ),
    )
