"""The API: any request gets what it asks for, or is told what is wrong with it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from hypothesis import strategies as st

from services.api import Options
from services.api.app import build
from services.api.errors import Problem
from services.api.grace import Grace
from services.api.streams.journals import resumed
from services.api.streams.places import parsed
from services.hmr.credentials import is_for_us, is_token, read_shown, site_cookies
from services.keyring.ring import Keyring
from services.messages import Activity, Scope
from services.messages.tickets import issue
from services.messages.tickets import read as read_ticket
from services.messages.tokens import Access, BadToken, Grant, sign, verify
from tests.fuzz.claim import holds
from tests.fuzz.host import hosted, said
from tests.fuzz.mutating import JSON, mutated
from tests.fuzz.test_http11 import WORDS as HTTP
from tests.services.api.conftest import TOKEN
from tests.services.api.fakes import IDS, KEY, Fakes, build_studio
from tests.services.api.server.serving import serving

NOW = 1_780_000_000
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
SCOPED = sign(TOKEN, Grant(Scope("acme", "ann"), Access.READ, NOW + 3600))
TICKET = issue(TOKEN, KEY.preview_id, NOW + 3600)
ASKED: list[tuple[str, dict[str, object]]] = [
    ("POST /api/init", {**IDS, "repoUrl": "https://git.example.com/a.git", "depth": 1}),
    ("POST /api/execute", {**IDS, "instruction": "Say hello.", "mode": "plan"}),
    ("POST /v1/threads/acme/ann/t1/turns?wait=1", {"instruction": "Say hello."}),
    ("POST /v1/tokens", {"scope": "thread:acme/ann/t1", "access": "read", "seconds": 60}),
    ("POST /v1/tickets", {"scope": "client:acme", "seconds": 60}),
    ("PUT /v1/session", {}),
    ("GET /v1/session?ticket=x", {}),
    ("GET /embed/acme/ann/t1?token=a-token", {}),
    ("GET /docs", {}),
]
HEADERS = [
    b"Host: localhost\r\nAuthorization: Bearer a-token\r\n",
    b"Host: a.b:80\r\nAuthorization: Bearer a-token\r\nContent-Type: application/json\r\n",
    b"Host: [::1]\r\nAuthorization: Bearer a-token\r\nIdempotency-Key: k\r\n"
    b"Expect: 100-continue\r\n",
    b"Host: a\r\nAuthorization: Bearer a-token\r\nForwarded: for=10.0.0.1;proto=https;host=h\r\n",
    b"Host: a\r\nAuthorization: Bearer a-token\r\nX-Forwarded-For: 10.0.0.1\r\n"
    b"X-Forwarded-Proto: https\r\nX-Forwarded-Host: b\r\nOrigin: https://b\r\n",
    b"Host: a\r\nCookie: nurseryd_token=" + SCOPED.encode() + b"; a=b\r\nSec-Fetch-Site: none\r\n",
]
NOBODYS = (b"Host: [:::]\r\n", b"Host: xn--a\r\n")
WORDS = (
    *NOBODYS,
    b"Host: [1]\r\n",
    b"Host: a:99999\r\n",
    b"Origin: http://[\r\n",
    b"X-Forwarded-Host: [1]\r\n",
    b"Content-Type: text/plain\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Accept-Encoding: \xff\r\n",
    b"Range: bytes=9-1\r\n",
    b"Cookie: " + b"a=b;" * 500 + b"\r\n",
    b"nt1.",
)


@asynccontextmanager
async def api(folder: Path) -> AsyncGenerator[int]:
    """The port of a server with the application, which asks fakes."""
    fakes = Fakes(folder)
    context = fakes.harness.context(Options(preview="https://preview.example.com/"))
    grace = Grace(3.0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(fakes.answer)
        nursery.start_soon(grace.end_after, fakes.harness.stopping)
        app = build(
            context,
            keyring=Keyring(TOKEN),
            activity=context.sender("activity", Activity),
            grace=grace,
            studio=build_studio(folder / "studio"),
            lately=fakes.lately,
        )
        async with serving(app, head=0.1, idle=0.1) as door:
            yield door.port
        nursery.cancel_scope.cancel()


def test_any_request_is_answered_and_no_mistake_of_the_server():
    with tempfile.TemporaryDirectory() as folder, hosted(lambda: api(Path(folder))) as port:

        def asked(given: tuple[str, bytes, bytes]) -> bool:
            line, headers, body = given
            head = b"%b HTTP/1.1\r\n%bConnection: close\r\n" % (line.encode(), headers)
            head += b"Content-Length: %d\r\n\r\n" % len(body)
            answer = said(("127.0.0.1", port), head + body, end=False)
            if not answer:
                return False
            head, _, told = answer.removeprefix(CONTINUE).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 ")
            status = int(head[9:12])
            assert status < 500 or status in (501, 505), answer
            assert status < 400 or b"cannot " in told, answer
            return status < 300

        requests = [
            st.tuples(
                st.just(line),
                mutated(HEADERS, (*HTTP, *WORDS)),
                mutated([json.dumps(body).encode()], JSON),
            )
            for line, body in ASKED
        ]
        deep = b'{"x":' + JSON[-1] + b"}"
        known = [(line, HEADERS[0], deep) for line, _ in ASKED]
        known += [("GET /docs", host, b"") for host in NOBODYS]
        holds(st.one_of(requests), asked, known=known)


@pytest.mark.parametrize("read", [resumed, parsed], ids=["event", "line"])
def test_any_last_event_id_is_a_place_or_refused(
    read: Callable[[str | None, str | None], object],
):
    def last_event_id(data: bytes) -> object:
        return read(data.decode("latin-1"), None)

    holds(mutated([b"17", b"1780000000000000-12"]), last_event_id, Problem)


def test_any_token_is_good_for_what_was_signed_or_none():
    def token(data: bytes) -> bool:
        text = data.decode("latin-1")
        found = verify([TOKEN, ""], text, NOW)
        # No other text than the one that was signed.
        return sign(found.signer, found.grant) == text

    whole = [sign(TOKEN, Grant(Scope())).encode(), SCOPED.encode()]
    holds(mutated(whole, (b"full", b"operator", b"never", b".")), token, BadToken)


def test_any_ticket_admits_to_what_was_signed_or_nothing():
    def ticket(data: bytes) -> bool:
        text = data.decode("latin-1")
        found = read_ticket([TOKEN], text, NOW)
        return found is not None and issue(TOKEN, *found) == text

    holds(mutated([TICKET.encode()], (b"-built", b"9" * 12, b".")), ticket)


def test_no_header_that_shows_who_the_visitor_is_reaches_a_site():
    def shown(data: bytes) -> bool:
        found = read_shown([(b"cookie", data), (b"authorization", data)])
        for cookie in site_cookies(data).split(b";"):
            again = read_shown([(b"cookie", cookie)])
            assert not again.token_cookies
            assert not again.ticket_cookies
        if is_token(found.bearer, [TOKEN]):
            assert is_for_us(data, [TOKEN])
        return bool(found.bearer or found.token_cookies or found.ticket_cookies)

    cookies = [
        b"a=b; nurseryd_token=a-token; c=d",
        b"nurseryd_preview=" + TICKET.encode(),
        b"Bearer a-token",
    ]
    holds(mutated(cookies, (b"__Host-nurseryd_token", b";", b"=", b"Basic")), shown)
