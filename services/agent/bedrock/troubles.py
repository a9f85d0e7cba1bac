"""What a person is told when the model did not do its part, and what to do about it."""

from __future__ import annotations

from services.agent.backend import BackendError
from services.agent.bedrock.looking import shortened
from services.aws import Failed, Failure

_LONGEST = 160  # letters of what AWS says

_TEXTS = {
    Failure.THROTTLED: "Amazon Bedrock takes no more requests for now. Try again in a minute; if"
    " that happens often, ask AWS for a higher quota for {model}.",
    Failure.UNAVAILABLE: "Amazon Bedrock cannot be reached, or cannot answer. Try again in a"
    " minute.",
    Failure.BROKEN: "The answer of the model broke off again and again. Try again in a minute.",
    Failure.TOO_LONG: "The conversation is too long for {model}. Begin a new one.",
    Failure.INVALID: "Amazon Bedrock did not accept the request. Check the options of the backend"
    " against what {model} takes.",
    Failure.DENIED: "The credentials of this deployment may not use {model}. Allow"
    " bedrock:InvokeModelWithResponseStream for it, and see that the account has access to it.",
    Failure.NO_MODEL: "There is no model {model} here. Check its id and the region; many models are"
    " to be had by an inference profile only.",
    Failure.NO_CREDENTIALS: "Amazon Bedrock does not know who asks. Give this deployment AWS"
    " credentials: a task role, or the usual variables.",
    Failure.EXPIRED: "The AWS credentials of this deployment have expired. Renew them.",
    Failure.NO_REGION: "It is not known which AWS region to ask. Set AWS_REGION, or `region` in the"
    " options of the backend.",
}
_STOPPED = {
    "guardrail_intervened": "A guardrail of this deployment stopped the model's answer.",
    "content_filtered": "The model's answer was withheld by a content filter.",
}
_CUT = {
    "max_tokens": "Your answer was cut off, since it was too long. What was whole of it counts; go"
    " on from there, in smaller steps.",
    "malformed_tool_use": "The last use of a tool could not be read. Do it again.",
    "malformed_model_output": "The last answer could not be read. Give it again.",
}


def told(failed: Failed, model: str) -> BackendError:
    text = _TEXTS[failed.failure].format(model=model)
    reason = shortened(" ".join(str(failed).split()), _LONGEST)
    return BackendError(f"{text} (AWS: {reason})" if reason else text)


def stopped(reason: str | None) -> BackendError | None:
    """Why an answer that ended for this reason is no answer; None where it is one."""
    text = _STOPPED.get(reason or "")
    return BackendError(f"{text} Say it in other words.") if text else None


def cut(reason: str | None) -> str | None:
    """What to tell the model whose answer was cut for this reason."""
    text = _CUT.get(reason or "")
    return f"<system-reminder>{text}</system-reminder>" if text else None
