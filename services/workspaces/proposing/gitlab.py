"""GitLab's API, and that of a GitLab of one's own."""

from __future__ import annotations

from urllib.parse import quote

import msgspec
from msgspec import Struct

from services.messages import PullRequest
from services.workspaces.proposing.api import Call, Link, Proposal, bearer


class _Request(Struct):
    iid: int
    web_url: Link
    source_branch: str
    target_branch: str
    source_project_id: int | None = None
    target_project_id: int | None = None


class GitLab:
    """https://docs.gitlab.com/api/merge_requests/: "List project merge requests", "Create MR".

    Every kind of token is taken as a bearer's: https://docs.gitlab.com/api/rest/authentication/.
    """

    def headers(self, user: str, secret: str) -> dict[str, str]:
        return bearer(secret) | {"Accept": "application/json"}

    def look(self, wanted: Proposal) -> Call:
        query = {
            "state": "opened",
            "source_branch": wanted.branch,
            "target_branch": wanted.into,
            "per_page": "20",
        }
        return Call("GET", self._path(wanted), query)

    def found(self, wanted: Proposal, answer: bytes) -> PullRequest | None:
        for one in msgspec.json.decode(answer, type=list[_Request]):
            branches = (one.source_branch, one.target_branch)
            ours = one.source_project_id == one.target_project_id
            if ours and branches == (wanted.branch, wanted.into):
                return PullRequest(one.iid, one.web_url, existing=True)
        return None

    def ask(self, wanted: Proposal) -> Call:
        body: dict[str, object] = {
            "source_branch": wanted.branch,
            "target_branch": wanted.into,
            # https://docs.gitlab.com/user/project/merge_requests/drafts/
            "title": f"Draft: {wanted.title}" if wanted.draft else wanted.title,
            "description": wanted.body,
        }
        return Call("POST", self._path(wanted), body=body)

    def made(self, answer: bytes) -> PullRequest:
        one = msgspec.json.decode(answer, type=_Request)
        return PullRequest(one.iid, one.web_url)

    def _path(self, wanted: Proposal) -> str:
        return f"/projects/{quote('/'.join(wanted.place.path), safe='')}/merge_requests"
