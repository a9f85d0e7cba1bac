"""A thread as a client has it over HTTP, held against what is on the disk."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

from tests.whole.daemon import Daemon, git, until

Turn = dict[str, Any]
Told = dict[str, Any]


class Talk:
    """One thread of the client `acme`."""

    def __init__(self, daemon: Daemon, user: str, thread: str, **more: str) -> None:
        self.daemon = daemon
        self.user = user
        self.thread = thread
        ids = {"clientId": "acme", "userId": user, "threadId": thread}
        status, answer = daemon.post("/api/init", {**ids, **more})
        assert status == 200, answer
        self.began = self.git("rev-parse", "HEAD").strip()
        until("its preview, or why there is none", self._is_settled, 180)

    def _is_settled(self) -> bool:
        status, answer = self.daemon.get(f"{self.path}/preview")
        assert status == 200, answer
        return answer["preview"]["state"] in ("ready", "failed")

    @property
    def path(self) -> str:
        return f"/v1/threads/acme/{self.user}/{self.thread}"

    @property
    def _home(self) -> Path:
        return self.daemon.folder / ".nurseryd/workspace/acme" / self.user

    @property
    def root(self) -> Path:
        return self._home / "threads" / self.thread

    def text(self, path: str) -> str:
        return (self.root / path).read_text()

    def git(self, *words: str) -> str:
        return git(self.root, *words)

    # What a client asks for.

    def begin(self, instruction: str, **body: Any) -> str:
        """Start a turn; its id."""
        status, answer = self.daemon.post(
            f"{self.path}/turns", {"instruction": instruction, **body}
        )
        assert status == 202, answer
        return answer["turn"]["id"]

    def ask(self, instruction: str, **body: Any) -> Turn:
        """Have a turn, and wait until it has ended."""
        return self.ended(self.begin(instruction, **body))

    def turn(self, turn: str) -> Turn:
        status, answer = self.daemon.get(f"{self.path}/turns/{turn}")
        assert status == 200, answer
        return answer["turn"]

    def ended(self, turn: str) -> Turn:
        def look() -> Turn | None:
            seen = self.turn(turn)
            return seen if seen["ended"] else None

        return until(f"the end of the turn {turn}", look, 60)

    def do(self, turn: str, verb: str, **body: Any) -> dict[str, Any]:
        """`cancel`, `keep`, `drop`, `undo`, `redo`, or `permissions/…`."""
        status, answer = self.daemon.post(f"{self.path}/turns/{turn}/{verb}", body)
        assert status in (200, 204), answer
        return answer

    def events(self, turn: str | None = None) -> list[Told]:
        """All events from the first on, as the stream has them, or those of one turn."""
        status, known = self.daemon.get(f"{self.path}/turns?limit=1")
        assert status == 200, known
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.daemon.api_port}{self.path}/events?after=0",
            headers={"Authorization": f"Bearer {self.daemon.token}"},
        )
        found: list[Told] = []
        with urllib.request.urlopen(request, timeout=60) as answer:
            frame: dict[str, str] = {}
            while not found or found[-1]["id"] < known["lastEvent"]:
                line = answer.readline().decode().rstrip("\n")
                if line:
                    name, _, value = line.partition(": ")
                    frame[name] = value
                    continue
                if "data" in frame:
                    found.append(json.loads(frame["data"]))
                    assert frame["id"] == str(found[-1]["id"])
                    assert frame["event"] == found[-1]["type"]
                frame = {}
        return [it for it in found if turn is None or it.get("turn") == turn]

    def kinds(self, turn: str) -> list[str]:
        """The kinds of a turn's events, those that come several times in a row once."""
        kinds = [it["type"] for it in self.events(turn)]
        return [kind for n, kind in enumerate(kinds) if n == 0 or kinds[n - 1] != kind]

    def until_told(self, turn: str, kind: str, count: int = 1) -> list[Told]:
        """Wait until a turn has told so much of a kind."""

        def look() -> list[Told] | None:
            found = [it for it in self.events(turn) if it["type"] == kind]
            return found if len(found) >= count else None

        return until(f"{count} events {kind}", look, 30)

    # What has to be true after every turn.

    def agree(self) -> None:
        """The events, the journal, the list of turns, the history and what was paid say the same.

        For a thread in which no turn is under way.
        """
        events = self.events()
        lines = (self._home / ".claude/threads" / f"{self.thread}.jsonl").read_text().splitlines()
        assert [json.loads(line) for line in lines][: len(events)] == events
        assert [it["id"] for it in events] == list(range(1, len(events) + 1))
        status, listed = self.daemon.get(f"{self.path}/turns?limit=200")
        assert status == 200
        begun = [it["turn"] for it in events if it["type"] == "turn.queued"]
        assert [it["id"] for it in reversed(listed["turns"])] == begun
        for turn in listed["turns"]:
            assert turn == self.turn(turn["id"])
            self._check(turn, [it for it in events if it.get("turn") == turn["id"]])
        self._check_history(listed["turns"], events)
        self._check_bill(listed["turns"])

    def _check(self, turn: Turn, events: list[Told]) -> None:
        kinds = [it["type"] for it in events]
        assert kinds[0] == "turn.queued"
        assert kinds.count("turn.started") == (turn["started"] is not None)
        assert kinds.count("turn.finished") == 1
        finished = next(it for it in events if it["type"] == "turn.finished")
        for name in ("state", "reason", "saved"):
            assert turn[name] == finished.get(name)
        # The journal's goes on with what was offered then.
        assert (finished["error"] or "").startswith(turn["error"] or "")
        assert bool(finished["error"]) is bool(turn["error"])
        assert turn["output"] == "".join(it["text"] for it in events if it["type"] == "text.delta")
        started = [it["call"] for it in events if it["type"] == "tool.started"]
        ended = [it["call"] for it in events if it["type"] == "tool.finished"]
        assert len(set(started)) == len(started)
        assert set(ended) <= set(started)
        if turn["state"] in ("committed", "failed"):
            assert sorted(started) == sorted(ended)
        changed = {it["path"] for it in events if it["type"] == "file.changed"}
        if turn["commit"] is None:
            assert "commit" not in kinds
            assert set(turn["files"]) == changed
        else:
            made = [it for it in events if it["type"] in ("commit", "turn.settled")]
            assert [it["hash"] for it in made if it.get("hash")] == [turn["commit"]]
            assert changed >= set(turn["files"])
        for name, key in (("inputTokens", "input_tokens"), ("outputTokens", "output_tokens")):
            told = [it["usage"][key] for it in events if it["type"] == "usage"]
            assert turn["usage"][name] == sum(told)

    def _check_history(self, turns: list[Turn], events: list[Told]) -> None:
        """Every turn has the one commit that it says, and the branch has no others."""
        theirs = {turn["commit"]: turn for turn in turns if turn["commit"]}
        undoings = {
            it["hash"]: it["operation"]
            for it in events
            if it["type"] in ("turn.undone", "turn.redone")
        }
        for commit in self.git("rev-list", f"{self.began}..HEAD").split():
            message = self.git("show", "-s", "--format=%B", commit)
            trailers = dict(re.findall(r"^([\w-]+-ID): (.+)$", message, re.MULTILINE))
            assert trailers["Thread-ID"] == self.thread
            if commit in undoings:
                assert trailers["Turn-ID"] == undoings.pop(commit)
                continue
            turn = theirs.pop(commit)
            assert trailers["Turn-ID"] == turn["id"]
            assert message.startswith(" ".join(turn["instruction"].split())[:60])
            assert self.git("rev-parse", f"{commit}^").strip() == turn["base"]
            names = self.git("show", "--format=", "--name-only", commit).splitlines()
            assert sorted(names) == turn["files"]
        assert not theirs
        assert not undoings
        offered = [turn for turn in turns if turn["leftover"] == "offered"]
        assert bool(self.git("status", "--porcelain")) is bool(offered)
        assert not list(self._home.glob("project/.git/worktrees/*/index.lock"))

    def _check_bill(self, turns: list[Turn]) -> None:
        status, bill = self.daemon.get(f"/v1/usage/acme/{self.user}")
        assert status == 200
        entries = {it["turnId"]: it for it in bill["entries"] if it["threadId"] == self.thread}
        for turn in turns:
            entry = entries.get(turn["id"], {})
            for name, value in turn["usage"].items():
                assert entry.get(name, value if not value else None) == value, name
