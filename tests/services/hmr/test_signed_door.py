"""The front door with signed links, over real sockets."""

import re
import time

import pytest

from services.messages import Preview, PreviewState, Routes, ThreadKey
from services.messages.tickets import issue
from tests.services.hmr.doors import echo_head, front_door, request, upstream

TOKEN = "run.secret"
ONE, TWO = ThreadKey("acme", "ann", "one"), ThreadKey("acme", "ann", "two")
HOST = f"{ONE.preview_id}.localhost:4322"


def shown(port):
    previews = [Preview(key.preview_id, key, PreviewState.READY, port) for key in (ONE, TWO)]
    return Routes({preview.id: preview for preview in previews}, TWO.preview_id)


def ticket(key=ONE, seconds=60):
    return issue(TOKEN, key.preview_id, int(time.time()) + seconds)


@pytest.fixture
async def door():
    async with (
        upstream(echo_head()) as port,
        front_door(access="signed", token=TOKEN, domains=("preview.example.com",)) as door,
    ):
        door.publish(shown(port))
        yield door


async def test_nobody_is_let_in_without_a_link(door):
    for host in (HOST, "localhost", f"{TWO.preview_id}.preview.example.com"):
        said = await door.get(host=host, sec_fetch_mode="navigate")
        assert said.startswith(b"HTTP/1.1 401 Unauthorized\r\n")
        assert b"www-authenticate: Bearer\r\n" in said
        assert b"preview/link" in said
    upgrade = await door.get(
        host=HOST,
        upgrade="websocket",
        sec_websocket_key="AAAA",
        sec_websocket_version="13",
        sec_websocket_protocol="vite-ping",
    )
    assert upgrade.startswith(b"HTTP/1.1 401 ")
    assert [visit.id for visit in door.sent("visits")] == []
    assert door.sent("activity") == []


async def test_a_link_becomes_a_cookie_with_which_the_site_sees_neither(door):
    said = await door.get(f"/a?x=1&nurseryd_ticket={ticket()}", host=HOST)
    assert said.startswith(b"HTTP/1.1 303 See Other\r\n")
    assert b"\r\nlocation: /a?x=1\r\n" in said
    cookie = said.partition(b"set-cookie: ")[2].partition(b";")[0].decode()
    said = await door.get("/a?x=1", host=HOST, cookie=f"theirs=1; {cookie}")
    assert b"GET /a?x=1 HTTP/1.1\r\n" in said
    assert b"cookie: theirs=1\r\n" in said
    assert b"nurseryd" not in said.partition(b"\r\n\r\n")[2]


async def test_on_one_host_the_cookie_says_which_preview(door):
    cookie = f"nurseryd_preview={ticket()}"
    await door.get(host="localhost", cookie=cookie, sec_fetch_mode="navigate")
    assert [visit.id for visit in door.sent("visits")] == [ONE.preview_id]


async def test_the_api_s_token_opens_every_door_and_goes_no_further(door):
    said = await door.get(host="localhost", authorization=f"Bearer {TOKEN}")
    assert said.startswith(b"HTTP/1.1 200 ")
    assert TOKEN.encode() not in said


async def test_each_request_of_a_connection_is_looked_at_by_itself(door):
    mine, other = f"nurseryd_preview={ticket()}", f"{TWO.preview_id}.localhost"
    said = await door.exchange(
        request(host=HOST, cookie=mine)
        + request(host=other, cookie=mine)
        + request(host="evil.test", cookie=mine)
        + request(host=HOST)
        + request(host=HOST, cookie=mine, connection="close")
    )
    statuses = re.findall(rb"^HTTP/1.1 ([0-9]+)", said, re.MULTILINE)
    assert statuses == [b"200", b"401", b"421", b"401", b"200"]


async def test_a_page_of_another_site_opens_no_socket_with_the_visitors_cookie(door):
    said = await door.get(
        host=HOST,
        cookie=f"nurseryd_preview={ticket()}",
        origin="https://evil.test",
        upgrade="websocket",
        sec_websocket_key="AAAA",
        sec_websocket_version="13",
    )
    assert said.startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize("host", ["nope.localhost", "other-0123abcd4567ef89.localhost"])
async def test_an_address_that_can_be_no_preview_is_as_unknown_as_one_that_is_none(host):
    async with front_door() as door:
        said = await door.get(host=host)
    assert said.startswith(b"HTTP/1.1 404 ")
    assert b"\r\nx-preview-state: none\r\n" in said
