"""The page to talk on: who may open it, and what it may load."""

import re

import pytest

from services.api import Options
from tests.services.api.conftest import TOKEN
from tests.services.api.fakes import KEY

CHAT = "/chat/acme/ann/t1"


async def test_the_page_may_load_its_own_parts_and_frame_its_own_preview(client, headers):
    reply = await client.get(CHAT, headers=headers)
    assert (reply.status_code, reply.mimetype) == (200, "text/html")
    policy = dict(
        part.strip().split(" ", 1) for part in reply.headers["Content-Security-Policy"].split(";")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "data:",
        "frame-src": f"https://{KEY.preview_id}.preview.example.com",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    page = await reply.get_data(as_text=True)
    assert not re.search(r"<script(?![^>]*src=)|<style|\bon\w+=|\bstyle=|https?://", page)
    assert TOKEN not in page


async def test_every_part_that_the_page_names_is_there(client, headers):
    page = await (await client.get(CHAT, headers=headers)).get_data(as_text=True)
    parts = re.findall(r'(?:src|href)="\.\./\.\./([^"]+)"', page)
    assert sorted(parts) == ["chat.css", "chat.js"]
    found = {}
    while parts:
        name = parts.pop()
        reply = await client.get(f"/chat/{name}", headers=headers)
        assert reply.status_code == 200
        found[name] = reply.mimetype
        text = await reply.get_data(as_text=True)
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
        parts += [part for part in re.findall(r'from "\./([^"]+)"', text) if part not in found]
    assert found == {
        "chat.css": "text/css",
        "chat.js": "text/javascript",
        "api.js": "text/javascript",
        "conversation.js": "text/javascript",
        "page.js": "text/javascript",
        "view.js": "text/javascript",
    }


@pytest.mark.parametrize("name", ["index.html", "nothing.js", "__init__.py", "..%2fpage.py"])
async def test_nothing_else_is_served_as_a_part(client, headers, name):
    assert (await client.get(f"/chat/{name}", headers=headers)).status_code == 404


async def test_a_token_in_the_address_becomes_a_cookie(client, headers):
    reply = await client.get(f"{CHAT}?token={TOKEN}")
    assert (reply.status_code, reply.headers["Location"]) == (303, CHAT)
    assert (await client.get(CHAT)).status_code == 200


async def test_nothing_of_it_is_open_to_everyone(client):
    for path in (CHAT, "/chat/chat.js"):
        assert (await client.get(path)).status_code == 401


async def test_ids_that_cannot_be_used_have_no_page(client, headers):
    assert (await client.get("/chat/acme/ann/.git", headers=headers)).status_code == 400


class TestOnOneHost:
    @pytest.fixture
    def options(self):
        return Options(preview="http://127.0.0.1:4322/", wildcard=False)

    async def test_the_frame_is_that_host(self, client, headers):
        reply = await client.get(CHAT, headers=headers)
        assert "frame-src http://127.0.0.1:4322;" in reply.headers["Content-Security-Policy"]
