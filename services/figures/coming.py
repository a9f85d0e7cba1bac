"""How long previews take to come up. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from services.messages import PreviewState, Routes

_COMING = (PreviewState.INSTALLING, PreviewState.STARTING)


class Coming:
    """The previews on their way, and since when; those of builds have nothing to wait for."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def note(self, routes: Routes, now: float) -> Iterator[float]:
        """How many seconds each one took that has come up by `now`; one that failed took none."""
        before, self._since = self._since, {}
        for preview in routes.previews.values():
            if preview.built is not None:
                continue
            if preview.state in _COMING:
                self._since[preview.id] = before.get(preview.id, now)
            elif preview.state is PreviewState.READY and preview.id in before:
                yield now - before[preview.id]
