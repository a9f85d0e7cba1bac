"""A walk as a whole: its hops in order, and its end."""

from __future__ import annotations

import re
import time

import pytest
import trio

from services.doctor.causes import Symptom
from services.doctor.walk import STEPS, WHOLE, walk
from services.doctor.way import Way
from services.messages import Verdict
from tests.services.doctor.standins import (
    CLIENT,
    PAGE,
    Silent,
    Site,
    answer,
    listening,
    path_of,
    proxy,
)
from tests.services.doctor.walks import local, secure, symptom_of, walked


async def test_every_hop_is_passed_where_nothing_is_in_the_way():
    site = Site()
    async with listening(site.serve) as port:
        findings = await walked(local(port), edit=site.edit, patience=0.1)
    assert [hop.name for hop in findings.hops] == [step.name for step in STEPS]
    verdicts = {hop.name: hop.verdict for hop in findings.hops}
    assert verdicts.pop("tls") is Verdict.NOT_TRIED
    assert set(verdicts.values()) == {Verdict.PASSED}
    assert findings.failed is None


async def test_an_address_is_asked_for_as_a_browser_would_write_it():
    site = Site()
    async with listening(site.serve) as port:
        findings = await walked(local(port, "/über uns?ä"), edit=site.edit)
    assert findings.failed is None
    assert path_of(site.heard[0]) == "/%C3%BCber%20uns?%C3%A4"


async def test_what_no_request_can_say_is_a_hop_that_failed():
    async with listening(Site().serve) as port:
        findings = await walked(local(port), token="€")
    assert findings.failed.name == "http"
    assert "the token" in findings.failed.seen


async def test_each_hop_is_told_as_soon_as_it_is_done():
    told = []
    async with listening(Site().serve) as port:
        findings = await walk(Way(address=local(port)), told.append)
    assert tuple(told) == findings.hops


async def test_a_proxy_that_does_its_work_is_no_hop():
    site = Site()
    async with listening(site.serve) as behind, listening(proxy(behind)) as port:
        findings = await walked(local(port), edit=site.edit)
    assert findings.failed is None


async def test_a_clock_that_is_wrong_is_told_even_where_another_hop_failed():
    site = Site(date=time.time() - 3600, page=PAGE.replace("/@vite/client", "/other"))
    async with listening(site.serve) as port:
        findings = await walked(local(port))
    failed = [hop for hop in findings.hops if hop.verdict is Verdict.FAILED]
    assert [hop.name for hop in failed] == ["http", "clock"]
    assert re.search("its clock is 360[0-9] s behind ours", failed[1].seen)


@pytest.mark.parametrize("year", ["9" * 30, "9" * 5000])
async def test_a_clock_that_says_no_time_is_not_compared(year):
    page = answer("200 OK", PAGE, f"Date: Mon, 01 Jan {year} 00:00:00 GMT")
    client = answer("200 OK", CLIENT, "Content-Type: text/javascript", f"Date: 1 Jan {year} 0:0")

    def answers(head):
        return {"/": page, "/@vite/client": client}.get(path_of(head))

    async with listening(Site().serve) as behind, listening(proxy(behind, answers=answers)) as port:
        findings = await walked(local(port))
    assert findings.failed is None
    assert findings.hops[-1].verdict is Verdict.NOT_TRIED


async def test_the_whole_walk_has_an_end(autojump_clock):
    trio.socket.set_custom_hostname_resolver(Silent())
    began = trio.current_time()
    findings = await walked(secure(1), wait=100.0)
    assert symptom_of(findings.failed) is Symptom.OUT_OF_TIME
    assert trio.current_time() == pytest.approx(began + WHOLE)
