"""What is tried at each hop: a sentence of what was seen, or `Broken`."""

from __future__ import annotations

import dataclasses
import time
from email.utils import parsedate_to_datetime

import trio

from services.doctor.causes import Broken, Symptom
from services.doctor.dial import connect, resolve, secure
from services.doctor.frames import Lost, Socket, new_key
from services.doctor.judging import (
    check_status,
    check_upgrade,
    client_of,
    coming,
    kind_of,
    read_client,
    redirect,
)
from services.doctor.target import check, parse
from services.doctor.way import NotTried, Way
from services.doctor.web import Answer, Headers

MOST_REDIRECTS = 5
AGAIN = 1.0  # seconds until a preview that is on its way is asked for again
MOST_SKEW = 60.0  # seconds
QUIET = 0.2  # seconds
SHOWS_AN_EDIT = ("update", "full-reload", "prune", "error")

_NAVIGATION: Headers = [
    ("Accept", "text/html,application/xhtml+xml"),
    ("Accept-Encoding", "identity"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Site", "none"),
]


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


async def http(way: Way) -> str:
    path = way.target.path
    for _ in range(MOST_REDIRECTS):
        page = await _page(way, path)
        there = redirect(page, way.target, path)
        if there is None:
            break
        way.keep_cookies(page)
        path = there
    else:
        raise Broken(Symptom.REDIRECT_LOOP, f"it sent on {MOST_REDIRECTS} times")
    _check(way, page)
    way.target = dataclasses.replace(way.target, path=path)
    way.page_status = page.status
    way.client_path = client_of(page) or "/@vite/client"
    if page.status >= 400:
        return f"it answers {page.status}: an error of the site itself, or nobody's page"
    return f"it answers {page.status} with a page of the dev server"


async def _page(way: Way, path: str) -> Answer:
    """Open a page as a browser does, again and again while the preview is on its way.

    The front door holds a request for long; asked to, it says sooner why.
    """
    patience = max(1, int(way.wait) - 1)
    while True:
        asked = [*way.headers(), *_NAVIGATION, ("Prefer", f"wait={patience}")]
        with trio.move_on_after(way.wait) as limit:
            exchange = await way.open()
            way.answered = await exchange.ask(way.target, path, asked)
        if limit.cancelled_caught:
            raise Broken(Symptom.HTTP_SILENT, f"no answer within {way.wait:g} s")
        assert way.answered is not None
        if not coming(way.answered):
            return way.answered
        await trio.sleep(AGAIN)


def _check(way: Way, answer: Answer) -> None:
    try:
        check_status(answer)
    except Broken as broken:
        if broken.symptom is Symptom.TOKEN_WANTED and way.token and not way.sends_token:
            raise Broken(Symptom.TOKEN_KEPT, broken.seen) from None
        raise


async def client(way: Way) -> str:
    exchange = await way.open()
    headers: Headers = [("Accept", "*/*"), ("Accept-Encoding", "identity")]
    answer = await exchange.ask(
        way.target, way.client_path, [*way.headers(), *headers, ("Sec-Fetch-Mode", "cors")]
    )
    way.answered = answer
    _check(way, answer)
    try:
        way.socket_path = read_client(answer).path
    except Broken as broken:
        if broken.symptom is Symptom.CLIENT_MISSING and way.page_status >= 400:
            seen = f"the page answers {way.page_status}; {way.client_path}: {broken.seen}"
            raise Broken(Symptom.SOMEBODY_ELSE, seen) from None
        raise
    return f"Vite's client, {len(answer.body)} bytes, from no cache"


async def websocket(way: Way) -> str:
    key = new_key()
    exchange = await way.open()
    answer = await exchange.ask(
        way.target,
        way.socket_path,
        [
            *way.headers(),
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Origin", way.target.origin),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", key),
            ("Sec-WebSocket-Protocol", "vite-hmr"),
        ],
    )
    check_upgrade(answer, key)
    way.socket = Socket(exchange.stream, exchange.leftover)
    with trio.move_on_after(way.wait / 2) as limit:
        try:
            await way.socket.receive()
        except Lost as lost:
            raise Broken(Symptom.SOCKET_LOST, f"it opened, and {lost}") from None
    if limit.cancelled_caught:
        raise Broken(Symptom.NO_FRAME, "it opened, and the dev server's greeting did not come")
    return "101, vite-hmr, and the dev server's greeting"


async def silence(way: Way) -> str:
    if not way.patience:
        raise NotTried("not asked for: --patience 70 waits longer than most idle timeouts")
    began = trio.current_time()
    with trio.move_on_after(way.patience):
        while True:
            try:
                await way.socket.receive()
            except Lost as lost:
                after = trio.current_time() - began
                raise Broken(Symptom.SOCKET_CUT, f"after {after:.0f} s of silence {lost}") from None
    return f"the socket stayed open through {way.patience:g} s"


async def hmr(way: Way) -> str:
    if way.edit is None:
        raise NotTried("only a scratch thread is edited, by a self-test without a thread")
    try:
        await _read_away(way.socket)
        began = trio.current_time()
        mark = await way.edit()
        while True:
            kind = await _news(way.socket)
            ms = 1000 * (trio.current_time() - began)
            # A frame alone may be about something else.
            if mark in (await _page(way, way.target.path)).text:
                return f"an edit arrives as {kind} after {ms:.0f} ms, and the page shows it"
    except Lost as lost:
        raise Broken(Symptom.SOCKET_LOST, f"at the edit {lost}") from None
    except OSError as error:
        raise Broken(Symptom.EDIT_FAILED, f"the edit: {error.strerror or error}") from None


async def _read_away(socket: Socket) -> None:
    """Vite keeps a reload that nobody saw for the first browser that comes: it is no answer."""
    while True:
        with trio.move_on_after(QUIET) as quiet:
            await socket.receive()
        if quiet.cancelled_caught:
            return


async def _news(socket: Socket) -> str:
    while (kind := kind_of(await socket.receive())) not in SHOWS_AN_EDIT:
        pass
    return kind


async def clock(way: Way) -> str:
    if way.answered is None or not (date := way.answered.get("date")):
        raise NotTried("no answer said what time it is")
    try:
        skew = time.time() - parsedate_to_datetime(date).timestamp()
    except ValueError:
        raise NotTried(f"{date!r} is no time") from None
    if abs(skew) > MOST_SKEW:
        which = "behind" if skew > 0 else "ahead of"
        raise Broken(Symptom.CLOCK, f"its clock is {abs(skew):.0f} s {which} ours")
    return "both clocks agree"
