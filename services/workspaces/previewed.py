"""Which thread a preview is of, found by its id alone. Changes nothing on disk."""

from __future__ import annotations

from collections.abc import Iterator

from services.messages import SCRATCH, ThreadKey
from services.workspaces import files
from services.workspaces.layout import Layout
from services.workspaces.records import read_record
from services.workspaces.settings import Settings
from supervisor.desk import NotFound


def previewed(settings: Settings, preview_id: str | None) -> ThreadKey:
    """The thread that has a preview of that id, or the one last opened of all by a person.

    Looks through the threads that have a worktree, which no archived one has: an id tells its
    thread to nobody. Raises `NotFound`.
    """
    found = (
        max(_by_opening(settings), default=("", None))[1]
        if preview_id is None
        else next((key for key in _keys(settings) if preview_id in _ids(key)), None)
    )
    if found is None:
        which = "is open" if preview_id is None else f"has the preview {preview_id}"
        raise NotFound(f"cannot find a preview: no thread {which}; call POST /api/init first")
    return found


def _ids(key: ThreadKey) -> tuple[str, str]:
    return key.preview_id, key.built_id


def _keys(settings: Settings) -> Iterator[ThreadKey]:
    for layout in files.layouts(settings.root):
        for thread in files.worktrees(layout):
            yield ThreadKey(layout.client, layout.user, thread)


def _by_opening(settings: Settings) -> Iterator[tuple[str, ThreadKey]]:
    for key in _keys(settings):
        if key == SCRATCH:
            continue
        layout: Layout = settings.layout(key)
        record = read_record(layout, key.thread)
        yield (record.updated if record else ""), key
