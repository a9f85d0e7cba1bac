"""The original's 13 routes: what its clients send, and each key of what they get, with its type.

A shape is a type, a value, a list with the shape of its items, a dict of keys, or a tuple of
several of them of which one fits. What is beyond the original is marked as `Own`: a key that is
in no table makes the tests fail, so that nobody adds one unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

IDS = {"clientId": "acme", "userId": "ann", "threadId": "t1"}
AT = "acme/ann/t1"


@dataclass(frozen=True)
class Own:
    """A key that the original did not have."""

    shape: Any


@dataclass(frozen=True)
class Maybe:
    """A key that is not in every reply of the original."""

    shape: Any


@dataclass(frozen=True)
class Each:
    """An object with any keys."""

    shape: Any


@dataclass(frozen=True)
class Route:
    """One route: `bodies` are those that clients send, None for no body at all."""

    method: str
    path: str
    reply: Any
    bodies: tuple[dict[str, Any] | None, ...] = (None,)
    failures: dict[int, Any] = field(default_factory=dict[int, Any])
    required: tuple[str, ...] = ()


FAILURE = {"success": False, "error": str}
ASTRO = {"url": str, "websocket": str, "running": bool}
RESULT = {
    "output": str,
    "filesChanged": [str],
    "error": (str, NoneType),
    "turnId": Own(str),
    "commit": Own((str, NoneType)),
    "state": Own(str),
}
NO_BODY = (None, {})

ROUTES = {
    "health": Route(
        "GET",
        "/health",
        {
            "status": "healthy",
            "timestamp": str,
            "workspace": str,
            "client": str,
            "user": str,
            "thread": str,
            "version": str,
            "services": Own(Each(str)),
        },
    ),
    "init": Route(
        "POST",
        "/api/init",
        {
            "success": True,
            "workspace": {"projectPath": str, "branch": str, "resumed": bool},
            "astro": ASTRO | {"ownUrl": Own(str)},
        },
        bodies=(IDS, IDS | {"repoUrl": "https://git.example.com/site.git"}),
        required=("clientId", "userId", "threadId"),
    ),
    "execute": Route(
        "POST",
        "/api/execute",
        {"success": True, "result": RESULT},
        bodies=(
            IDS | {"instruction": "Say hello"},
            *(
                IDS | {"instruction": "Say hello", "mode": mode}
                for mode in ("execute", "plan", "analyze")
            ),
        ),
        failures={422: FAILURE | {"result": Own(RESULT), "reason": Own((str, NoneType))}},
        required=("instruction", "clientId", "userId", "threadId"),
    ),
    "status": Route(
        "GET",
        f"/api/status/{AT}",
        {
            "success": True,
            "status": {
                "workingDirectory": str,
                "gitStatus": str,
                "lastActivity": int,
                "currentBranch": str,
                "allBranches": [str],
                "projectPath": str,
            },
        },
    ),
    "git": Route(
        "GET",
        f"/api/git/{AT}",
        {"success": True, "git": {"status": str, "currentBranch": str, "branches": [str]}},
    ),
    "restart": Route(
        "POST",
        f"/api/astro/restart/{AT}",
        {"success": True, "astro": ASTRO},
        bodies=NO_BODY,
        failures={422: FAILURE | {"astro": Own(ASTRO)}},
    ),
    "build": Route(
        "POST",
        f"/api/astro/build/{AT}",
        {"success": True, "message": "Build completed successfully", "seconds": Own(float)},
        bodies=NO_BODY,
        failures={
            422: FAILURE
            | {
                "errors": Own(
                    [
                        {
                            "message": str,
                            "file": (str, NoneType),
                            "line": (int, NoneType),
                            "column": (int, NoneType),
                            "frame": str,
                        }
                    ]
                ),
                "output": Own(str),
                "seconds": Own(float),
            }
        },
    ),
    "git status": Route(
        "GET",
        f"/api/git/status/{AT}",
        {
            "success": True,
            "status": {
                "branch": str,
                "clean": bool,
                "ahead": int,
                "behind": int,
                "changes": {
                    "added": [str],
                    "modified": [str],
                    "deleted": [str],
                    "untracked": [str],
                },
                "canPush": bool,
            },
        },
    ),
    "commit": Route(
        "POST",
        f"/api/git/commit/{AT}",
        {
            "success": True,
            "result": {
                "success": bool,
                "commitHash": Maybe(str),
                "branch": str,
                "pushed": bool,
                "prUrl": Maybe(str),
                "message": Maybe(str),
            },
        },
        bodies=({"message": "A new page"},),
        required=("message",),
    ),
    "push": Route(
        "POST",
        f"/api/git/push/{AT}",
        {"success": True, "result": {"success": True, "branch": str, "prUrl": Maybe(str)}},
        bodies=(None, {}, {"force": False}, {"force": True}),
        failures={
            409: FAILURE | {"result": Own({"success": False, "branch": str, "error": str})},
        },
    ),
    "pull": Route(
        "POST",
        f"/api/git/pull/{AT}",
        {"success": True, "message": str, "outcome": Own(str), "head": Own(str)},
        bodies=(None, {}, {"branch": "main"}),
        failures={
            409: FAILURE
            | {
                "outcome": Own(str),
                "head": Own(str),
                "conflicts": Own([{"path": str, "with": str, "text": (str, NoneType)}]),
            }
        },
    ),
    "fetch": Route(
        "POST",
        f"/api/git/fetch/{AT}",
        {"success": True, "message": str, "changed": Own([str])},
        bodies=NO_BODY,
    ),
    "branch": Route(
        "POST",
        f"/api/git/branch/{AT}",
        {"success": True, "message": str, "branch": str},
        bodies=({"branch": "other"}, {"branch": "other", "createNew": True}),
        required=("branch",),
    ),
}


def mismatches(value: Any, shape: Any, at: str = "$") -> Iterator[str]:
    """Where a reply is not of a shape; nothing where it is."""
    match shape:
        case Own(inner) | Maybe(inner):
            yield from mismatches(value, inner, at)
        case Each(inner) if isinstance(value, dict):
            for key, item in value.items():
                yield from mismatches(item, inner, f"{at}.{key}")
        case dict() if isinstance(value, dict):
            yield from _keys(value, shape, at)
        case list() if isinstance(value, list):
            for place, item in enumerate(value):
                yield from mismatches(item, shape[0], f"{at}[{place}]")
        case tuple() if any(not [*mismatches(value, one, at)] for one in shape):
            pass
        case type() if type(value) is shape:
            pass
        case _ if shape is value or (isinstance(shape, str) and shape == value):
            pass
        case _:
            yield f"{at} is {value!r}, and not {shape}"


def _keys(value: dict[str, Any], shape: dict[str, Any], at: str) -> Iterator[str]:
    for key, inner in shape.items():
        if key in value:
            yield from mismatches(value[key], inner, f"{at}.{key}")
        elif not isinstance(inner, Maybe):
            yield f"{at}.{key} is missing"
    yield from (f"{at}.{key} is in no table" for key in value.keys() - shape.keys())
