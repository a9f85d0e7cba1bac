"""The routes for the projects on the volume."""

from __future__ import annotations

from quart import Blueprint

from services.api.asking import Asking
from services.api.auth import caller
from services.api.operation import Needs, operation
from services.api.v1.workspace_replies import WorkspaceReply, WorkspacesReply, described
from services.messages import FindProject, ListProjects


def workspace_routes(asking: Asking) -> Blueprint:
    routes = Blueprint("workspaces", __name__)

    @routes.get("/v1/workspaces")
    @operation("listWorkspaces", WorkspacesReply, needs=Needs.ANYONE, problems=(409, 503))
    async def workspaces() -> WorkspacesReply:
        """The workspaces of all users that the token is good for."""
        found = await asking.ask("workspaces", ListProjects(caller()))
        return WorkspacesReply(workspaces=tuple(described(project) for project in found))

    @routes.get("/v1/workspaces/<client>/<user>")
    @operation("getWorkspace", WorkspaceReply)
    async def workspace(client: str, user: str) -> WorkspaceReply:
        """One user's workspace. Its threads are listed at `/v1/threads`."""
        project = await asking.ask("workspaces", FindProject(client, user))
        return WorkspaceReply(workspace=described(project))

    return routes
