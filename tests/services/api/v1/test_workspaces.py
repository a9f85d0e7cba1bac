"""The projects on the volume."""

from pathlib import Path

from services.messages import EVERYTHING, FindProject, ListProjects, Project
from supervisor.desk import NotFound

PROJECT = Project(
    "acme",
    "ann",
    "https://example.com/site",
    "main",
    created="2026-01-01T00:00:00.000+00:00",
    last_accessed="2026-01-02T00:00:00.500+00:00",
    histories=Path("histories"),
    site="web",
    threads=3,
)
SHOWN = {
    "clientId": "acme",
    "userId": "ann",
    "repoUrl": "https://example.com/site",
    "defaultBranch": "main",
    "site": "web",
    "created": "2026-01-01T00:00:00Z",
    "lastAccessed": "2026-01-02T00:00:00.500000Z",
    "threads": 3,
}


async def test_all_workspaces_are_listed(client, headers, fakes):
    made_here = Project("zoo", "zed", None, None, "2026-01-01T00:00:00", "last week", Path())
    fakes.answers[ListProjects] = (PROJECT, made_here)
    reply = await client.get("/v1/workspaces", headers=headers)
    assert reply.status_code == 200
    [first, second] = (await reply.get_json())["workspaces"]
    assert first == SHOWN
    assert (second["repoUrl"], second["defaultBranch"]) == (None, None)
    # What somebody else wrote into the file hides no other workspace.
    assert second["created"] == "2026-01-01T00:00:00Z"
    assert second["lastAccessed"] == "1970-01-01T00:00:00Z"
    assert fakes.asked == [ListProjects(EVERYTHING)]
    assert fakes.activities() == []


async def test_one_workspace_is_shown(client, headers, fakes):
    fakes.answers[FindProject] = PROJECT
    reply = await client.get("/v1/workspaces/acme/ann", headers=headers)
    assert await reply.get_json() == {"workspace": SHOWN}
    assert fakes.asked == [FindProject("acme", "ann")]


async def test_a_workspace_that_is_not_there_is_not_found(client, headers, fakes):
    fakes.answers[FindProject] = NotFound("cannot find it")
    assert (await client.get("/v1/workspaces/acme/ann", headers=headers)).status_code == 404
    assert (await client.get("/v1/workspaces/acme/.git", headers=headers)).status_code == 400
    assert len(fakes.asked) == 1


async def test_no_workspace_is_shown_to_everyone(client, fakes):
    for path in ("/v1/workspaces", "/v1/workspaces/acme/ann"):
        assert (await client.get(path)).status_code == 401
    assert fakes.asked == []
