"""Bitbucket Cloud's API."""

from __future__ import annotations

from urllib.parse import quote

import msgspec
from msgspec import Struct

from services.messages import PullRequest
from services.workspaces.proposing.api import Call, Link, Proposal, basic, bearer


class _Link(Struct):
    href: Link


class _Links(Struct):
    html: _Link


class _Branch(Struct):
    name: str


class _Repo(Struct):
    full_name: str


class _End(Struct):
    branch: _Branch
    repository: _Repo | None = None


class _Pull(Struct):
    id: int
    links: _Links
    source: _End
    destination: _End


class _Page(Struct):
    values: list[_Pull]


class Bitbucket:
    """https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/.

    "List pull requests", "Create a pull request"; how `q` is written is in
    https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering.
    """

    def headers(self, user: str, secret: str) -> dict[str, str]:
        # An access token has no user: git calls it x-token-auth. Any other token goes with the
        # address of the account that it belongs to.
        accept = {"Accept": "application/json"}
        if not user or user.startswith("x-"):
            return bearer(secret) | accept
        return {"Authorization": f"Basic {basic(user, secret)}"} | accept

    def look(self, wanted: Proposal) -> Call:
        query = (
            f'state="OPEN" AND source.branch.name={_quoted(wanted.branch)}'
            f" AND destination.branch.name={_quoted(wanted.into)}"
        )
        return Call("GET", self._path(wanted), {"q": query, "pagelen": "20"})

    def found(self, wanted: Proposal, answer: bytes) -> PullRequest | None:
        for pull in msgspec.json.decode(answer, type=_Page).values:
            branches = (pull.source.branch.name, pull.destination.branch.name)
            ours = pull.source.repository == pull.destination.repository
            if ours and branches == (wanted.branch, wanted.into):
                return PullRequest(pull.id, pull.links.html.href, existing=True)
        return None

    def ask(self, wanted: Proposal) -> Call:
        body: dict[str, object] = {
            "title": wanted.title,
            "description": wanted.body,
            "source": {"branch": {"name": wanted.branch}},
            "destination": {"branch": {"name": wanted.into}},
            "draft": wanted.draft,
        }
        return Call("POST", self._path(wanted), body=body)

    def made(self, answer: bytes) -> PullRequest:
        pull = msgspec.json.decode(answer, type=_Pull)
        return PullRequest(pull.id, pull.links.html.href)

    def _path(self, wanted: Proposal) -> str:
        owner, name = wanted.place.path
        return f"/repositories/{quote(owner, safe='')}/{quote(name, safe='')}/pullrequests"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
