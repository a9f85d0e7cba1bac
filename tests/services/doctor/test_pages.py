"""Each thing that stands between a browser and a page is named."""

from __future__ import annotations

import pytest
import trio

from services.doctor.causes import Symptom
from services.messages import Verdict
from tests.certificates import certificate
from tests.services.doctor.standins import (
    CLIENT,
    PAGE,
    Site,
    answer,
    header,
    listening,
    path_of,
    proxy,
    server_tls,
)
from tests.services.doctor.walks import ID, failing, local, symptom_of, walked


async def test_tls_where_the_address_says_http(tmp_path):
    cert = certificate(tmp_path / "certificate.pem", f"{ID}.localhost")
    async with listening(Site().serve, server_tls(cert)) as port:
        assert await failing(local(port)) == ("http", Symptom.TLS_WHERE_PLAIN)


async def test_a_proxy_that_drops_connections():
    async def drop(stream):
        await stream.receive_some(65536)
        await stream.aclose()

    async with listening(drop) as port:
        assert await failing(local(port)) == ("http", Symptom.HUNG_UP)


async def test_a_proxy_that_never_answers(autojump_clock):
    async def silent(_stream):
        await trio.sleep_forever()

    async with listening(silent) as port:
        assert await failing(local(port)) == ("http", Symptom.HTTP_SILENT)


async def test_something_that_is_no_web_server():
    async def ssh(stream):
        await stream.send_all(b"SSH-2.0-OpenSSH_9.6\r\n")
        await trio.sleep_forever()

    async with listening(ssh) as port:
        assert await failing(local(port)) == ("http", Symptom.NOT_HTTP)


NOTICE = "Cache-Control: no-store"

PAGES = {
    Symptom.LOGIN: answer(
        "302 Found", "", "Location: https://sso.example.com/oauth2/authorize?x=1"
    ),
    Symptom.TO_HTTPS: answer("301 Moved", "", f"Location: https://{ID}.localhost/"),
    Symptom.ELSEWHERE: answer("301 Moved", "", "Location: https://www.example.com/"),
    Symptom.REDIRECT_LOOP: answer("301 Moved", "", "Location: /"),
    Symptom.PASSWORD: answer("401 No", "", 'WWW-Authenticate: Basic realm="staging"'),
    Symptom.TOKEN_WANTED: answer("401 No", "cannot show this preview without a signed link"),
    Symptom.FORBIDDEN: answer("403 Forbidden", "Request blocked by policy 17"),
    Symptom.PAST_THE_DOOR: answer("403 Forbidden", "Blocked request. This host is not allowed."),
    Symptom.HOST_NOT_SERVED: answer("421 Misdirected Request", "cannot serve the host 'x'"),
    Symptom.BAD_GATEWAY: answer("502 Bad Gateway", "", "Server: awselb/2.0"),
    Symptom.UNAVAILABLE: answer("503 Service Unavailable", "", "Server: awselb/2.0"),
    Symptom.GATEWAY_TIMEOUT: answer("504 Gateway Time-out", "", "Server: nginx"),
    Symptom.NO_SITE: answer("503 No", "No site is open yet.", "x-preview-state: none"),
    Symptom.SITE_FAILED: answer("503 No", "Your site cannot start.", "x-preview-state: failed"),
    Symptom.SOMEBODY_ELSE: answer("200 OK", "<html>It works!</html>"),
    Symptom.PAGE_REWRITTEN: answer(
        "200 OK", '<script type="12ab-module" src="/@vite/client"></script>'
    ),
    Symptom.TLS_WHERE_PLAIN: answer(
        "400 Bad Request", "The plain HTTP request was sent to HTTPS port", "Server: nginx"
    ),
}


@pytest.mark.parametrize("symptom", PAGES)
async def test_a_page_that_is_somebody_elses(symptom):
    async with listening(proxy(1, answers=lambda _: PAGES[symptom])) as port:
        assert await failing(local(port)) == ("http", symptom)


async def test_a_login_page_in_place_of_the_site():
    page = answer("200 OK", "<form><input name=p type='password'></form>")
    async with listening(proxy(1, answers=lambda _: page)) as port:
        assert await failing(local(port)) == ("http", Symptom.LOGIN)


async def test_what_the_front_door_says_is_told():
    notice = answer(
        "503 No", '<p id="why">cannot find\nAstro</p>', "x-preview-state: failed", NOTICE
    )
    async with listening(proxy(1, answers=lambda _: notice)) as port:
        findings = await walked(local(port))
    assert "cannot find Astro" in findings.failed.seen


async def test_a_preview_on_its_way_is_waited_for():
    site, coming = Site(), [answer("503 No", "One moment.", "x-preview-state: starting")]

    def answers(_head):
        return coming.pop() if coming else None

    async with listening(site.serve) as behind, listening(proxy(behind, answers=answers)) as port:
        assert (await walked(local(port))).failed is None


async def test_a_preview_that_does_not_come(autojump_clock):
    starting = answer("503 No", "One moment.", "x-preview-state: starting")

    async def serve(stream):
        await proxy(1, answers=lambda _: starting)(stream)

    async with listening(serve) as port:
        found = await failing(local(port))
    assert found == ("http", Symptom.STILL_STARTING)


async def test_a_signed_link_is_followed_with_its_cookie():
    site = Site()

    def answers(head):
        if "ticket" in path_of(head):
            return answer("303 See Other", "", "Location: /", "Set-Cookie: p=1; Path=/; HttpOnly")
        return None if header(head, "cookie") == "p=1" else answer("401 No", "closed")

    async with listening(site.serve) as behind, listening(proxy(behind, answers=answers)) as port:
        assert (await walked(local(port, "/?ticket=abc"))).failed is None


async def test_the_token_opens_a_preview_and_goes_with_every_request():
    site = Site()

    def answers(head):
        return None if header(head, "authorization") == "Bearer t" else answer("401 No")

    async with listening(site.serve) as behind, listening(proxy(behind, answers=answers)) as port:
        assert (await walked(local(port), token="t")).failed is None
    assert len(site.heard) == 3


async def test_the_token_is_not_told_over_plain_http_to_another_machine(names):
    trio.socket.set_custom_hostname_resolver(names)
    heard = []

    def answers(head):
        heard.append(header(head, "authorization"))
        return answer("401 No")

    async with listening(proxy(1, answers=answers)) as port:
        address = f"http://{ID}.preview.example.test:{port}/"
        assert await failing(address, token="t") == ("http", Symptom.TOKEN_KEPT)
    assert heard == [""]


def with_header(line):
    return lambda head: answer("200 OK", PAGE, line) if path_of(head) == "/" else None


@pytest.mark.parametrize(
    "line",
    [
        "X-Frame-Options: SAMEORIGIN",
        "Content-Security-Policy: default-src *; frame-ancestors 'self'; img-src *",
    ],
)
async def test_a_page_that_no_frame_may_show_is_told_and_the_walk_goes_on(line):
    answers = with_header(line)
    async with listening(Site().serve) as behind, listening(proxy(behind, answers=answers)) as port:
        findings = await walked(local(port))
    assert findings.failed.name == "frame"
    assert symptom_of(findings.failed) is Symptom.FRAME_FORBIDDEN
    verdicts = {hop.name: hop.verdict for hop in findings.hops}
    assert verdicts["websocket"] is Verdict.PASSED


async def test_a_page_that_some_frames_may_show_is_fine():
    answers = with_header(
        "Content-Security-Policy: frame-ancestors 'self' https://app.example.com\r\n"
        "X-Frame-Options: DENY"
    )
    async with listening(Site().serve) as behind, listening(proxy(behind, answers=answers)) as port:
        assert (await walked(local(port))).failed is None


def of_client(own):
    return lambda head: own if path_of(head).startswith("/@vite") else None


SCRIPT = "Content-Type: text/javascript"

CLIENTS = {
    Symptom.CLIENT_IS_A_PAGE: answer("200 OK", "<html>the app</html>"),
    Symptom.CLIENT_MISSING: answer("404 Not Found", "no", "Content-Type: text/plain"),
    Symptom.CLIENT_REWRITTEN: answer("200 OK", "void 0", SCRIPT),
    Symptom.FORBIDDEN: answer("403 Forbidden", "suspicious path"),
}


@pytest.mark.parametrize("symptom", CLIENTS)
async def test_a_client_that_does_not_come_through(symptom):
    answers = of_client(CLIENTS[symptom])
    async with listening(Site().serve) as behind, listening(proxy(behind, answers=answers)) as port:
        assert await failing(local(port)) == ("client", symptom)


@pytest.mark.parametrize(
    "mark",
    [
        *(
            "Age: 120",
            f"Age: {'1' * 5000}",
            "CF-Cache-Status: HIT",
            "X-Cache: Hit from cloudfront",
            "X-Cache: HIT",
        ),
    ],
)
async def test_a_client_from_a_cache(mark):
    answers = of_client(answer("200 OK", CLIENT, SCRIPT, mark))
    async with listening(Site().serve) as behind, listening(proxy(behind, answers=answers)) as port:
        assert await failing(local(port)) == ("client", Symptom.CLIENT_CACHED)


@pytest.mark.parametrize("mark", ["Age: 0", "CF-Cache-Status: DYNAMIC", "X-Cache: Miss from x"])
async def test_a_client_that_only_passed_a_cache(mark):
    answers = of_client(answer("200 OK", CLIENT, SCRIPT, mark))
    async with listening(Site().serve) as behind, listening(proxy(behind, answers=answers)) as port:
        assert (await walked(local(port))).failed is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("hmrPort = null", "hmrPort = 4322"),
        ("${null || importMetaUrl.hostname}", '${"10.0.0.5" || importMetaUrl.hostname}'),
        ("socketProtocol = null", 'socketProtocol = "wss"'),
        ("socketProtocol = null", 'socketProtocol = "\\ud800"'),
    ],
)
async def test_a_site_that_sends_its_socket_elsewhere(before, after):
    assert before in CLIENT
    site = Site(client=CLIENT.replace(before, after))
    async with listening(site.serve) as port:
        findings = await walked(local(port))
    assert symptom_of(findings.failed) is Symptom.SITE_SENDS_ELSEWHERE
    assert findings.failed.seen.encode()


async def test_a_page_of_nobody_and_no_client_is_somebody_else():
    missing = answer("404 Not Found", "nothing here")
    async with listening(proxy(1, answers=lambda _: missing)) as port:
        name, symptom = await failing(local(port))
    assert (name, symptom) == ("client", Symptom.SOMEBODY_ELSE)


async def test_a_site_without_a_front_page_has_a_live_preview_all_the_same():
    site = Site()

    def answers(head):
        return answer("404 Not Found", "no page") if path_of(head) == "/" else None

    async with listening(site.serve) as behind, listening(proxy(behind, answers=answers)) as port:
        assert (await walked(local(port))).failed is None
