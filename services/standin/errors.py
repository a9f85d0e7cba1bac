"""What an error is called on each wire. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from services.standin import eventstream
from services.standin.script import Fail
from services.standin.wire import Whole, as_json


@dataclass(frozen=True, slots=True)
class Name:
    """By Anthropic's API; by AWS over HTTP, with its own status; and in the midst of its stream."""

    anthropic: str
    aws: str
    aws_status: int
    text: str

    @property
    def in_stream(self) -> str:
        return self.aws[:1].lower() + self.aws[1:]


NAMES = {
    400: Name("invalid_request_error", "ValidationException", 400, "the request is not valid"),
    401: Name("authentication_error", "UnrecognizedClientException", 403, "invalid x-api-key"),
    402: Name("billing_error", "ServiceQuotaExceededException", 400, "the credit is used up"),
    403: Name("permission_error", "AccessDeniedException", 403, "access to the model is denied"),
    404: Name("not_found_error", "ResourceNotFoundException", 404, "there is no such model"),
    408: Name("timeout_error", "ModelTimeoutException", 408, "the model took too long"),
    413: Name("request_too_large", "ValidationException", 400, "the request is too large"),
    424: Name("api_error", "ModelErrorException", 424, "the model failed"),
    429: Name("rate_limit_error", "ThrottlingException", 429, "too many requests, wait a while"),
    500: Name("api_error", "InternalServerException", 500, "internal server error"),
    503: Name("api_error", "ServiceUnavailableException", 503, "the service is unavailable"),
    504: Name("timeout_error", "ModelTimeoutException", 408, "the model took too long"),
    529: Name("overloaded_error", "ServiceUnavailableException", 503, "Overloaded"),
}
# All that a stream can say of errors; the rest are those of the model.
_IN_STREAM = (400, 429, 500, 503, 529)


def failed(fail: Fail) -> Whole:
    """An error of Anthropic's over HTTP."""
    return Whole(fail.status, as_json(_body(fail)), _retry(fail))


def event(fail: Fail) -> bytes:
    """An error of Anthropic's in mid-stream."""
    return b"event: error\ndata: %s\n\n" % as_json(_body(fail))


def aws_failed(fail: Fail) -> Whole:
    """An error of AWS over HTTP."""
    name = _name(fail)
    status = name.aws_status if fail.status in NAMES else fail.status
    headers = [("x-amzn-errortype", fail.kind or name.aws), *_retry(fail)]
    return Whole(status, as_json({"message": fail.message or name.text}), headers)


def exception(fail: Fail) -> bytes:
    """An error of AWS in mid-stream."""
    name = _name(fail)
    known = fail.status in _IN_STREAM
    kind = fail.kind or (name.in_stream if known else "modelStreamErrorException")
    return eventstream.exception(kind, {"message": fail.message or name.text})


def _body(fail: Fail) -> dict[str, object]:
    name = _name(fail)
    error = {"type": fail.kind or name.anthropic, "message": fail.message or name.text}
    return {"type": "error", "error": error}


def _retry(fail: Fail) -> list[tuple[str, str]]:
    return [] if fail.retry_after is None else [("retry-after", f"{fail.retry_after:g}")]


def _name(fail: Fail) -> Name:
    """A status without a name is one of its hundred."""
    return NAMES.get(fail.status) or NAMES[400 if fail.status < 500 else 500]
