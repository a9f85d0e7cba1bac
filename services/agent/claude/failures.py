"""From how the CLI says that a turn failed to a sentence that a person can act on. Pure."""

from __future__ import annotations

import signal

from claude_agent_sdk import ResultMessage

from services.agent.backend import BackendError, BudgetExceeded

_CAUSES = {
    400: "the model's API does not accept the request",
    401: "the model's API does not accept the key: set ANTHROPIC_API_KEY, or the role, anew",
    403: "the model's API does not allow it: see to the rights of the key or of the role",
    404: "there is no such model for this key: choose another one",
    413: "the conversation or an image is too large for the model: begin a new thread",
    429: "the model's API is asked too often: try again in a minute, or raise the limit there",
    529: "the model's API is overloaded: try again in a minute",
}
_SERVER = "the model's API is in trouble: try again in a minute"
_BROKEN = "the answer of the model's API broke off: try again"


class KeyRefused(BackendError):
    """The model's API did not take the key."""


class RequestRefused(BackendError):
    """The model's API did not take what was said, or the conversation before that."""


_KINDS = {400: RequestRefused, 401: KeyRefused}


def failure(result: ResultMessage, *, budget: float | None, max_turns: int) -> BackendError | None:
    """Why the run that ended with this failed; None where it did not."""
    if result.subtype == "error_max_budget_usd":
        return BudgetExceeded(f"the budget of this turn is spent: ${budget or 0:.2f}")
    if result.subtype == "error_max_turns":
        return BackendError(
            f"the agent was not done after {max_turns} steps: ask it to go on, or for less at once"
        )
    if not result.is_error:
        return None
    said = " ".join([*(result.errors or ()), result.result or ""]).strip()
    status = result.api_error_status
    if status is not None:
        cause = _CAUSES.get(status) or (_SERVER if status >= 500 else _CAUSES[400])
        kind = _KINDS.get(status, BackendError)
        return kind(f"{cause} (HTTP {status}: {_short(said)})")
    if result.terminal_reason == "api_error":
        return BackendError(f"{_BROKEN} ({_short(said)})")
    return BackendError(f"Claude Code failed: {_short(said) or result.subtype}")


def ended(code: int, last: str = "") -> str:
    """For a CLI that ended before its turn did, with this code as `Popen.returncode` has it, and
    this last line of its stderr.
    """
    how = f"with code {code}"
    if code < 0:
        try:
            how = f"by {signal.Signals(-code).name}"
        except ValueError:
            how = f"by signal {-code}"
    more = "; it may need more memory" if code == -signal.SIGKILL else ""
    said = f" ({_short(last)})" if last else ""
    return f"Claude Code ended before the turn did, {how}{said}{more}: try again"


def _short(text: str) -> str:
    text = " ".join(text.split()).removeprefix("API Error: ")
    return text if len(text) <= 300 else text[:299] + "…"
