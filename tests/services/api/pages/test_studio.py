"""The pages of the studio: what they may load, who may frame them, and the token in an address."""

import re
import time

import pytest

from services.api import Options
from services.api.pages.studio import BUILT
from services.messages import Activity, Scope
from services.messages.tokens import Access, Grant, sign
from tests.services.api.conftest import TOKEN

THREAD, EMBED = "/studio/acme/ann/t1", "/embed/acme/ann/t1"
PAGES = {"/": "index", "/studio/acme/ann": "index", THREAD: "index", EMBED: "embed", "/ops": "ops"}
APP = "https://app.example.com"
FRAME = {
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "iframe",
    "Sec-Fetch-Site": "cross-site",
    "Referer": f"{APP}/",
}
LOOKS = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def scoped(scope="thread:acme/ann/t1", seconds=60, access=Access.FULL):
    return sign(TOKEN, Grant(Scope.parse(scope), access, int(time.time()) + seconds))


def policy_of(reply):
    [policy] = reply.headers.getlist("Content-Security-Policy")
    return dict(part.strip().split(" ", 1) for part in policy.split(";"))


@pytest.mark.parametrize("path", PAGES)
async def test_everybody_may_have_the_page_which_loads_its_own_parts_alone(client, path):
    reply = await client.get(path)
    assert (reply.status_code, reply.mimetype) == (200, "text/html")
    assert f"<title>{PAGES[path]}</title>" in await reply.get_data(as_text=True)
    assert policy_of(reply) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "frame-src": "https://*.preview.example.com",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "lit-html",
    }
    assert reply.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in reply.headers
    head = await client.head(path)
    assert (head.status_code, head.headers["ETag"]) == (200, reply.headers["ETag"])
    wrong = await client.post(path)
    assert wrong.status_code == 405
    assert "GET" in wrong.headers["Allow"]


@pytest.mark.parametrize(
    "path", ["/studio/acme/ann/.git", "/studio/acme/.x", "/embed/a/b/-", "/studio/a/b/t1?token=x/"]
)
async def test_ids_that_cannot_be_used_have_no_page(client, path):
    path, _, query = path.partition("?")
    path = f"{path}%00" if query else path
    assert (await client.get(path)).status_code == 400


async def test_a_studio_that_was_not_built_says_so(client, studio):
    (studio / "index.html").unlink()
    reply = await client.get("/")
    assert reply.status_code == 501
    assert "make studio" in (await reply.get_json())["detail"]


# Visits, of which an idle container hears.


@pytest.mark.parametrize("path", PAGES)
async def test_a_visit_of_somebody_known_counts_and_no_other(client, fakes, headers, path):
    browser = {"Accept": "text/html,*/*"}
    for shown in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": "nurseryd_token=wrong"}):
        await client.get(path, headers=browser | shown)
    await client.get(path, headers=headers)
    await client.head(path, headers=browser | headers)
    await client.get(path, headers=LOOKS | headers | {"Sec-Purpose": "prefetch"})
    await client.get("/v1/session", headers=browser | headers)
    await client.get("/assets/index.js", headers=browser | headers)
    assert fakes.activities() == []
    await client.get(path, headers=LOOKS | headers)
    await client.get(path, headers=browser | {"Cookie": f"nurseryd_token={scoped()}"})
    assert fakes.activities() == [Activity("navigation")] * 2


# A token in the address.


@pytest.mark.parametrize("path", [*PAGES])
async def test_a_page_opened_with_a_token_remembers_it_and_clears_the_address(client, path):
    token = scoped("operator") if path == "/ops" else scoped()
    query = {"to": "/a b?c", "token": token, "x": "1"}
    reply = await client.get(path, query_string=query)
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{path}?to=%2Fa+b%3Fc&x=1")
    [cookie] = reply.headers.getlist("Set-Cookie")
    assert cookie.startswith(f"nurseryd_token={token};")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Expires="):
        assert part in cookie
    for part in ("Secure", "Partitioned", "Domain"):
        assert part not in cookie
    assert (await client.get("/v1/session")).status_code == 200


async def test_a_token_that_does_not_open_it_leads_to_the_page_with_a_word_for_why(client):
    for token, word in {
        scoped(seconds=-1): "expired",
        "stale": "unknown",
        "": "unknown",
        scoped()[:-1]: "unknown",
        scoped("thread:acme/ann/t2"): "other",
        scoped("client:other"): "other",
    }.items():
        reply = await client.get(THREAD, query_string={"token": token})
        assert (reply.status_code, reply.headers["Location"]) == (303, f"{THREAD}#problem={word}")
        assert "Set-Cookie" not in reply.headers


async def test_the_operators_page_is_not_opened_with_less(client):
    reply = await client.get("/ops", query_string={"token": scoped()})
    assert reply.headers["Location"] == "/ops#problem=other"


async def test_a_stale_link_does_no_harm_where_the_cookie_is_good(client):
    headers = {"Cookie": f"nurseryd_token={TOKEN}"}
    reply = await client.get("/", query_string={"token": "stale"}, headers=headers)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/")
    assert "Set-Cookie" not in reply.headers


async def test_a_token_in_an_address_opens_pages_alone(client, fakes):
    for path in ("/api/status/acme/ann/t1", "/v1/threads/acme/ann", "/v1/session", "/v1/nothing"):
        assert (await client.get(path, query_string={"token": TOKEN})).status_code == 401
    for path in (THREAD, "/v1/session"):
        reply = await client.put(path, query_string={"token": TOKEN})
        assert reply.status_code in (401, 405)
        assert "Set-Cookie" not in reply.headers
    assert fakes.asked == []


async def test_what_is_loaded_in_the_background_leaves_the_session_alone(client):
    for headers in (
        {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image", "Sec-Fetch-Site": "same-site"},
        FRAME,
    ):
        reply = await client.get(THREAD, query_string={"token": scoped()}, headers=headers)
        assert reply.headers["Location"] == f"{THREAD}#problem=other"
        assert "Set-Cookie" not in reply.headers


class TestGuesses:
    @pytest.fixture
    def options(self):
        return Options(guesses=1)

    async def test_who_guesses_has_to_wait_here_too(self, client):
        words = []
        for token in ("wrong", "wrong", TOKEN):
            reply = await client.get("/", query_string={"token": token})
            words.append(reply.headers["Location"])
            assert "Set-Cookie" not in reply.headers
        assert words == ["/#problem=unknown", "/#problem=wait", "/#problem=wait"]


class TestOnOneHost:
    @pytest.fixture
    def options(self):
        return Options(preview="http://127.0.0.1:4322/", wildcard=False)

    async def test_the_frame_is_that_host(self, client):
        assert policy_of(await client.get("/"))["frame-src"] == "http://127.0.0.1:4322"


class TestOnThisMachine:
    @pytest.fixture
    def options(self):
        return Options(preview="http://127.0.0.1:4322/")

    async def test_the_frames_are_names_below_localhost(self, client):
        assert policy_of(await client.get("/"))["frame-src"] == "http://*.localhost:4322"


class TestInFrames:
    @pytest.fixture
    def options(self):
        return Options(origins=(APP, "http://localhost:3000"), trusted=("10.0.0.0/8",))

    async def test_pages_of_the_named_origins_may_have_a_conversation_in_a_frame(self, client):
        ancestors = {path: policy_of(await client.get(path))["frame-ancestors"] for path in PAGES}
        named = f"{APP} http://localhost:3000"
        own = dict.fromkeys(("/", "/ops"), "'none'")
        assert ancestors == own | dict.fromkeys(("/studio/acme/ann", THREAD, EMBED), named)

    async def enter(self, client, path=EMBED, host="edit.example.com", said="https", **headers):
        headers = FRAME | {"Host": host, "X-Forwarded-Proto": said} | headers
        return await client.get(
            path,
            query_string={"token": scoped()},
            headers=headers,
            scope_base={"client": ("10.0.0.1", 1)},
        )

    @pytest.mark.parametrize(
        ("host", "said"),
        [("edit.example.com", "https"), ("127.0.0.1:8080", "http"), ("a.localhost", "http")],
    )
    async def test_there_the_cookie_is_one_for_frames_of_that_site(self, client, host, said):
        reply = await self.enter(client, host=host, said=said)
        assert reply.headers["Location"] == EMBED
        [cookie] = reply.headers.getlist("Set-Cookie")
        parts = set(cookie.split("; "))
        assert {"HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/"} <= parts
        assert cookie.startswith("__Host-nurseryd_token=") is (said == "https")

    @pytest.mark.parametrize("host", ["edit.example.com", "xn--a", "[:::]", "["])
    async def test_without_tls_beyond_this_machine_there_is_none(self, client, host):
        without = client.app.test_client(use_cookies=False)  # whose sites it would look for
        reply = await self.enter(without, host=host, said="http")
        assert (reply.headers["Location"], "Set-Cookie" in reply.headers) == (EMBED, False)

    async def test_on_the_same_site_it_is_the_usual_one(self, client):
        reply = await self.enter(client, **{"Sec-Fetch-Site": "same-site"})
        cookie = reply.headers["Set-Cookie"]
        assert cookie.startswith("__Host-nurseryd_token=")
        assert {"Secure", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        for part in ("Partitioned", "Domain"):
            assert part not in cookie

    @pytest.mark.parametrize("referer", ["https://evil.example/", ""])
    async def test_a_page_that_is_not_named_signs_nobody_in(self, client, referer):
        reply = await self.enter(client, Referer=referer)
        assert reply.headers["Location"] == f"{EMBED}#problem=other"
        assert "Set-Cookie" not in reply.headers

    async def test_nobody_is_signed_in_in_a_frame_of_what_none_may_frame(self, client):
        reply = await self.enter(client, path="/")
        assert reply.headers["Location"] == "/#problem=other"
        assert "Set-Cookie" not in reply.headers


class TestAsShipped:
    @pytest.fixture
    def studio(self):
        return BUILT

    @pytest.mark.parametrize("path", PAGES)
    async def test_every_part_that_a_page_names_is_there(self, client, path):
        page = await (await client.get(path)).get_data(as_text=True)
        parts = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert any(part.endswith(".js") for part in parts)
        for part in (*parts, "/assets/live-edit.js"):
            assert (await client.get(part)).status_code == 200, part
