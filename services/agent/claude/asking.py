"""The permission for each call of a tool: first whether it stays inside, then what the host says.

The SDK asks in tasks of its own, which no cancellation of a turn reaches. So a question is handed
to the turn's nursery, and answered there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trio
from claude_agent_sdk import (
    HookContext,
    HookInput,
    HookJSONOutput,
    HookMatcher,
    PermissionResultAllow,
    PermissionResultDeny,
    ToolPermissionContext,
)

from services.agent.backend import Host
from services.agent.claude.command import SHELL
from services.agent.claude.effects import Effects
from services.agent.claude.gate import examine, state_of
from services.agent.claude.summary import name, summary
from services.agent.claude.telling import Telling
from services.site.containment import Outside

# Seconds. The SDK's own limit for a hook; a person may think as long as the host lets them.
FOR_EVER = 86400.0
# For a call to be told of before it is decided on: it was said before it was asked about.
TOLD = 2.0
OVER = "the turn is over"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`given` is the input that the call may have, `reason` what the agent is told else."""

    given: dict[str, Any] | None
    reason: str = ""


@dataclass(slots=True)
class _Question:
    tool: str
    given: dict[str, Any]
    call: str
    answered: trio.Event = field(default_factory=trio.Event)
    verdict: Verdict = Verdict(None, OVER)


class Asking:
    """One run's. `serve` answers until it is cancelled."""

    def __init__(
        self,
        root: Path,
        host: Host,
        telling: Telling,
        effects: Effects,
        tools: Sequence[str],
        scripts: Sequence[str],
    ) -> None:
        self._root = root
        self._host = host
        self._telling = telling
        self._effects = effects
        self._tools = tools
        self._scripts = scripts
        self._over = False
        self._verdicts: dict[str, Verdict] = {}
        self._send, self._receive = trio.open_memory_channel[_Question](0)

    @property
    def hooks(self) -> list[HookMatcher]:
        """For the event PreToolUse, and every tool. One that fails forbids."""
        return [HookMatcher(hooks=[self._before], timeout=FOR_EVER, on_failure="block")]

    async def may(
        self, tool: str, given: dict[str, Any], context: ToolPermissionContext
    ) -> PermissionResultAllow | PermissionResultDeny:
        """For `can_use_tool`: what the CLI's own rules would ask a person about."""
        verdict = await self._ask(tool, given, context.tool_use_id or "")
        if verdict.given is None:
            return PermissionResultDeny(message=verdict.reason)
        return PermissionResultAllow(updated_input=verdict.given)

    def refuse(self) -> None:
        """Allow nothing more."""
        self._over = True

    async def serve(self) -> None:
        """Answer, each question in a task of its own."""
        async with self._receive, trio.open_nursery() as nursery:
            async for question in self._receive:
                nursery.start_soon(self._answer, question)

    async def _before(
        self, asked: HookInput, call: str | None, _context: HookContext
    ) -> HookJSONOutput:
        if asked["hook_event_name"] != "PreToolUse":
            return {}
        verdict = await self._ask(asked["tool_name"], asked["tool_input"], call or "")
        if verdict.given is None:
            return {
                "hookSpecificOutput": {
                    "hookEventName": "PreToolUse",
                    "permissionDecision": "deny",
                    "permissionDecisionReason": verdict.reason,
                }
            }
        return {
            "hookSpecificOutput": {
                "hookEventName": "PreToolUse",
                "permissionDecision": "allow",
                "updatedInput": verdict.given,
            }
        }

    async def _ask(self, tool: str, given: dict[str, Any], call: str) -> Verdict:
        question = _Question(tool, given, call)
        await self._send.send(question)
        await question.answered.wait()
        return question.verdict

    async def _answer(self, question: _Question) -> None:
        try:
            question.verdict = await self._decide(question)
        finally:
            question.answered.set()

    async def _decide(self, question: _Question) -> Verdict:
        """Whether it stays inside is looked at each time, the host is asked once for a call."""
        tool, call = question.tool, question.call
        try:
            given = await trio.to_thread.run_sync(
                lambda: examine(
                    self._root,
                    tool,
                    question.given,
                    tools=self._tools,
                    scripts=self._scripts,
                )
            )
        except Outside as refusal:
            return Verdict(None, str(refusal))
        before = self._verdicts.get(call)
        if before is not None:
            return before if before.given is None else Verdict(given)
        with trio.move_on_after(TOLD):
            await self._telling.until_started(call)
        about = summary(self._root, tool, question.given)
        decision = await self._host.ask(name(tool), about)
        if not decision.allowed:
            verdict = Verdict(None, decision.reason or "the person did not allow it")
        else:
            state = await trio.to_thread.run_sync(state_of, given)
            self._telling.allow(call, given, state)
            if tool == SHELL:
                await self._effects.before()
            verdict = Verdict(None, OVER) if self._over else Verdict(given)
        self._verdicts[call] = verdict
        return verdict
