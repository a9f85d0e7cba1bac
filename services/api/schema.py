"""What the bodies of requests look like, and how they are read."""

from __future__ import annotations

from enum import EnumMeta
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from services.api.addresses import LINK_SECONDS
from services.api.errors import Problem
from services.api.limits import INSTRUCTION_LIMIT
from services.messages import Mode, OpenWorkspace, ThreadKey
from supervisor.desk import Refused

LONGEST_LINK = 7 * 24 * 3600  # seconds


class Body(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base of what a request brings along as JSON."""


class _ThreadBody(Body, frozen=True, kw_only=True):
    client_id: str
    user_id: str
    thread_id: str

    @property
    def key(self) -> ThreadKey:
        """Whose request it is; raises `Problem` for ids that cannot be used."""
        return thread_key(self.client_id, self.user_id, self.thread_id)


class InitBody(_ThreadBody, frozen=True, kw_only=True):
    """POST /api/init."""

    repo_url: str | None = None
    branch: str | None = None
    depth: Annotated[int, Meta(ge=0)] | None = None
    empty: bool = False
    title: str | None = None
    site: str | None = None

    @property
    def request(self) -> OpenWorkspace:
        """What it asks for; an empty text is none."""
        return OpenWorkspace(
            self.key,
            self.repo_url or None,
            self.branch or None,
            self.depth,
            self.empty,
            self.title or None,
            self.site,
        )


class ExecuteBody(_ThreadBody, frozen=True, kw_only=True):
    """POST /api/execute."""

    instruction: str
    mode: Mode = Mode.EXECUTE

    @property
    def checked_instruction(self) -> str:
        """The instruction without the space around it; raises `Problem` if empty or too long."""
        return checked_instruction(self.instruction)


class CommitBody(Body, frozen=True, kw_only=True):
    """POST /api/git/commit; everything, unless `paths` names some."""

    message: str
    paths: tuple[str, ...] | None = None

    @property
    def checked_paths(self) -> tuple[str, ...]:
        """None at all for everything; raises `Problem` for a list in which nothing was chosen."""
        if self.paths is None:
            return ()
        if not self.paths:
            raise Problem(
                400, "cannot commit no paths: name some, or leave paths out to commit everything"
            )
        return self.paths


class PushBody(Body, frozen=True, kw_only=True):
    """POST /api/git/push."""

    force: bool = False


class PullBody(Body, frozen=True, kw_only=True):
    """POST /api/git/pull; the default branch, unless it names one."""

    branch: str | None = None


class FetchBody(Body, frozen=True, kw_only=True):
    """POST /api/git/fetch."""


class BranchBody(Body, frozen=True, kw_only=True):
    """POST /api/git/branch."""

    branch: str
    create_new: bool = False


class ThreadBody(Body, frozen=True, kw_only=True):
    """PATCH /v1/threads: what is to be different."""

    title: str | None = None
    archived: bool | None = None


class ForkBody(Body, frozen=True, kw_only=True):
    """POST /v1/threads/…/fork: the id of the new thread, and where it starts."""

    thread_id: str
    commit: str | None = None
    title: str | None = None


class MergeBody(Body, frozen=True, kw_only=True):
    """POST /v1/threads/…/merge."""

    message: str | None = None


class RestoreBody(Body, frozen=True, kw_only=True):
    """POST /v1/threads/…/restore."""

    commit: str
    expected_head: str | None = None


class PullRequestBody(Body, frozen=True, kw_only=True):
    """POST /v1/threads/…/pull-request."""

    title: str
    body: str = ""
    draft: bool = False


class LinkBody(Body, frozen=True, kw_only=True):
    """POST /v1/threads/…/preview/link: how long it is good for, and for which of the two."""

    seconds: Annotated[int, Meta(ge=1, le=LONGEST_LINK)] = LINK_SECONDS
    built: bool = False


def checked_instruction(instruction: str) -> str:
    """The instruction without the space around it; raises `Problem` if empty or too long."""
    text = instruction.strip()
    if not text:
        raise Problem(400, "cannot execute an empty instruction: say what to change")
    if len(text) > INSTRUCTION_LIMIT:
        raise Problem(
            400,
            f"cannot execute an instruction of {len(text)} characters: {INSTRUCTION_LIMIT} at most",
        )
    return text


BodyT = TypeVar("BodyT", bound=Body)


def thread_key(client: str, user: str, thread: str) -> ThreadKey:
    """The key of three ids from outside; raises `Problem` if one cannot be used."""
    try:
        return ThreadKey(client, user, thread)
    except Refused as refusal:
        raise Problem(400, str(refusal)) from refusal


def read_body(data: bytes, shape: type[BodyT]) -> BodyT:
    """A body of JSON as a `shape`; raises `Problem` saying what is wrong and what may be there."""
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        fields = ", ".join(_described(field) for field in msgspec.structs.fields(shape))
        raise Problem(400, f"cannot use this body: {error}; it is JSON with {fields}") from error


def _described(field: msgspec.structs.FieldInfo) -> str:
    name = field.encode_name if field.required else f"{field.encode_name} (optional)"
    if isinstance(field.type, EnumMeta):
        choices: list[str] = [str(choice) for choice in field.type]
        return f"{name} = {' | '.join(choices)}"
    return name
