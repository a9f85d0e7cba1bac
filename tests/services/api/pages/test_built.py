"""The files that a browser loads, and asks for anew each time."""

import gzip
import os

import pytest

SCRIPT = "/assets/index.js"
GZIP = {"Accept-Encoding": "gzip, br"}


async def test_a_file_comes_packed_to_who_takes_that_and_is_there_for_all_origins(client, studio):
    plain = (studio / "assets/index.js").read_bytes()
    reply = await client.get(SCRIPT, headers=GZIP)
    packed = await reply.get_data()
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 4
    assert reply.headers["Content-Encoding"] == "gzip"
    assert reply.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert reply.headers["Cache-Control"] == "no-cache"
    assert reply.headers["Vary"] == "Accept-Encoding"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    reply = await client.get(SCRIPT, headers={"Accept-Encoding": "gzip;q=0"})
    assert await reply.get_data() == plain
    assert "Content-Encoding" not in reply.headers
    assert reply.headers["Vary"] == "Accept-Encoding"


async def test_each_form_has_a_strong_tag_by_which_it_is_not_sent_twice(client):
    tags = set()
    for headers in (GZIP, {}):
        tag = (await client.get(SCRIPT, headers=headers)).headers["ETag"]
        assert not tag.startswith("W/")
        tags.add(tag)
        for known in (tag, f'"other", {tag}'):
            again = await client.get(SCRIPT, headers=headers | {"If-None-Match": known})
            assert (again.status_code, await again.get_data()) == (304, b"")
            assert again.headers["ETag"] == tag
            assert again.headers["Cache-Control"] == "no-cache"
            assert again.headers["Access-Control-Allow-Origin"] == "*"
        reply = await client.get(SCRIPT, headers=headers | {"If-None-Match": '"other"'})
        assert reply.status_code == 200
    assert len(tags) == 2


async def test_what_was_built_again_is_sent_again(client, studio):
    before = (await client.get(SCRIPT)).headers["ETag"]
    file = studio / "assets/index.js"
    file.write_text("export default 'anew';\n")
    reply = await client.get(SCRIPT, headers={"If-None-Match": before})
    assert await reply.get_data(as_text=True) == "export default 'anew';\n"
    file.unlink()
    assert (await client.get(SCRIPT)).status_code == 404


async def test_a_head_says_what_a_get_would(client):
    said = [dict((await ask(SCRIPT, headers=GZIP)).headers) for ask in (client.get, client.head)]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    "name",
    [
        *("nothing.js", "secret.txt", "page", ".hidden.css", "out.css", "folder.js", "%00.js"),
        *("..%2findex.html", "../index.html", "..%5cindex.html", "%2e%2e/index.html", "x" * 5000),
    ],
)
async def test_nothing_else_is_a_part(client, studio, name):
    assets = studio / "assets"
    for own in ("secret.txt", "page", ".hidden.css"):
        (assets / own).write_text("x")
    (assets / "folder.js").mkdir()
    os.symlink(studio / "index.html", assets / "out.css")
    reply = await client.get(f"/assets/{name}")
    assert reply.status_code in (401, 404)
    assert reply.mimetype == "application/problem+json"


async def test_a_part_takes_no_other_method(client):
    for method in ("POST", "PUT", "DELETE"):
        reply = await client.open(SCRIPT, method=method)
        assert reply.status_code == 405
        assert "GET" in reply.headers["Allow"]
