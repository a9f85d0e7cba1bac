"""AWS on loopback: moto's server, which the real boto3 asks over HTTP."""

from __future__ import annotations

from functools import cache
from urllib.request import urlopen

import pytest

from tests.services.models import read_once


class Cloud:
    """One region of a cloud that is empty at first."""

    def __init__(self, endpoint: str) -> None:
        import boto3

        self._secrets = boto3.session.Session().client("secretsmanager", endpoint_url=endpoint)

    def put(self, name: str, value: str | bytes) -> str:
        """Make a secret, or rotate it; its ARN."""
        kind = "SecretString" if isinstance(value, str) else "SecretBinary"
        found = self._secrets.list_secrets(Filters=[{"Key": "name", "Values": [name]}])
        if found["SecretList"]:
            return self._secrets.put_secret_value(SecretId=name, **{kind: value})["ARN"]
        return self._secrets.create_secret(Name=name, **{kind: value})["ARN"]


def empty(monkeypatch: pytest.MonkeyPatch, home: str) -> Cloud:
    """A cloud that this process and its children take for AWS."""
    read_once(monkeypatch)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    endpoint = _endpoint()
    urlopen(f"{endpoint}/moto-api/reset", data=b"").close()
    for name, value in {
        "HOME": home,  # nobody's own ~/.aws
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return Cloud(endpoint)


@cache  # as long as the process: half a second to import it, and another to stop one
def _endpoint() -> str:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"
