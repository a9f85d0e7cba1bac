import json
import re
import shlex

from services.api.page_routes import first_edit


async def test_the_page_links_the_preview_and_shows_the_first_edit(client, headers):
    reply = await client.get("/", headers=headers | {"Host": "localhost:8080"})
    page = await reply.get_data(as_text=True)
    assert reply.mimetype == "text/html"
    assert '<a href="https://preview.example.com/">' in page
    assert '<a href="chat/demo/me/first">' in page
    assert "curl -sS http://localhost:8080/api/init" in page
    assert "curl -sS http://localhost:8080/api/execute" in page
    assert "TOKEN=$(cat &#x27;/run/nurseryd/the token&#x27;)" in page


async def test_the_page_loads_nothing_and_shows_no_token(client, headers):
    reply = await client.get("/", headers=headers)
    page = await reply.get_data(as_text=True)
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"<script|\bsrc=|@import|url\(", page)
    assert "a-token" not in page


async def test_what_a_request_says_of_the_host_is_escaped(client, headers):
    reply = await client.get("/", headers=headers | {"Host": "<b>"})
    assert "<b>" not in await reply.get_data(as_text=True)


async def test_the_commands_of_the_page_are_valid_shell_and_valid_requests():
    commands = dict(first_edit("http://localhost:8080", "the-token"))
    thread = {"clientId": "demo", "userId": "me", "threadId": "first"}
    init = shlex.split(commands["Open a thread"])
    assert json.loads(init[init.index("-d") + 1]) == thread
    execute = shlex.split(commands["Change something"])
    body = json.loads(execute[execute.index("-d") + 1])
    assert body == thread | {"instruction": "Change the heading to Hello, world"}
