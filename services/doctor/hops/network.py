"""The hops before anything speaks HTTP."""

from __future__ import annotations

from services.doctor.causes import Broken, Symptom
from services.doctor.dial import connect, resolve, secure
from services.doctor.target import check, parse
from services.doctor.way import NotTried, Way


async def configuration(way: Way) -> str:
    way.target = parse(way.address)
    return check(way.target, way.domains)


async def dns(way: Way) -> str:
    way.addresses = await resolve(way.target)
    if way.target.is_local:
        return f"{way.target.host} is this machine, as browsers have it"
    return f"{way.target.host} is {', '.join(way.addresses)}"


async def tcp(way: Way) -> str:
    stream = await connect(way.addresses, way.target.port, way.wait)
    async with stream:
        address = str(stream.socket.getpeername()[0])
    # What follows goes the same way.
    way.addresses = (address,)
    return f"{address} takes connections at port {way.target.port}"


async def tls(way: Way) -> str:
    if not way.target.secure:
        raise NotTried("the address is plain http")
    stream = await connect(way.addresses, way.target.port, way.wait)
    async with stream:
        try:
            secured = await secure(stream, way.target.host)
        except Broken as broken:
            raise await _wildcard(way, broken) from None
        version, chosen = secured.version(), secured.selected_alpn_protocol()
    return f"{version}, a certificate for {way.target.host}, {chosen or 'http/1.1 by default'}"


async def _wildcard(way: Way, broken: Broken) -> Broken:
    """Whether a certificate of another name is the domain's own, that a wildcard is missing in."""
    if broken.symptom is not Symptom.CERTIFICATE_OF_ANOTHER or not way.target.domain:
        return broken
    async with await connect(way.addresses, way.target.port, way.wait) as stream:
        try:
            await secure(stream, way.target.domain)
        except Broken:
            return broken
    seen = f"{broken.seen}; it is valid for {way.target.domain}"
    return Broken(Symptom.CERTIFICATE_WITHOUT_WILDCARD, seen)
