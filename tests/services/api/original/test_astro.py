"""The site itself, for clients of the original."""

import pytest
from msgspec.structs import replace

from services.messages import (
    BuildSite,
    Built,
    FindWorkspace,
    PreviewState,
    RestartPreview,
    StartPreview,
)
from tests.services.api.fakes import KEY, WRITE
from tests.services.api.v1.shown import BUILT, PREVIEW, show

RESTART, BUILD = "/api/astro/restart/acme/ann/t1", "/api/astro/build/acme/ann/t1"
ASTRO = {
    "url": "https://preview.example.com/",
    "websocket": "wss://preview.example.com/",
    "running": True,
}


@pytest.mark.parametrize("path", [RESTART, BUILD])
async def test_a_thread_that_was_never_opened_has_no_site(client, headers, fakes, path):
    assert (await client.post(path)).status_code == 401
    reply = await client.post(path, headers=headers)
    assert reply.status_code == 404
    assert "POST /api/init" in (await reply.get_json())["error"]
    assert fakes.asked == [FindWorkspace(KEY)]
    assert fakes.activities() == [WRITE]


async def test_the_originals_restart_says_where_the_site_is(client, headers, fakes):
    fakes._open(KEY)
    show(fakes, PREVIEW)
    fakes.answers[RestartPreview] = PREVIEW
    reply = await client.post(RESTART, headers=headers)
    assert reply.status_code == 200
    assert await reply.get_json() == {"success": True, "astro": ASTRO}
    assert fakes.asked[-1] == RestartPreview(KEY)


async def test_the_originals_restart_starts_a_site_that_does_not_run(client, headers, fakes):
    workspace = fakes._open(KEY)
    reply = await client.post(RESTART, headers=headers)
    assert reply.status_code == 200
    assert await reply.get_json() == {"success": True, "astro": ASTRO | {"running": False}}
    assert fakes.asked[-1] == StartPreview(KEY, workspace.root)


async def test_the_originals_restart_of_a_site_that_cannot_run_is_no_success(
    client, headers, fakes
):
    fakes._open(KEY)
    show(fakes, PREVIEW)
    failed = replace(PREVIEW, state=PreviewState.FAILED, reason="no such script")
    fakes.answers[RestartPreview] = failed
    reply = await client.post(RESTART, headers=headers)
    assert reply.status_code == 422
    body = await reply.get_json()
    assert (body["success"], body["astro"]["running"]) == (False, False)
    assert body["error"] == "cannot show the site: no such script"


async def test_the_originals_build_says_that_it_is_done(client, headers, fakes):
    fakes._open(KEY)
    fakes.answers[BuildSite] = Built(BUILT, seconds=1.0)
    body = await (await client.post(BUILD, headers=headers)).get_json()
    assert body["success"] is True
    assert body["message"] == "Build completed successfully"
