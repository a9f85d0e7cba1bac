"""How a person reads it: statuses, changes and differences as lines. Pure."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

import click

from supervisor.cli.nurseryctl.probing import plain

COLOURS = {
    "RUNNING": "green",
    "STARTING": "cyan",
    "STOPPING": "cyan",
    "BACKOFF": "yellow",
    "FATAL": "red",
}
MARKS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}


def table(services: Sequence[dict[str, Any]], now: float) -> list[str]:
    """One line a service: name, state, health, process, how long, restarts, why."""
    width = max((len(service["name"]) for service in services), default=0)
    return [row(service, now, width) for service in services]


def row(service: dict[str, Any], now: float, width: int = 0) -> str:
    state = click.style(f"{service['state']:<8}", fg=_colour(service))
    health = {True: "healthy", False: "unhealthy", None: "-"}[service["healthy"]]
    pid = f"pid {service['pid']}" if service["pid"] else "-"
    line = f"{service['name']:<{width}}  {state}  {health:<9}  {pid:<11}"
    line += f"  {age(now - service['since']):>8}"
    if service["restarts"]:
        line += f"  restarts {service['restarts']}"
    for key in ("next_restart", "next_start"):
        if service.get(key):
            line += f"  next in {_until(service[key] - now)}"
    for key in ("reason", "note"):
        if service.get(key):
            line += f"  {plain(service[key])}"
    return line


def _colour(service: dict[str, Any]) -> str | None:
    failed = service["state"] == "EXITED" and service.get("failed")
    return "red" if failed else COLOURS.get(service["state"])


def _until(seconds: float) -> str:
    return age(seconds) if seconds >= 60 else f"{max(0.0, seconds):.1f} s"


def age(seconds: float) -> str:
    """A duration as a person reads it."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02}s"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    return f"{whole // 86400}d{whole % 86400 // 3600:02}h"


def change(before: dict[str, Any] | None, now: dict[str, Any] | None, at: float) -> str:
    """One event: the time, who, from what to what, and why."""
    it = now or before or {}
    clock = time.strftime("%H:%M:%S", time.localtime(at))
    if now is None:
        return f"{clock}  {it['name']}  vanished"
    state = click.style(now["state"], fg=_colour(now))
    was = "" if before is None or before["state"] == now["state"] else f"{before['state']} -> "
    facts = [
        f"{key} {_json(now.get(key))}"
        for key in ("ready", "healthy", "pid", "restarts", "exit_code")
        if before is not None and before.get(key) != now.get(key)
    ]
    texts = [plain(now[key]) for key in ("reason", "note") if now.get(key)]
    return "  ".join([clock, it["name"], f"{was}{state}", *facts, *texts])


def differences(found: Iterable[dict[str, Any]]) -> list[str]:
    """What a reload changes: a line for each service, and one for each key."""
    lines: list[str] = []
    for one in found:
        mark, colour = MARKS[one["kind"]]
        name = one["service"] or "the daemon"
        lines.append(click.style(f"{mark} {name}", fg=colour) + f"  {one['kind']}")
        if one["kind"] != "changed":
            continue
        waits = "with a restart" if one["service"] else "when the daemon starts again"
        for keys, how in ((one["live"], "live"), (one["restart"], waits)):
            lines += [
                f"    {key}: {_json(before)} -> {_json(after)}  ({how})"
                for key, (before, after) in keys.items()
            ]
    return lines


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
