"""What is killed now and then, and what ends by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from tests.chaos.client import Defect
from tests.chaos.turns.kept import Kept


async def ended(kept: Kept) -> None:
    """Keep it until that cannot be gone on with."""
    with trio.fail_after(10):
        await kept.keep()


async def test_one_that_was_there_and_ends_by_itself_breaks_a_promise(tmp_path: Path) -> None:
    async def there() -> bool:
        await trio.lowlevel.checkpoint()
        return True

    async def let_it_go() -> None:
        await trio.lowlevel.checkpoint()
        (tmp_path / "go").touch()

    wait = "until [ -e go ]; do :; done; exit 3"
    kept = Kept("daemon", ["/bin/sh", "-c", wait], {}, tmp_path, there)
    kept.begun = let_it_go
    with pytest.raises(Defect, match="daemon ended by itself with 3"):
        await ended(kept)


async def test_one_that_never_was_there_is_no_trial_at_all(tmp_path: Path) -> None:
    async def never() -> bool:
        await trio.sleep_forever()
        return False

    kept = Kept("daemon", ["/bin/sh", "-c", "exit 2"], {}, tmp_path, never)
    with pytest.raises(RuntimeError, match="cannot be started, which says nothing"):
        await ended(kept)
