"""Files that are written over HTTP are those of the site that a browser shows."""

from __future__ import annotations

import http.client
import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import listen
from tests.services.site.samples import PNG, SIZE
from tests.whole.daemon import Daemon, git

pytestmark = pytest.mark.system

THREAD = "/v1/threads/acme/ada/first"
HOME = f"{THREAD}/files/src/pages/index.astro"


class Api:
    """The API, path by path as it is given: nothing is resolved or made anew on the way."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    def __call__(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._daemon.api_port, timeout=60)
        shown = {name.replace("_", "-"): value for name, value in headers.items()}
        shown["Authorization"] = f"Bearer {self._daemon.token}"
        connection.request(method, path, body, shown)
        answer = connection.getresponse()
        found = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        connection.close()
        return found

    def json(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
        status, _, text = self(method, path, body, **headers)
        assert status < 300, text
        return json.loads(text)


def form(*images: tuple[str, bytes]) -> tuple[bytes, str]:
    parts = [
        b'--edge\r\nContent-Disposition: form-data; name="images"; filename="%s"\r\n\r\n%s\r\n'
        % (name.encode(), data)
        for name, data in images
    ]
    return b"".join(parts) + b"--edge--\r\n", "multipart/form-data; boundary=edge"


def test_a_file_that_is_written_shows_up_in_the_page(daemon: Daemon, page: Page) -> None:
    daemon.init()
    daemon.shown("<h1")
    api = Api(daemon)
    status, headers, before = api("GET", HOME)
    assert status == 200
    heading = b"Grow something you will love"
    assert heading in before
    body, kind = form(("Mein Bild.jpg", PNG))
    (image,) = api.json("POST", f"{THREAD}/uploads", body, Content_Type=kind)["uploads"]
    assert (image["path"], image["address"]) == (
        "public/uploads/mein-bild.png",
        "/uploads/mein-bild.png",
    )
    # A page that loads anew, as Vite has it do for a file in public, hears of nothing meanwhile.
    listen(page, daemon.preview)
    after = before.replace(heading, "Grüß Gott".encode())
    after += b'<img id="mine" alt="" src="%s">\n' % image["address"].encode()
    written = api.json("PUT", HOME, after, If_Match=headers["etag"])["file"]
    expect(page.locator("h1")).to_have_text("Grüß Gott", timeout=10_000)
    page.wait_for_function("document.getElementById('mine').complete")
    sizes = page.evaluate("[mine.naturalWidth, mine.naturalHeight]")
    assert tuple(sizes) == SIZE
    with urllib.request.urlopen(daemon.preview + image["address"].lstrip("/")) as served:
        assert (served.headers["Content-Type"], served.read()) == ("image/png", PNG)
    status, headers, _ = api("PUT", HOME, b"mine", If_Match=headers["etag"])
    assert status == 412
    worktree = daemon.worktree()
    assert git(worktree, "hash-object", "src/pages/index.astro").strip() == written["hash"]
    assert git(worktree, "status", "--porcelain").split() == [
        *("M", "src/pages/index.astro", "??", "public/uploads/")
    ]


def test_a_file_is_kept_written_moved_and_removed(daemon: Daemon, tmp_path: Path) -> None:
    daemon.init()
    api = Api(daemon)
    new = f"{THREAD}/files/src/content/Gr%C3%BC%C3%9Fe%20%5B1%5D.html"
    status, headers, text = api("PUT", new, b"<script>alert(1)</script>", If_None_Match="*")
    assert (status, json.loads(text)["file"]["path"]) == (201, "src/content/Grüße [1].html")
    status, headers, data = api("GET", new)
    assert (status, data) == (200, b"<script>alert(1)</script>")
    assert headers["content-disposition"].startswith("attachment")
    assert "sandbox" in headers["content-security-policy"]
    status, head, data = api("HEAD", new)
    assert (status, data) == (200, b"")
    assert head["content-length"] == "25"
    status, again, data = api("GET", new, If_None_Match=headers["etag"])
    assert (status, data, again["etag"]) == (304, b"", headers["etag"])
    assert "content-length" not in again
    body = {"from": "src/content/Grüße [1].html", "to": "a/b.html"}
    moved = api.json(
        "POST",
        f"{THREAD}/move",
        json.dumps({**body, "expected": headers["etag"].strip('"')}).encode(),
    )["file"]
    listed = api.json("GET", f"{THREAD}/tree?path=a")["entries"]
    assert listed == [moved]
    assert api("DELETE", f"{THREAD}/files/a/b.html")[0] == 428
    assert api("DELETE", f"{THREAD}/files/a/b.html", If_Match=headers["etag"])[0] == 204
    assert not (daemon.worktree() / "a").exists()
    assert git(daemon.worktree(), "status", "--porcelain") == ""


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_no_path_leads_out(daemon: Daemon, method: str) -> None:
    daemon.init()
    (daemon.worktree() / "out").symlink_to(daemon.folder)
    api = Api(daemon)
    for path, status in {
        "../../first/package.json": 400,
        "%2e%2e/%2e%2e/x": 400,
        "src/%2e%2e/package.json": 400,
        "/etc/passwd": 404,
        "%2Fetc%2Fpasswd": 404,
        "out/log": 400,
        ".git/config": 400,
        ".GIT": 400,
        ".env": 400,
        "%FF": 400,
        "a%00b": 400,
        "src//pages": 400,
        "x" * 5000: 400,
    }.items():
        found, headers, text = api(method, f"{THREAD}/files/{path}", b"x", If_None_Match="*")
        assert (path, found) == (path, status), text
        assert headers["content-type"] == "application/problem+json"
