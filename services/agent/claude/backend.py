"""Carries out turns with the Claude Code CLI: one process for each turn, a session per thread."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple, Unpack

import claude_agent_sdk
import structlog
import trio

from services.agent import prompts
from services.agent.backend import BackendError, Host, Turn
from services.agent.claude import Options
from services.agent.claude.asking import Asking
from services.agent.claude.command import command, tools
from services.agent.claude.conversation import Conversation, NotResumed
from services.agent.claude.effects import Effects
from services.agent.claude.environment import DESCRIPTOR, environment, key
from services.agent.claude.failures import KeyRefused, RequestRefused
from services.agent.claude.keys import Keys
from services.agent.claude.session import LOST, Folder, Session
from services.agent.claude.telling import Telling
from services.aws import Remembered, Secrets
from supervisor.context import Context

log = structlog.get_logger()

GRACE = 0.3  # seconds, for a CLI that is asked to end

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Claude:
    """`ours` is the environment that the CLI's is made from."""

    def __init__(
        self, options: Options, ctx: Context[Any], ours: Mapping[str, str] = os.environ
    ) -> None:
        self._options = options
        self._ctx = ctx
        self._keys = Keys(ours, Remembered(Secrets().read, ctx.hide))
        # What it tells of there it raises as well, and our log is another.
        logging.getLogger("claude_agent_sdk").setLevel(logging.CRITICAL)

    async def run(self, turn: Turn, host: Host) -> None:
        """See `Backend.run`. A conversation that cannot be resumed begins anew, once;
        it is kept until the new one has come to a good end.

        So it does with a key that was rotated, where the API refused the one that is remembered.
        """
        given = await self._keys.given()
        try:
            return await self._resume(turn, host, given)
        except KeyRefused as error:
            refusal = error
        another = await self._keys.given_anew(given)
        if another is None:
            raise refusal
        return await self._resume(turn, host, another)

    async def _resume(self, turn: Turn, host: Host, ours: Mapping[str, str]) -> None:
        root = await trio.to_thread.run_sync(turn.root.resolve)
        folder = Folder(turn.store)
        session, resume, lost = await _kept(folder.open, root)
        if resume:
            try:
                return await self._run(turn, root, host, ours, folder, session, resume=True)
            except (NotResumed, RequestRefused) as error:
                log.warning("cannot resume a conversation", turn=turn.id, error=str(error))
            session, _, lost = await _kept(folder.open, root, True)
        if lost:
            turn = replace(turn, notes=(LOST, *turn.notes))
        await self._run(turn, root, host, ours, folder, session, resume=False)
        if resume:  # not before: what fails without it as well is not for what was said in it
            await _kept(folder.keep, session)
        return None

    async def _run(
        self,
        turn: Turn,
        root: Path,
        host: Host,
        ours: Mapping[str, str],
        folder: Folder,
        session: Session,
        *,
        resume: bool,
    ) -> None:
        options = self._options
        offered = tools(turn.mode, options.scripts)
        telling = Telling(root)
        arguments = command(
            await trio.to_thread.run_sync(self._find),
            system=prompts.system(turn.mode),
            tools=offered,
            model=turn.model or options.model,
            max_turns=options.max_turns,
            budget=turn.budget,
            session=session.id,
            resume=resume,
        )

        async with AsyncExitStack() as stack:
            temporary = await stack.enter_async_context(_going_with_it(folder.temporary))
            given = environment(
                ours,
                home=folder.home,
                config=folder.config,
                temporary=temporary,
                retries=options.retries,
            )
            try:
                with _handed(key(ours)) as descriptors:
                    program = self._ctx.program(
                        arguments,
                        environment=given,
                        directory=str(root),
                        descriptors=descriptors,
                        grace=GRACE,
                    )
                    cli = await stack.enter_async_context(program)
            except OSError as error:
                why = error.strerror or str(error)
                raise BackendError(f"cannot start Claude Code in {root}: {why}") from None
            effects = Effects(host)
            asking = Asking(root, host, telling, effects, tools=offered, scripts=options.scripts)
            talk = Conversation(cli, turn, host, telling, effects, asking)
            await talk.hold(options.max_turns)

    def _find(self) -> Path:
        if self._options.cli is not None:
            return Path(self._options.cli)
        bundled = Path(claude_agent_sdk.__file__).parent / "_bundled" / "claude"
        if not bundled.is_file():
            raise BackendError(
                f"cannot find Claude Code: {bundled} is not there; install claude-agent-sdk from a"
                " wheel for this platform, or name the program with the option `cli`"
            )
        return bundled


async def _kept(work: Callable[[Unpack[Ts]], T], *args: *Ts) -> T:
    """What is done with the folder of a conversation. Raises `BackendError`."""
    try:
        return await trio.to_thread.run_sync(work, *args)
    except OSError as error:
        raise BackendError(f"cannot keep the conversation: {error}") from None


@contextmanager
def _handed(secret: str) -> Generator[dict[int, int]]:
    """A descriptor for a program that it can read a text from, once."""
    if not secret:
        yield {}
        return
    reader, writer = os.pipe()
    try:
        with open(writer, "w") as file:
            file.write(secret)
        yield {DESCRIPTOR: reader}
    finally:
        os.close(reader)


@asynccontextmanager
async def _going_with_it(path: Path) -> AsyncGenerator[Path]:
    """A folder that goes with the turn."""
    try:
        yield path
    finally:
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(lambda: shutil.rmtree(path, ignore_errors=True))
