"""The flow of a client of the original, as its requests were, against everything real.

Each reply is held against the table in `tests/services/api/original/contract.py`.
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from services.workspaces import layout
from tests.services.api.original.contract import ROUTES, mismatches
from tests.whole.daemon import Daemon, git, until

pytestmark = pytest.mark.system

STARTER = Path(layout.__file__).parent / "starter"
HOME = "src/pages/index.astro"
NAMED = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "Ann" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "ann@example.com" for who in ("AUTHOR", "COMMITTER")},
}


class Client:
    """A client of the original: what it sends is in the table, and what it gets must be."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.used: set[str] = set()

    def call(self, name: str, thread: str = "t1", body: dict[str, Any] | None = None) -> Any:
        """The reply of a route that does what is asked of it."""
        status, reply = self.answer(name, thread, body)
        assert status == 200, reply
        assert [*mismatches(reply, ROUTES[name].reply)] == []
        self.used.add(name)
        return reply

    def answer(
        self, name: str, thread: str = "t1", body: dict[str, Any] | None = None
    ) -> tuple[int, Any]:
        route = ROUTES[name]
        if "clientId" in route.required:
            body = {"clientId": "acme", "userId": "ann", "threadId": thread} | (body or {})
        path = route.path.replace("acme/ann/t1", f"acme/ann/{thread}")
        return self.daemon.ask(route.method, path, body)

    def root(self, thread: str = "t1") -> Path:
        return self.daemon.folder / ".nurseryd/workspace/acme/ann/threads" / thread


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository with an Astro site on `main`."""
    site, bare = tmp_path / "site", tmp_path / "remote.git"
    shutil.copytree(STARTER, site, ignore=shutil.ignore_patterns("node_modules"))
    for words in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["commit", "-q", "-m", "first"],
        ["clone", "-q", "--bare", str(site), str(bare)],
    ):
        subprocess.run(["git", "-C", str(site), *words], env=NAMED, check=True)
    return bare


def everything(root: Path) -> dict[str, Any]:
    """All that git and the disk know of a worktree: a call that changes nothing leaves it so."""
    index = Path(git(root, "rev-parse", "--absolute-git-dir").strip()) / "index"
    files = {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file() and not {"node_modules", ".git"} & set(path.relative_to(root).parts)
    }
    refs = git(root, "for-each-ref", "--format=%(refname) %(objectname)")
    head = git(root, "symbolic-ref", "HEAD")
    return {"files": files, "refs": refs, "head": head, "index": index.read_bytes()}


def dev_servers(daemon: Daemon) -> dict[str, int]:
    return {
        name: service["pid"]
        for name, service in daemon.status().items()
        if name.startswith("astro@") and service["state"] == "RUNNING"
    }


def hmr_answers(address: str, protocol: str) -> bool:
    """Whether the HMR socket takes a client that speaks this."""
    host = urlsplit(address).netloc
    key = base64.b64encode(os.urandom(16)).decode()
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=30) as tab:
        tab.sendall(
            f"GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: {protocol}\r\n\r\n".encode()
        )
        return tab.recv(4096).startswith(b"HTTP/1.1 101")


def test_a_client_of_the_original_gets_what_it_knows_and_none_of_its_defects(
    daemon: Daemon, remote: Path
) -> None:
    client = Client(daemon)
    assert client.call("health")["status"] == "healthy"
    until("readiness", lambda: daemon.get("/health/ready")[0] == 200)
    assert daemon.get("/health/startup") == (200, {"status": "started", "reasons": []})

    # A failed init leaves nothing behind that the next one would stumble over.
    status, refused = client.answer("init", body={"repoUrl": f"file://{remote}.gone"})
    assert (status, refused["success"]) == (409, False)
    assert client.answer("status")[0] == 404
    opened = client.call("init", body={"repoUrl": f"file://{remote}"})
    assert opened["workspace"] == {
        "projectPath": str(client.root()),
        "branch": "thread-t1",
        "resumed": False,
    }
    daemon.shown("<h1")
    assert hmr_answers(opened["astro"]["websocket"], "vite-hmr")

    # Opened again it is the same thread with the same server, which is known to run.
    servers = dev_servers(daemon)
    assert len(servers) == 1
    again = client.call("init", body={"repoUrl": f"file://{remote}"})
    assert (again["workspace"]["resumed"], again["astro"]["running"]) == (True, True)
    assert dev_servers(daemon) == servers

    # An instruction is one commit, which the page shows at once; then nothing is left to commit.
    instruction = {"instruction": "change the heading of the home page to Grüß Gott"}
    result = client.call("execute", body=instruction)["result"]
    assert (result["filesChanged"], result["error"]) == ([HOME], None)
    daemon.shown("Grüß Gott", seconds=30)
    assert git(client.root(), "rev-list", "--count", "main..HEAD") == "1\n"
    nothing = client.call("commit", body={"message": "again"})["result"]
    assert (nothing["success"], nothing["message"]) == (False, "No changes to commit")
    plan = client.call("execute", body={"instruction": "list the files", "mode": "plan"})
    assert plan["result"]["filesChanged"] == []

    # Looking changes nothing, and says what there is.
    page = client.root() / HOME
    page.write_text(page.read_text() + "<!-- mine -->\n")
    (client.root() / "notes.md").write_text("new\n")
    before = everything(client.root())
    looked = client.call("status")["status"]
    assert looked["gitStatus"] == f" M {HOME}\n?? notes.md"
    assert (looked["currentBranch"], looked["projectPath"]) == ("thread-t1", str(client.root()))
    assert client.call("git")["git"]["status"] == looked["gitStatus"]
    counted = client.call("git status")["status"]
    assert (counted["clean"], counted["ahead"], counted["canPush"]) == (False, 1, True)
    assert everything(client.root()) == before
    assert git(client.root(), "stash", "list") == ""

    # No shell sees a message.
    message = 'A "new" note; $(touch pwned) `id`'
    made = client.call("commit", body={"message": message})["result"]
    assert made["commitHash"] == git(client.root(), "rev-parse", "HEAD").strip()
    assert git(client.root(), "log", "-1", "--format=%B").startswith(f"{message}\n\nThread-ID: t1")
    assert not (client.root() / "pwned").exists()

    # Another thread flips nobody's branch, files or preview.
    client.call("init", "t2")
    client.call("branch", "t2", {"branch": "elsewhere", "createNew": True})
    assert client.call("status")["status"]["currentBranch"] == "thread-t1"
    assert "Grüß Gott" in page.read_text()
    assert "Grüß Gott" not in (client.root("t2") / HOME).read_text()
    client.call("branch", "t2", {"branch": "thread-t2"})

    # The remote: what is pushed is there, what is there is fetched and pulled.
    pushed = client.call("push")["result"]
    assert pushed == {"success": True, "branch": "thread-t1"}
    assert git(remote, "rev-parse", "thread-t1").strip() == made["commitHash"]
    git(remote, "update-ref", "refs/heads/main", "refs/heads/thread-t1")
    assert "main" in client.call("fetch")["changed"]
    client.call("pull", "t2", {"branch": "main"})
    assert "Grüß Gott" in (client.root("t2") / HOME).read_text()

    # A push that would lose commits is refused, with the status that says so.
    git(remote, "update-ref", "refs/heads/thread-t2", "refs/heads/main")
    (client.root("t2") / "notes.md").write_text("other\n")
    client.call("commit", "t2", {"message": "Other notes"})
    theirs = ("commit-tree", "-p", "main", "-m", "theirs", "main^{tree}")
    other = git(remote, "-c", "user.name=a", "-c", "user.email=a@example.com", *theirs).strip()
    git(remote, "update-ref", "refs/heads/thread-t2", other)
    status, refused = client.answer("push", "t2")
    assert status == 409
    assert [*mismatches(refused, ROUTES["push"].failures[409])] == []

    # A restart ends the one server of the thread and starts another.
    [name] = servers
    astro = client.call("restart")["astro"]
    assert astro["url"] == opened["astro"]["url"]
    until("another server", lambda: dev_servers(daemon).get(name) not in (None, servers[name]))
    assert len([one for one in daemon.status() if one == name]) == 1
    client.call("build")

    # A site that cannot be built is no success.
    page.write_text("---\nconst a = ;\n---\n")
    status, refused = client.answer("build")
    assert status == 422
    assert [*mismatches(refused, ROUTES["build"].failures[422])] == []

    assert client.used == ROUTES.keys()
    assert daemon.end() == 0
