"""AWS Secrets Manager."""

from __future__ import annotations

from services.aws.client import Lazy, refusing
from supervisor.desk import Refused

TIMEOUT = 5.0  # seconds, to connect and to wait for an answer
ATTEMPTS = 2


class Secrets:
    """AWS Secrets Manager, by the credentials and the region of the environment.

    Synchronous, and for any worker thread.
    """

    def __init__(self) -> None:
        self._client = Lazy(
            "secretsmanager",
            connect_timeout=TIMEOUT,
            read_timeout=TIMEOUT,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        )

    def read(self, name: str) -> str:
        """A secret's text, by its name or ARN. Waits up to `TIMEOUT` for each of some attempts.

        Raises `Refused`, with AWS's reason.
        """
        with refusing(f"read the secret {name}"):
            answer = self._client.get().get_secret_value(SecretId=name)
        if "SecretString" not in answer:
            raise Refused(f"cannot use the secret {name}: it is no text")
        return str(answer["SecretString"])
