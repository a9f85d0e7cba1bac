"""The smaller files on disk: whatever became of one, it is read, or counts as none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from services.agent.bedrock import memory
from services.agent.bedrock.messages import Call, Message, Result, Text, Thought
from services.agent.claude.session import Folder, Session
from services.agent.original import read_original
from services.agent.spending import Spending
from services.messages import ThreadKey, Usage, UsageEntry
from services.previews.failure import read_failures
from services.previews.managers import candidates
from services.previews.progress import expected, this_machine
from services.previews.sites import MANIFEST
from services.previews.spread import packages
from services.webhooks.cursors import Cursors
from services.workspaces.records import read_metadata, touch_metadata
from tests.fuzz.claim import holds
from tests.fuzz.mutating import JSON, mutated
from tests.services.agent.test_original import WRITTEN

KEY = ThreadKey("acme", "ann", "t1")
DAY = "2026-01-31"
SESSION = "6f1d7a52-8d1b-4c8e-9a55-1c6f0b9f6a11"


def metadata(folder: Path) -> object:
    found = read_metadata(folder / "metadata.json")
    touch_metadata(folder / "metadata.json", "https://host/repo.git")
    after = read_metadata(folder / "metadata.json")
    assert after is not None
    assert found is None or (found.created, found.site) == (after.created, after.site)
    return found


def cursors(folder: Path) -> object:
    kept = Cursors(folder / "state.json")
    found = kept.read()
    kept.write(found | {"a": 1})
    assert kept.read() == found | {"a": 1}
    return found


def spending(folder: Path) -> object:
    """What is noted after something that was torn counts."""
    kept = Spending(folder, lambda: 1769860800.0)
    found = kept.between(DAY, DAY)
    kept.note(entry := UsageEntry(DAY, "t9", "9", "x", Usage(cost=0.25), 1.0))
    assert kept.between(DAY, DAY) == (*(it for it in found if it.turn != "9"), entry)
    return found


def conversation(folder: Path) -> object:
    """What is remembered after something that was torn is remembered."""
    found = memory.load(folder)
    memory.append(folder, turn := memory.Remembered("9", (Message("user", (Text("more"),)),)))
    assert memory.load(folder) == [*found, turn]
    return found


def session(folder: Path) -> object:
    """The session goes on whose transcript is there; else a new one begins, and stays."""
    kept = Folder(folder)
    (kept.config / "projects" / "x").mkdir(parents=True)
    (kept.config / "projects" / "x" / f"{SESSION}.jsonl").touch()
    found, resumed, lost = kept.open(folder)
    assert resumed is (found.id == SESSION)
    assert resumed is not lost
    return resumed


def original(folder: Path) -> object:
    found = read_original(folder / "t1.json", KEY)
    for turn in found:
        assert msgspec.json.decode(msgspec.json.encode(turn), type=type(turn)) == turn
    assert len({turn.turn for turn in found}) == len(found)
    return found


def lock(folder: Path) -> object:
    return expected((folder / "package-lock.json").read_bytes(), this_machine())


def manifest(folder: Path) -> object:
    data = (folder / MANIFEST).read_bytes()
    packages(folder)
    _, second = candidates({"package-lock.json", "yarn.lock"}, lambda _: "", data)
    return second.lock == "package-lock.json"  # it names another


TALK = (
    Message("user", (Text("do"),)),
    Message("assistant", (Thought("hm", "s", b"x"), Call("1", "read", {"path": "a"}))),
    Message("user", (Result("1", "text"),)),
)
ENTRY = UsageEntry(DAY, "t1", "1", "simulation", Usage("m", 1, 2, 3, 4, 0.5), 1.5)
FILES: list[tuple[Callable[[Path], object], str, bytes]] = [
    (
        metadata,
        "metadata.json",
        b'{"created": "2026-01-31T00:00:00.000+00:00", "repoUrl": null, "lastAccessed": "x",'
        b' "site": "web"}',
    ),
    (cursors, "state.json", b'{"hook-1": 1769860800000000, "hook-2": 3}'),
    (
        spending,
        f"{DAY}.jsonl",
        b"\n" + msgspec.json.encode(ENTRY) + b"\n\n" + msgspec.json.encode(ENTRY) + b"\n",
    ),
    (
        conversation,
        memory.NAME,
        b'{"version":1}\n' + msgspec.json.encode(memory.Remembered("1", TALK)) + b"\n",
    ),
    (
        session,
        "session.json",
        msgspec.json.encode(Session(SESSION)),
    ),
    (original, "t1.json", WRITTEN.encode()),
    (
        read_failures,
        "failure.json",
        b'{"errors": [{"message": "no", "file": "a.astro", "line": 3, "column": 1, "frame": ""}]}',
    ),
    (
        lock,
        "package-lock.json",
        b'{"packages": {"": {}, "node_modules/a": {"os": ["linux"], "cpu": "!x", "libc": null},'
        b' "node_modules/b": {"link": true}, "node_modules/c": {}}}',
    ),
    (manifest, MANIFEST, b'{"packageManager": "yarn@1.22.0", "workspaces": ["packages/*"]}'),
]


@pytest.mark.parametrize(("read", "name", "example"), FILES, ids=[it[1] for it in FILES])
def test_whatever_a_file_has_become_it_is_read_or_counts_as_none(
    read: Callable[[Path], object], name: str, example: bytes
):
    def read_file(data: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, name).write_bytes(data)
            return read(Path(folder))

    deep = [example.replace(b"{", b'{"x":' + value + b",", 1) for value in JSON[-3:]]
    holds(mutated([example], JSON), read_file, known=deep)
