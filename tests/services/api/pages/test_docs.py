import re
from html.parser import HTMLParser

import pytest

from services.api.pages import docs
from services.api.pages.docs import hashed
from services.api.pages.docs_html import STYLE
from services.api.pages.docs_parts import Operation, curl, operation, text

VOID = {"br", "link", "meta"}


class Page(HTMLParser):
    """What is in a page: its ids, where it links to, what it loads. All tags have ends."""

    def __init__(self, html):
        super().__init__()
        self.ids, self.links, self.tags, self._open = [], [], [], []
        self.feed(html)
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            elif name in ("href", "src"):
                self.links.append(value)
            assert not name.startswith("on")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag


@pytest.fixture
async def reply(client):
    return await client.get("/docs", headers={"Host": "nurseryd.example.com"})


async def test_everybody_may_read_how_the_api_is_used(client, reply):
    assert reply.status_code == 200
    assert reply.content_type == "text/html; charset=utf-8"
    page = Page(await reply.get_data(as_text=True))
    document = await (await client.get("/openapi.json")).get_json()
    for methods in document["paths"].values():
        for described in methods.values():
            assert described["operationId"] in page.ids
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        assert link == "openapi.json" or link.removeprefix("#") in page.ids


async def test_nothing_is_loaded_and_nothing_runs(reply):
    html = await reply.get_data(as_text=True)
    assert "script" not in Page(html).tags
    (style,) = re.findall("<style>(.*?)</style>", html, re.DOTALL)
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert f"style-src '{hashed(style)}'" in policy
    assert "script-src" not in policy
    assert "url(" not in STYLE
    assert "@import" not in STYLE


async def test_a_command_asks_where_the_page_was_asked_for(client, reply):
    html = await reply.get_data(as_text=True)
    assert "curl -sS http://nurseryd.example.com/health" in html
    elsewhere = await client.get("/docs", headers={"Host": "other.example.com"})
    assert "nurseryd.example.com" not in await elsewhere.get_data(as_text=True)


async def test_the_page_is_made_once_by_whatever_names_it_is_asked_for(client, monkeypatch):
    """Nobody needs a token for it, and it takes a fifth of a second."""
    made = []
    monkeypatch.setattr(docs, "render", lambda document, at: made.append(at) or f"<p>{at}/health")
    for number in range(5):
        host = f"{number}.example.com"
        told = await (await client.get("/docs", headers={"Host": host})).get_data(as_text=True)
        assert told == f"<p>http://{host}/health"
    assert len(made) == 1


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("https://api.example.com", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://xn--grn-ioa.example", True),
        ("http://", False),
        ("http://a;reboot", False),
        ("http://$(id)", False),
        ("http://a'b", False),
        ("http://a&b", False),
    ],
)
def test_a_name_that_means_something_to_a_shell_or_to_a_browser_is_not_repeated(address, plain):
    assert docs.shown(address) == (address if plain else "http://nurseryd.invalid")


@pytest.mark.parametrize("host", ["xn--a", "[:::]", "[", "a b", ""])
async def test_who_asks_for_a_host_that_is_nobodys_gets_the_page_as_well(client, host):
    without = client.app.test_client(use_cookies=False)  # whose sites it would look for
    reply = await without.get("/docs", headers={"Host": host})
    assert reply.status_code == 200
    assert "curl -sS http://" in await reply.get_data(as_text=True)


def test_a_command_can_be_run_as_it_is():
    described = {
        "security": [{"bearer": ["thread"]}],
        "requestBody": {
            "content": {"application/json": {"schema": {}, "example": {"say": "it's <here>"}}}
        },
        "responses": {},
    }
    found = Operation("POST", "/v1/{client}/{turn}", described)
    assert curl(found, "http://127.0.0.1:8080") == (
        "curl -sS -X POST http://127.0.0.1:8080/v1/example/t-1 \\\n"
        '  -H "Authorization: Bearer $TOKEN" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        '  -d \'{"say": "it\'"\'"\'s <here>"}\''
    )


def test_what_is_written_is_shown_and_not_obeyed():
    described = {
        "operationId": "look",
        "summary": "<b>Look</b> at `a < b`.",
        "description": "One.\n\n<script>alert(1)</script>",
        "security": [],
        "parameters": [
            {"name": "<i>", "in": "query", "schema": {"type": "string", "default": '"><'}}
        ],
        "responses": {"200": {"description": "<u>", "content": {}}},
    }
    html = operation(Operation("GET", "/look", described), {}, "http://<host>")
    Page(html)
    for tag in ("<b>Look", "<script", "<i>", "<u>", "<host"):
        assert tag not in html
    assert text("`a < b`") == "<code>a &lt; b</code>"
