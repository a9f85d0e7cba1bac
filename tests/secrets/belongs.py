"""Where each secret belongs, and why: anywhere else it has got out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.secrets.scanning import Found


@dataclass(frozen=True)
class Belongs:
    """These marks, at places that match a regular expression as a whole."""

    marks: tuple[str, ...]
    place: str
    why: str

    def allows(self, found: Found) -> bool:
        return found.mark in self.marks and re.fullmatch(self.place, found.place) is not None


_ADA = r"one/\.nurseryd/workspace/acme/ada/"
_BOB = r"\.nurseryd/workspace/acme/bob/"
_GIT = r"(commit|blob) \w+|objects/\w\w/\w+|(worktrees/first/)?logs/.*"

BELONGS = (
    # Processes. The daemon's environment is for root alone to read: see test_hidden.py.
    Belongs(
        (
            *("operator", "anthropic", "github", "forge", "awskey", "awssession", "container"),
            *("hook", "idle", "database", "npm"),
        ),
        "environ: nurseryd",
        "who starts it gives it its secrets",
    ),
    Belongs(
        ("awskey", "awssession"),
        "environ: agent: (claude|another)",
        "Claude Code on Bedrock signs its requests, and its git has its environment: SECURITY.md",
    ),
    Belongs(("database",), "environ: noisy", "its table in the configuration says so"),
    # Files.
    Belongs(("filed", "rotated token"), "two/token", "the operator's tokens, mode 0600"),
    Belongs(("hookpath",), r"\w+/nurseryd\.toml\.d/hooks\.toml", "the operator wrote it"),
    Belongs(
        ("hookpath",),
        "socket: GET /v1/specs|nurseryctl: explain webhooks",
        "the same, as it was written: a variable named in supervisor.secrets would be hidden",
    ),
    Belongs(("npmrc",), r"\w+/home/\.npmrc", "the operator wrote it"),
    Belongs(("site",), rf"one/{_BOB}threads/first/\.env", "its owner wrote it; git ignores it"),
    # Whoever asks for a token gets it, and nobody else.
    Belongs(("operator",), "nurseryctl: token show", "that is what it is asked for"),
    Belongs(("rotated token",), "nurseryctl: token rotate", "the same"),
    Belongs(
        ("operator",),
        r"socket: GET /v1/services/api/spec\?secrets=shown",
        "how 'token show' finds it; the socket is the user's alone",
    ),
    Belongs(("operator",), "api: GET /", "the cookie of who opened a page with it"),
    Belongs(("read token",), "api: (POST /v1/tokens|PUT /v1/session)", "made; put into a cookie"),
    Belongs(("ticket",), "api: POST /v1/tickets", "made for who asks"),
    Belongs(("link",), "api: POST .*/preview/link", "made for who asks"),
    Belongs(("link",), "door: GET /", "the cookie of who came by the link"),
    # Others are told what is meant for them.
    Belongs(("hookpath",), "told: (receiver|deaf)", "the address that they gave out"),
    Belongs(("container", "rolesession"), "told: aws", "how AWS knows who asks"),
    # What a person writes into a site or a conversation is theirs to keep.
    Belongs(("spoken",), r"api: \w+ /v1/threads/acme/ada/first/.*", "the conversation itself"),
    Belongs(("spoken",), "door: GET /", "the page that it was asked for"),
    Belongs(("spoken",), "told: (receiver|deaf)", "a webhook has the instruction of a turn"),
    Belongs(("spoken",), rf"{_ADA}\.claude/threads/first\.jsonl", "the journal"),
    Belongs(("spoken",), rf"{_ADA}threads/first/src/pages/index\.astro", "the page"),
    Belongs(("spoken",), rf"{_ADA}project/\.git/({_GIT})", "the turn's commit"),
    Belongs(("committed",), "api: GET .*/log", "the message of a commit"),
    Belongs(
        ("committed",),
        rf"((one|two)/{_BOB}project/\.git|remote/remote\.git)/({_GIT})",
        "the same, pushed, and cloned again",
    ),
)
