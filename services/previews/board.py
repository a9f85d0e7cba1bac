"""What everybody sees of the previews, on the board "routes"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import structlog
from msgspec.structs import replace

from services.messages import Preview, PreviewState, Routes

log = structlog.get_logger()


class Board:
    """Every preview by its id, published anew whenever one changes."""

    def __init__(self, publish: Callable[[Routes], None]) -> None:
        self._publish = publish
        self._routes = Routes({})

    @property
    def previews(self) -> Mapping[str, Preview]:
        return self._routes.previews

    @property
    def default(self) -> str | None:
        return self._routes.default

    def begin(self, previews: dict[str, Preview], default: str | None) -> None:
        """Start with these; where the default is none of them, it is the last.

        The output of a build is never what somebody sees who did not ask for it.
        """
        if default not in previews:
            unbuilt = [preview.id for preview in previews.values() if preview.built is None]
            default = next(reversed(unbuilt), None)
        self._set(replace(self._routes, previews=previews, default=default))

    def show(self, preview: Preview) -> None:
        """Show a preview, new or changed; how far it has come as long as it installs."""
        before = self.previews.get(preview.id)
        installing = preview.state is PreviewState.INSTALLING  # every step of it is no news
        if not installing:
            preview = replace(preview, progress=None)
        news = (preview.state, "" if installing else preview.reason)
        if before is None or news != (before.state, "" if installing else before.reason):
            log.info(
                "preview changed", preview=preview.id, state=preview.state, reason=preview.reason
            )
        self._set(replace(self._routes, previews={**self.previews, preview.id: preview}))

    def prefer(self, preview_id: str) -> None:
        """Let a preview be the default one."""
        self._set(replace(self._routes, default=preview_id))

    def build(self, preview_ids: Iterable[str]) -> None:
        """Show which ones are being built."""
        self._set(replace(self._routes, building=frozenset(preview_ids)))

    def forget(self, preview_id: str) -> None:
        """Show a preview no more."""
        left = {name: it for name, it in self.previews.items() if name != preview_id}
        self.begin(left, self._routes.default)

    def _set(self, routes: Routes) -> None:
        self._routes = routes
        self._publish(routes)
