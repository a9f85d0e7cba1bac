"""Each thing that keeps a browser from speaking HTTP is named."""

from __future__ import annotations

import socket

import pytest
import trio

from services.doctor.causes import Symptom
from services.messages import Verdict
from tests.certificates import certificate
from tests.services.doctor.standins import (
    Names,
    Silent,
    Site,
    answer,
    listening,
    server_tls,
)
from tests.services.doctor.walks import ID, failing, local, secure, symptom_of, walked


@pytest.mark.parametrize("address", ["preview.example.com", "ftp://x/", "http://", "http://a:b/"])
async def test_an_address_that_is_none(address):
    assert await failing(address) == ("configuration", Symptom.BAD_ADDRESS)


async def test_a_domain_that_the_front_door_was_not_told():
    address = f"https://{ID}.preview.example.com/"
    found = await failing(address, domains=("example.org",))
    assert found == ("configuration", Symptom.NOT_IN_DOMAINS)


async def test_a_name_that_nobody_knows():
    trio.socket.set_custom_hostname_resolver(Names())
    assert await failing(secure(1)) == ("dns", Symptom.NAME_UNKNOWN)


async def test_a_wildcard_record_that_is_missing():
    trio.socket.set_custom_hostname_resolver(Names("preview.example.test"))
    findings = await walked(secure(1))
    assert symptom_of(findings.failed) is Symptom.WILDCARD_MISSING
    assert "preview.example.test is 127.0.0.1" in findings.failed.seen


async def test_a_resolver_that_does_not_answer(autojump_clock):
    trio.socket.set_custom_hostname_resolver(Silent())
    assert await failing(secure(1)) == ("dns", Symptom.RESOLVER_FAILS)


async def test_a_port_at_which_nobody_listens():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        found = await failing(local(held.getsockname()[1]))
    assert found == ("tcp", Symptom.REFUSED)


async def test_a_firewall_that_drops_what_comes():
    """A full queue of connections is as silent."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            found = await failing(f"http://127.0.0.1:{port}/", wait=0.5)
    assert found == ("tcp", Symptom.NO_CONNECTION)


async def test_a_walk_from_inside_says_that_others_may_get_further():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        findings = await walked(local(held.getsockname()[1]), inside=True)
    assert "from inside the container" in findings.failed.advice


async def by_tls(tmp_path, monkeypatch, names, cert, *, trusted=True, protocols=()):
    trio.socket.set_custom_hostname_resolver(names)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    async with listening(Site().serve, server_tls(cert, *protocols)) as port:
        return await walked(secure(port))


async def test_a_certificate_that_is_good(tmp_path, monkeypatch, names):
    cert = certificate(tmp_path / "certificate.pem", "*.preview.example.test")
    findings = await by_tls(tmp_path, monkeypatch, names, cert)
    assert findings.failed is None
    assert next(hop for hop in findings.hops if hop.name == "tls").verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("covers", "days", "symptom"),
    [
        ("*.preview.example.test", (-9, -1), Symptom.CERTIFICATE_EXPIRED),
        ("*.preview.example.test", (1, 9), Symptom.CERTIFICATE_TOO_NEW),
        ("www.example.test", (-1, 1), Symptom.CERTIFICATE_OF_ANOTHER),
        ("preview.example.test", (-1, 1), Symptom.CERTIFICATE_WITHOUT_WILDCARD),
    ],
)
async def test_a_certificate_that_is_not(tmp_path, monkeypatch, names, covers, days, symptom):
    cert = certificate(tmp_path / "certificate.pem", covers, days=days)
    findings = await by_tls(tmp_path, monkeypatch, names, cert)
    assert (findings.failed.name, symptom_of(findings.failed)) == ("tls", symptom)


async def test_a_certificate_that_nobody_vouches_for(tmp_path, monkeypatch, names):
    cert = certificate(tmp_path / "certificate.pem", "*.preview.example.test")
    findings = await by_tls(tmp_path, monkeypatch, names, cert, trusted=False)
    assert symptom_of(findings.failed) is Symptom.CERTIFICATE_UNTRUSTED


async def test_plain_http_where_the_address_says_https(names):
    async def plain(stream):
        await stream.receive_some(65536)
        await stream.send_all(answer("400 Bad Request"))

    trio.socket.set_custom_hostname_resolver(names)
    async with listening(plain) as port:
        assert await failing(secure(port)) == ("tls", Symptom.PLAIN_WHERE_TLS)


async def test_a_tls_port_behind_which_nobody_answers(names, autojump_clock):
    async def silent(_stream):
        await trio.sleep_forever()

    trio.socket.set_custom_hostname_resolver(names)
    async with listening(silent) as port:
        assert await failing(secure(port)) == ("tls", Symptom.TLS_SILENT)
