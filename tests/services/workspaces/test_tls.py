"""Over https a token is told to who can prove that it is meant, and to nobody else."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.messages import Fetch, OpenWorkspace, Push, ThreadKey
from services.workspaces import Credential
from services.workspaces.git import repository
from supervisor.desk import Refused
from tests.services.workspaces.conftest import Serving
from tests.services.workspaces.git_server import GitServer

TOKEN = "ghp_0123456789abcdef"


def certificate(place: Path, name: str) -> Path:
    """A certificate for 127.0.0.1 that nobody but itself vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = place / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def secure(
    tmp_path: Path, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[GitServer, Path]]:
    """A server that wants a token, and its certificate."""
    monkeypatch.setenv("SITE_TOKEN", TOKEN)
    path = certificate(tmp_path, "itself")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(path)
    with GitServer(tmp_path, tls).running() as server:
        server.tokens = {TOKEN}
        yield server, path


async def test_a_host_that_nobody_vouches_for_is_told_nothing(
    serving: Serving, key: ThreadKey, secure: tuple[GitServer, Path]
) -> None:
    server, _ = secure
    async with serving(credentials={server.host: Credential(env="SITE_TOKEN")}) as service:
        with pytest.raises(Refused, match=r"cannot clone .*certificate"):
            await service.ask(OpenWorkspace(key, f"{server.url}/remote.git"))
    assert (server.asked, server.authorizations) == ([], [])


async def test_a_host_that_is_vouched_for_is_told_the_token(
    serving: Serving, key: ThreadKey, secure: tuple[GitServer, Path]
) -> None:
    server, path = secure
    # For all of this process, which is why there is a certificate for each test.
    repository.pygit2.settings.ssl_cert_file = str(path)
    async with serving(credentials={server.host: Credential(env="SITE_TOKEN")}) as service:
        await service.ask(OpenWorkspace(key, f"{server.url}/remote.git"))
        assert (await service.ask(Push(key))).new
        await service.ask(Fetch(key))
    assert server.passwords == {TOKEN}
