"""AWS on loopback: moto's server, which the real boto3 asks over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

import pytest


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


@contextmanager
def running(monkeypatch: pytest.MonkeyPatch, home: str) -> Iterator[Cloud]:
    """A cloud that this process and its children take for AWS."""
    from moto.server import ThreadedMotoServer  # half a second, which only its own tests pay

    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        # What an earlier server of this process was told is still there.
        urlopen(f"http://{host}:{port}/moto-api/reset", data=b"").close()
        for name, value in {
            "HOME": home,  # nobody's own ~/.aws
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "eu-central-1",
        }.items():
            monkeypatch.setenv(name, value)
        for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        yield Cloud(f"http://{host}:{port}")
    finally:
        server.stop()
