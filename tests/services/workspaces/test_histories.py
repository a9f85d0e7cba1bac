"""Which journals there are on the volume, by the names of files alone."""

from __future__ import annotations

from services.messages import ArchiveThread, History, ListHistories, OpenWorkspace, ThreadKey
from tests.services.workspaces.conftest import Serving

OTHER = ThreadKey("zoo", "zed", "t1")


async def test_every_journal_of_every_user_is_listed_and_nothing_else(
    serving: Serving, key: ThreadKey
) -> None:
    async with serving() as service:
        assert await service.ask(ListHistories()) == ()
        mine = await service.ask(OpenWorkspace(key, empty=True))
        theirs = await service.ask(OpenWorkspace(OTHER, empty=True))
        assert await service.ask(ListHistories()) == ()
        for workspace in (mine, theirs):
            workspace.history.write_text("a line\n")
        folder = mine.history.parent
        (folder / "..jsonl").touch()
        (folder / "t9.agent").mkdir()
        (folder / "t9.jsonl").symlink_to(theirs.history)
        await service.ask(ArchiveThread(key))
        assert await service.ask(ListHistories()) == (
            History(key, mine.history),
            History(OTHER, theirs.history),
        )


async def test_journals_behind_a_link_are_nobody_s(serving: Serving, key: ThreadKey) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, empty=True))
        workspace.history.write_text("a line\n")
        folder = workspace.history.parent
        folder.rename(folder.with_name("moved"))
        folder.symlink_to(folder.with_name("moved"))
        assert await service.ask(ListHistories()) == ()
