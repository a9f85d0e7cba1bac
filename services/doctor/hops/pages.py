"""The hops of a page: itself, in a frame, and Vite's client in it."""

from __future__ import annotations

import dataclasses
import time
from email.utils import parsedate_to_datetime

import trio

from services.doctor.causes import Broken, Symptom
from services.doctor.dial import connect, speaks_tls
from services.doctor.judging import (
    check_frame,
    check_status,
    client_of,
    coming,
    read_client,
    redirect,
)
from services.doctor.way import NotTried, Way
from services.doctor.web import Answer, Headers

MOST_REDIRECTS = 5
AGAIN = 1.0  # seconds until a preview that is on its way is asked for again
MOST_SKEW = 60.0  # seconds

_NAVIGATION: Headers = [
    ("Accept", "text/html,application/xhtml+xml"),
    ("Accept-Encoding", "identity"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Site", "none"),
]


async def http(way: Way) -> str:
    path = way.target.path
    for _ in range(MOST_REDIRECTS):
        try:
            page = await open_page(way, path)
        except Broken as broken:
            raise await _tls_after_all(way, broken) from None
        there = redirect(page, way.target, path)
        if there is None:
            break
        way.keep_cookies(page)
        path = there
    else:
        raise Broken(Symptom.REDIRECT_LOOP, f"it sent on {MOST_REDIRECTS} times")
    _check(way, page)
    way.target = dataclasses.replace(way.target, path=path)
    way.page = page
    way.client_path = client_of(page) or "/@vite/client"
    if page.status >= 400:
        return f"it answers {page.status}: an error of the site itself, or nobody's page"
    return f"it answers {page.status} with a page of the dev server"


async def _tls_after_all(way: Way, broken: Broken) -> Broken:
    """Some servers just hang up on plain HTTP at a port of TLS."""
    if way.target.secure or broken.symptom is not Symptom.HUNG_UP:
        return broken
    async with await connect(way.addresses, way.target.port, way.wait) as stream:
        if await speaks_tls(stream):
            return Broken(Symptom.TLS_WHERE_PLAIN, "it hangs up on plain http, and answers TLS")
    return broken


async def open_page(way: Way, path: str) -> Answer:
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


async def frame(way: Way) -> str:
    if way.page is None:
        raise NotTried("there is no page")
    check_frame(way.page)
    if way.target.secure or way.target.is_local:
        return "other pages may show it in a frame"
    return "pages of http may show it in a frame; in those of https it stays blank"


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
        nobodys = way.page is not None and way.page.status >= 400
        if nobodys and broken.symptom in (Symptom.CLIENT_MISSING, Symptom.CLIENT_IS_A_PAGE):
            seen = f"the page is an error, and {way.client_path} too: {broken.seen}"
            raise Broken(Symptom.SOMEBODY_ELSE, seen) from None
        raise
    return f"Vite's client, {len(answer.body)} bytes, from no cache"


async def clock(way: Way) -> str:
    if way.answered is None or not (date := way.answered.get("date")):
        raise NotTried("no answer said what time it is")
    try:
        skew = time.time() - parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        raise NotTried(f"{date[:40]!r} is no time") from None
    if abs(skew) > MOST_SKEW:
        which = "behind" if skew > 0 else "ahead of"
        raise Broken(Symptom.CLOCK, f"its clock is {abs(skew):.0f} s {which} ours")
    return "both clocks agree"
