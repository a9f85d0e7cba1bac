"""GitHub's API, and that of GitHub Enterprise Server."""

from __future__ import annotations

from urllib.parse import quote

import msgspec
from msgspec import Struct

from services.messages import PullRequest
from services.workspaces.proposing.api import Call, Link, Proposal, bearer


class _Repo(Struct):
    full_name: str


class _Ref(Struct):
    ref: str
    repo: _Repo | None = None


class _Pull(Struct):
    number: int
    html_url: Link
    head: _Ref
    base: _Ref


class GitHub:
    """https://docs.github.com/en/rest/pulls/pulls, "List" and "Create a pull request"."""

    def headers(self, user: str, secret: str) -> dict[str, str]:
        return bearer(secret) | {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }

    def look(self, wanted: Proposal) -> Call:
        head = f"{wanted.place.path[0]}:{wanted.branch}"
        query = {"state": "open", "head": head, "base": wanted.into, "per_page": "20"}
        return Call("GET", self._path(wanted), query)

    def found(self, wanted: Proposal, answer: bytes) -> PullRequest | None:
        # A fork may have a branch of this name, and an owner may have a fork of their own.
        for pull in msgspec.json.decode(answer, type=list[_Pull]):
            branches = (pull.head.ref, pull.base.ref)
            if branches == (wanted.branch, wanted.into) and pull.head.repo == pull.base.repo:
                return PullRequest(pull.number, pull.html_url, existing=True)
        return None

    def ask(self, wanted: Proposal) -> Call:
        body: dict[str, object] = {
            "title": wanted.title,
            "head": wanted.branch,
            "base": wanted.into,
            "body": wanted.body,
            "draft": wanted.draft,
        }
        return Call("POST", self._path(wanted), body=body)

    def made(self, answer: bytes) -> PullRequest:
        pull = msgspec.json.decode(answer, type=_Pull)
        return PullRequest(pull.number, pull.html_url)

    def _path(self, wanted: Proposal) -> str:
        owner, name = wanted.place.path
        return f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}/pulls"
