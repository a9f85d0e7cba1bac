"""What previews are like, in the shapes of the original's routes and of ours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import asdict

from services.api.addresses import Addresses
from services.messages import Built, Preview, PreviewState, Routes

Reply = tuple[dict[str, Any], int]


def described(preview: Preview, addresses: Addresses) -> dict[str, Any]:
    """A preview as lists have it. `url` lets nobody in who is not admitted already."""
    return {
        "id": preview.id,
        "clientId": preview.key.client,
        "userId": preview.key.user,
        "threadId": preview.key.thread,
        "state": preview.state,
        "reason": preview.reason,
        "error": None if preview.error is None else asdict(preview.error),
        "clients": preview.clients,
        "memory": preview.memory,
        "built": None if preview.built is None else moment(preview.built),
        "url": addresses.plain(preview.id),
    }


def listed(routes: Routes | None, addresses: Addresses) -> dict[str, Any]:
    """Every preview; `default` is the id of the one for addresses that name none."""
    shown = routes or Routes({})
    previews = [described(preview, addresses) for preview in shown.previews.values()]
    return {"previews": previews, "default": shown.default}


def preview_reply(preview: Preview, addresses: Addresses) -> Reply:
    """200 for one that can be seen, 202 for one that will be, 422 where the site does not start."""
    reply = {"success": True, "preview": described(preview, addresses)}
    return _outcome(preview, reply)


def astro_reply(preview: Preview, addresses: Addresses) -> Reply:
    """The same for clients of the original, to which a preview that starts is a success."""
    reply, status = _outcome(preview, {"success": True, "astro": astro(preview, addresses)})
    return reply, 200 if status == 202 else status


def astro(preview: Preview, addresses: Addresses) -> dict[str, Any]:
    """A preview as the original has it."""
    return {
        "url": addresses.public,
        "websocket": addresses.websocket,
        "running": preview.state is PreviewState.READY,
    }


def built_reply(built: Built, addresses: Addresses) -> Reply:
    """200 with the preview of what was built, 422 with what is wrong with the site."""
    reply: dict[str, Any] = {"success": True, "seconds": round(built.seconds, 3)}
    if built.preview is not None:
        return reply | {"preview": described(built.preview, addresses)}, 200
    reply["success"] = False
    reply["error"] = not_built(built)
    reply["errors"] = [asdict(error) for error in built.errors]
    reply["output"] = built.output
    return reply, 422


def not_built(built: Built) -> str:
    """The first mistake of a build, and how many more there are."""
    if not built.errors:
        return "cannot build the site: see its output"
    more = len(built.errors) - 1
    also = f"; and {more} more" if more else ""
    return f"cannot build the site: {built.errors[0]}{also}"


def moment(seconds: float) -> str:
    """Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _outcome(preview: Preview, reply: dict[str, Any]) -> Reply:
    match preview.state:
        case PreviewState.READY:
            return reply, 200
        case PreviewState.FAILED:
            why = preview.error or preview.reason
            return reply | {"success": False, "error": f"cannot show the site: {why}"}, 422
        case _:
            return reply, 202
