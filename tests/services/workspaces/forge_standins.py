"""Stand-ins for the APIs of forges: HTTP servers on loopback that keep pull requests."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from services.workspaces.forges import Forge, Hosted, hosted


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any

    @property
    def authorization(self) -> str:
        return self.headers["Authorization"]


@dataclass
class Answer:
    """`raw` is sent as it is; anything else as JSON."""

    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    raw: bytes | None = None


class StandIn:
    """A forge with the repository acme/site in it, or acme/web/site at GitLab.

    `script` holds answers that come before its own; None is its own.
    """

    def __init__(self, forge: Forge, port: int) -> None:
        self.forge = forge
        self.port = port
        self.asked: list[Asked] = []
        self.open: list[Any] = []
        self.script: list[Answer | Callable[[Asked], Answer] | None] = []

    @property
    def url(self) -> str:
        path = "acme/web/site" if self.forge is Forge.GITLAB else "acme/site"
        return f"http://127.0.0.1:{self.port}/{path}.git"

    @property
    def forges(self) -> dict[str, str]:
        return {f"127.0.0.1:{self.port}": self.forge.value}

    @property
    def place(self) -> Hosted:
        place = hosted(self.url, self.forges)
        assert place is not None
        return place

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        scripted = self.script.pop(0) if self.script else None
        if callable(scripted):
            return scripted(asked)
        return scripted or _OWN[self.forge](self, asked)


def _github(forge: StandIn, asked: Asked) -> Answer:
    """https://docs.github.com/en/rest/pulls/pulls; its 422 is that of
    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api.
    """
    if asked.path != "/api/v3/repos/acme/site/pulls":
        return Answer(404, {"message": "Not Found", "documentation_url": "https://docs.github.com"})
    if asked.method == "GET":
        head, base = asked.query["head"].removeprefix("acme:"), asked.query["base"]
        wanted = [p for p in forge.open if (p["head"]["ref"], p["base"]["ref"]) == (head, base)]
        return Answer(200, wanted)
    head, base = asked.body["head"], asked.body["base"]
    if any((p["head"]["ref"], p["base"]["ref"]) == (head, base) for p in forge.open):
        error = {
            "resource": "PullRequest",
            "code": "custom",
            "message": f"A pull request already exists for acme:{head}.",
        }
        return Answer(422, {"message": "Validation Failed", "errors": [error]})
    forge.open.append(github_pull(forge, head, base))
    return Answer(201, forge.open[-1])


def github_pull(forge: StandIn, head: str, base: str, source: str = "acme/site") -> Any:
    number = len(forge.open) + 1
    return {
        "id": 9000 + number,
        "number": number,
        "state": "open",
        "html_url": f"https://github.com/acme/site/pull/{number}",
        "head": {"ref": head, "label": f"acme:{head}", "repo": {"full_name": source}},
        "base": {"ref": base, "label": f"acme:{base}", "repo": {"full_name": "acme/site"}},
    }


def _gitlab(forge: StandIn, asked: Asked) -> Answer:
    """https://docs.gitlab.com/api/merge_requests/; errors as in
    https://docs.gitlab.com/api/rest/troubleshooting/.
    """
    if asked.path != "/api/v4/projects/acme%2Fweb%2Fsite/merge_requests":
        return Answer(404, {"message": "404 Project Not Found"})
    values = asked.query if asked.method == "GET" else asked.body
    pair = values["source_branch"], values["target_branch"]
    same = [r for r in forge.open if (r["source_branch"], r["target_branch"]) == pair]
    if asked.method == "GET":
        return Answer(200, same)
    if same:
        text = f"Another open merge request already exists for this source branch: !{len(same)}"
        return Answer(409, {"message": [text]})
    forge.open.append(gitlab_request(forge, *pair))
    return Answer(201, forge.open[-1])


def gitlab_request(forge: StandIn, source: str, target: str, project: int = 3) -> Any:
    number = len(forge.open) + 1
    return {
        "id": 9000 + number,
        "iid": number,
        "state": "opened",
        "source_branch": source,
        "target_branch": target,
        "source_project_id": project,
        "target_project_id": 3,
        "web_url": f"https://gitlab.com/acme/web/site/-/merge_requests/{number}",
    }


def _bitbucket(forge: StandIn, asked: Asked) -> Answer:
    """https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/.

    It has no refusal for a second one: the first is changed, and is the answer.
    """
    if asked.path != "/2.0/repositories/acme/site/pullrequests":
        error = {"message": "Repository acme/site not found"}
        return Answer(404, {"type": "error", "error": error})
    if asked.method == "GET":
        wanted = [
            p
            for p in forge.open
            if f'source.branch.name="{p["source"]["branch"]["name"]}"' in asked.query["q"]
        ]
        return Answer(200, {"pagelen": 20, "page": 1, "size": len(wanted), "values": wanted})
    source = asked.body["source"]["branch"]["name"]
    forge.open.append(bitbucket_pull(forge, source, asked.body["destination"]["branch"]["name"]))
    return Answer(201, forge.open[-1])


def bitbucket_pull(
    forge: StandIn, source: str, into: str, repository: str | None = "acme/site"
) -> Any:
    number = len(forge.open) + 1
    return {
        "type": "pullrequest",
        "id": number,
        "state": "OPEN",
        "links": {
            "self": {"href": f"https://api.bitbucket.org/2.0/x/{number}"},
            "html": {"href": f"https://bitbucket.org/acme/site/pull-requests/{number}"},
        },
        "source": {
            "branch": {"name": source},
            "repository": repository and {"type": "repository", "full_name": repository},
        },
        "destination": {
            "branch": {"name": into},
            "repository": {"type": "repository", "full_name": "acme/site"},
        },
    }


_OWN = {Forge.GITHUB: _github, Forge.GITLAB: _gitlab, Forge.BITBUCKET: _bitbucket}


@contextmanager
def standing_in(forge: Forge) -> Iterator[StandIn]:
    """A stand-in that runs until the block is left."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply()

        def do_POST(self) -> None:
            self._reply()

        def _reply(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length", 0))
            asked = Asked(
                self.command,
                parts.path,
                {name: values[0] for name, values in parse_qs(parts.query).items()},
                dict(self.headers),
                json.loads(self.rfile.read(size)) if size else None,
            )
            answer = stand_in.answer(asked)
            content = json.dumps(answer.body).encode() if answer.raw is None else answer.raw
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stand_in = StandIn(forge, server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
