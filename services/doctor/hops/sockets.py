"""The hops of the HMR socket: that it opens, stays open, and tells of an edit."""

from __future__ import annotations

import trio

from services.doctor.causes import Broken, Symptom
from services.doctor.frames import Lost, Socket, new_key
from services.doctor.hops.pages import open_page
from services.doctor.judging import check_upgrade, kind_of
from services.doctor.way import NotTried, Way

QUIET = 0.2  # seconds
SHOWS_AN_EDIT = ("update", "full-reload", "prune", "error")


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
            if mark in (await open_page(way, way.target.path)).text:
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
