"""Each thing that stands between a browser and live editing is named."""

from __future__ import annotations

import pytest
import trio

from services.doctor.causes import Symptom
from tests.services.doctor.standins import (
    Site,
    answer,
    header,
    listening,
    proxy,
)
from tests.services.doctor.walks import failing, local


def without(*names):
    """Drop headers, as a proxy does that knows no WebSockets."""

    def rewrite(head):
        first, *lines = head.split(b"\r\n")
        kept = [line for line in lines if line.split(b":")[0].lower() not in names]
        return b"\r\n".join([first, *kept])

    return rewrite


async def test_a_proxy_that_passes_no_upgrade_on():
    rewrite = without(b"upgrade", b"connection")
    async with listening(Site().serve) as behind, listening(proxy(behind, rewrite=rewrite)) as port:
        assert await failing(local(port)) == ("websocket", Symptom.UPGRADE_IGNORED)


async def test_a_proxy_that_drops_the_query():
    def rewrite(head):
        return head.replace(b"/?token=t0ken", b"/")

    async with listening(Site().serve) as behind, listening(proxy(behind, rewrite=rewrite)) as port:
        assert await failing(local(port)) == ("websocket", Symptom.UPGRADE_BAD)


async def test_a_proxy_that_drops_the_subprotocol(autojump_clock):
    rewrite = without(b"sec-websocket-protocol")
    async with listening(Site().serve) as behind, listening(proxy(behind, rewrite=rewrite)) as port:
        found = await failing(local(port))
    assert found == ("websocket", Symptom.SOCKET_SILENT)


SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"

SOCKETS = {
    Symptom.UPGRADE_FORBIDDEN: answer("403 Forbidden"),
    Symptom.UPGRADE_REQUIRED: answer("426 Upgrade Required"),
    Symptom.UPGRADE_NOT_CARRIED: answer("502 Bad Gateway"),
    Symptom.UPGRADE_ELSEWHERE: answer("404 Not Found"),
    Symptom.WRONG_ACCEPT: SWITCHED + b"Sec-WebSocket-Accept: abc\r\n\r\n",
}


@pytest.mark.parametrize("symptom", SOCKETS)
async def test_a_handshake_that_is_not_carried(symptom):
    def answers(head):
        return SOCKETS[symptom] if header(head, "upgrade") else None

    async with listening(Site().serve) as behind, listening(proxy(behind, answers=answers)) as port:
        assert await failing(local(port)) == ("websocket", symptom)


async def test_an_answer_that_echoes_another_subprotocol():
    async def serve(stream):
        inner = proxy(behind)
        changed = Changing(stream, b"Protocol: vite-hmr", b"Protocol: x")
        await inner(changed)

    async with listening(Site().serve) as behind, listening(serve) as port:
        assert await failing(local(port)) == ("websocket", Symptom.WRONG_PROTOCOL)


class Changing(trio.abc.Stream):
    """A stream on which something is replaced in what is sent."""

    def __init__(self, stream, before, after):
        self._stream, self._before, self._after = stream, before, after

    async def send_all(self, data):
        await self._stream.send_all(bytes(data).replace(self._before, self._after))

    async def wait_send_all_might_not_block(self):
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes=None):
        return await self._stream.receive_some(max_bytes)

    async def aclose(self):
        await self._stream.aclose()


async def test_a_socket_on_which_nothing_comes(autojump_clock):
    async with listening(Site(greeting=b"").serve) as port:
        found = await failing(local(port))
    assert found == ("websocket", Symptom.NO_FRAME)


async def test_a_proxy_that_ends_idle_connections(autojump_clock):
    async with listening(Site().serve) as behind, listening(proxy(behind, idle=10.0)) as port:
        assert await failing(local(port), patience=30.0) == ("silence", Symptom.SOCKET_CUT)


async def test_an_update_about_something_else_is_not_taken_for_the_edit(autojump_clock):
    site = Site()

    async def edit():
        site.edited.set()
        return "what no page shows"

    async with listening(site.serve) as port:
        assert await failing(local(port), edit=edit) == ("hmr", Symptom.NO_UPDATE)


async def test_a_dev_server_that_notices_no_edit(autojump_clock):
    async def edit():
        return "a mark"

    async with listening(Site().serve) as port:
        assert await failing(local(port), edit=edit) == ("hmr", Symptom.NO_UPDATE)


async def test_a_volume_that_takes_no_edit():
    async def edit():
        raise OSError(30, "Read-only file system")

    async with listening(Site().serve) as port:
        assert await failing(local(port), edit=edit) == ("hmr", Symptom.EDIT_FAILED)
