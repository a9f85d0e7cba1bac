"""A translation as TOML for people: a table for each service, and beside it what to know of it."""

from __future__ import annotations

from supervisor import toml
from supervisor.supervisord.note import Note, printable
from supervisor.supervisord.translation import Translation

# The order in which a person reads a service.
KEYS = (
    "kind",
    "command",
    "directory",
    "user",
    "umask",
    "environment",
    "listen",
    "autostart",
    "after",
    "ready",
    "start_timeout",
    "restart",
    "success",
    "budget",
    "stop_signal",
    "stop_timeout",
    "log",
)


# Sections of the daemon itself: what there is to say of them stands in front of [supervisor].
DAEMON = ("supervisord", "unix_http_server", "inet_http_server", "supervisorctl", "include")


def write(translation: Translation, name: str) -> str:
    """The whole file, in the order of the sections. `name` is where it came from."""
    notes: dict[str, list[Note]] = {}
    for note in translation.notes:
        notes.setdefault(note.section, []).append(note)
    head: list[str] = []
    body: list[str] = []
    for title in translation.sections:
        comments = [f"# {note}" for note in notes.get(title, ())]
        tables = _services(translation, title) or _groups(translation, title)
        if title.partition(":")[0] in DAEMON:
            head += comments
        elif comments or tables:
            body.append("\n".join([*comments, *tables[:1]]))
            body += tables[1:]
    first = f"# Made of {printable(name)} by nurseryd import."
    daemon = "\n".join([*head, *_settings(translation)])
    blocks = [first, daemon, *body, *_groups(translation, "")]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _services(translation: Translation, title: str) -> list[str]:
    return [
        toml.table(
            ("service", service.name),
            {key: service.content[key] for key in KEYS if key in service.content},
        )
        for service in translation.services
        if service.section == title
    ]


def _groups(translation: Translation, title: str) -> list[str]:
    return [
        toml.table(("group", group.name), {"members": group.members})
        for group in translation.groups
        if group.section == title
    ]


def _settings(translation: Translation) -> list[str]:
    if not translation.settings:
        return []
    lines = [
        toml.pair(key, value) + (f"  # {why}" if (why := translation.why.get(key)) else "")
        for key, value in translation.settings.items()
    ]
    return ["[supervisor]", *lines]
