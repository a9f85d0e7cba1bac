"""Whatever answers at an address is told as a finding, in a time that grows with its length."""

from __future__ import annotations

import pytest

from services.doctor.causes import Broken, Symptom
from services.doctor.judging import check_status, client_of, kind_of, read_client
from services.doctor.web import Answer
from tests.services.doctor.standins import CLIENT, PAGE, Site, answer, listening, path_of, proxy
from tests.services.doctor.walks import failing, local, symptom_of, walked


async def test_a_way_to_no_address_is_told_without_what_may_be_secret():
    page = answer("302 Found", "", "Location: //[x?ticket=abc")
    async with listening(proxy(1, answers=lambda _: page)) as port:
        findings = await walked(local(port))
    assert symptom_of(findings.failed) is Symptom.ELSEWHERE
    assert findings.failed.seen == "it answers 302 and sends to //[x, which is no address"


async def test_a_script_from_no_address_has_been_rewritten():
    page = answer("200 OK", PAGE.replace("/@vite", "//[/@vite"))
    async with listening(proxy(1, answers=lambda _: page)) as port:
        assert await failing(local(port)) == ("http", Symptom.PAGE_REWRITTEN)


async def test_a_way_and_a_cookie_in_any_letters_are_followed():
    site = Site()

    def answers(head):
        if path_of(head) == "/":
            return answer("303 See Other", "", "Location: /über uns", "Set-Cookie: p=ü")
        return None

    async with listening(site.serve) as behind, listening(proxy(behind, answers=answers)) as port:
        assert (await walked(local(port))).failed is None
    assert path_of(site.heard[0]) == "/%C3%BCber%20uns"
    assert "\r\nCookie: p=ü\r\n" in site.heard[0].decode()


@pytest.mark.parametrize("port", ["[" * 100_000, "9" * 5000])
async def test_a_client_that_is_set_to_nonsense_is_set_to_nothing(port):
    site = Site(client=CLIENT.replace("hmrPort = null", f"hmrPort = {port}"))
    async with listening(site.serve) as door:
        assert (await walked(local(door))).failed is None


async def test_a_socket_at_a_path_in_any_letters_is_asked_for():
    site = Site(client=CLIENT.replace('"/"', '"/über uns"'))
    async with listening(site.serve) as port:
        assert await failing(local(port)) == ("websocket", Symptom.UPGRADE_BAD)
    assert path_of(site.heard[-1]) == "/%C3%BCber%20uns?token=t0ken"


def test_a_message_in_lists_in_lists_is_of_no_kind():
    assert kind_of("[" * 100_000) == ""


# What takes the square of its length takes hours here, in which nobody else in the process runs.
@pytest.mark.parametrize("again", ["<script ", "<script src=", "<input ", "<input type="])
def test_a_page_that_begins_many_tags_is_read_in_one_go(again):
    with pytest.raises(Broken) as broken:
        client_of(Answer(200, (), again.encode() * 300_000))
    assert broken.value.symptom is Symptom.SOMEBODY_ELSE


@pytest.mark.parametrize("again", ["socketHost=`${", "socketProtocol=", "socketProtocol= "])
def test_a_client_that_begins_many_settings_is_read_in_one_go(again):
    text = "vite-hmr " + again * 200_000 + " " * 200_000
    answered = Answer(200, (("content-type", "text/javascript"),), text.encode())
    assert read_client(answered).path == "/"


def test_a_notice_that_begins_many_reasons_is_read_in_one_go():
    page = (("content-type", "text/html"), ("x-preview-state", "failed"))
    with pytest.raises(Broken):
        check_status(Answer(503, page, b'<p id="why">' * 300_000))
