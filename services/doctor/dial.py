"""The way to a preview below HTTP: its name, a connection, and TLS."""

from __future__ import annotations

import errno
import os
import socket
import ssl

import trio

from services.doctor.causes import Broken, Symptom
from services.doctor.target import Target, is_address

LOOPBACK = ("127.0.0.1", "::1")
_NO_ROUTE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL)

# OpenSSL's X509_V_ERR_ numbers.
_NOT_YET, _EXPIRED, _OTHER_NAME = 9, 10, 62


async def resolve(target: Target) -> tuple[str, ...]:
    """The addresses of the target's host; names of loopback are not asked for, as in browsers.

    Raises `Broken`; cancelled, it leaves the system's resolver to finish by itself.
    """
    if target.is_local and not is_address(target.host):
        return LOOPBACK
    found, error = await _asked(target.host)
    if error is None:
        return found
    seen = f"{target.host}: {error.strerror}"
    if error.errno == socket.EAI_AGAIN:
        raise Broken(Symptom.RESOLVER_FAILS, seen)
    below = (await _asked(target.domain))[0] if target.domain else ()
    if below:
        seen += f"; {target.domain} is {', '.join(below)}"
    raise Broken(Symptom.WILDCARD_MISSING if below else Symptom.NAME_UNKNOWN, seen)


async def _asked(name: str) -> tuple[tuple[str, ...], socket.gaierror | None]:
    try:
        found = await trio.socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return (), error
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found)), None


async def connect(addresses: tuple[str, ...], port: int, within: float) -> trio.SocketStream:
    """A connection to the first address that takes it, each within its share of the seconds.

    Raises `Broken` with what all of them said; one to which no route leads is the least of it.
    """
    said: list[Broken] = []
    for address in addresses:
        try:
            with trio.fail_after(within / len(addresses)):
                return await _connect(address, port)
        except trio.TooSlowError:
            seen = f"{address} port {port}: no answer within {within / len(addresses):g} s"
            said.append(Broken(Symptom.NO_CONNECTION, seen))
        except OSError as error:
            symptom = Symptom.UNREACHABLE if error.errno in _NO_ROUTE else Symptom.REFUSED
            reason = os.strerror(error.errno) if error.errno else str(error)
            said.append(Broken(symptom, f"{address} port {port}: {reason}"))
    worst = min(said, key=lambda broken: broken.symptom is Symptom.UNREACHABLE)
    raise Broken(worst.symptom, "; ".join(broken.seen for broken in said))


async def _connect(address: str, port: int) -> trio.SocketStream:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = trio.socket.socket(family)
    try:
        await connection.connect((address, port))
        return trio.SocketStream(connection)
    except BaseException:
        connection.close()
        raise


async def secure(stream: trio.SocketStream, name: str) -> trio.SSLStream[trio.SocketStream]:
    """TLS as a browser wants it for a WebSocket: verified, and HTTP/1.1. Raises `Broken`.

    SSL_CERT_FILE adds authorities, as OpenSSL has it.
    """
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    secured = trio.SSLStream(stream, context, server_hostname=name, https_compatible=True)
    try:
        await secured.do_handshake()
    except trio.BrokenResourceError as error:
        raise _explained(error.__cause__ or error, name) from None
    return secured


async def speaks_tls(stream: trio.SocketStream) -> bool:
    """Whether a port answers TLS, whatever its certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        await trio.SSLStream(stream, context).do_handshake()
    except trio.BrokenResourceError:
        return False
    return True


def _explained(error: BaseException, name: str) -> Broken:
    if isinstance(error, ssl.SSLCertVerificationError):
        symptom = {
            _EXPIRED: Symptom.CERTIFICATE_EXPIRED,
            _NOT_YET: Symptom.CERTIFICATE_TOO_NEW,
            _OTHER_NAME: Symptom.CERTIFICATE_OF_ANOTHER,
        }.get(error.verify_code, Symptom.CERTIFICATE_UNTRUSTED)
        return Broken(symptom, f"the certificate for {name}: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        reason = error.reason or str(error)
        symptom = Symptom.TLS_FAILED
        if reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"):
            symptom = Symptom.PLAIN_WHERE_TLS
        elif "NO_APPLICATION_PROTOCOL" in reason:
            symptom = Symptom.NO_HTTP_1
        return Broken(symptom, f"the TLS handshake failed: {reason.lower().replace('_', ' ')}")
    return Broken(Symptom.TLS_FAILED, "the connection was closed in the TLS handshake")
