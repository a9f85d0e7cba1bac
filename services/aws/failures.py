"""What can fail when a model is asked: AWS's many names for it, and ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Failure(StrEnum):
    """`THROTTLED`, `UNAVAILABLE` and `BROKEN` pass; the others stay until somebody acts."""

    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"  # the service, or the way to it
    BROKEN = "broken"  # the answer ended in the middle
    TOO_LONG = "too long"  # the conversation, for this model
    INVALID = "invalid"
    DENIED = "denied"
    NO_MODEL = "no model"
    NO_CREDENTIALS = "no credentials"
    EXPIRED = "expired"
    NO_REGION = "no region"

    @property
    def passes(self) -> bool:
        return self in (Failure.THROTTLED, Failure.UNAVAILABLE, Failure.BROKEN)


class Failed(Exception):
    """A model did not answer, or not to the end; the text is AWS's own, for a person.

    `code` is AWS's name for it. `after` is in how many seconds it may be asked again, where AWS
    said so.
    """

    def __init__(
        self, failure: Failure, text: str, code: str = "", after: float | None = None
    ) -> None:
        super().__init__(text)
        self.failure = failure
        self.code = code
        self.after = after


# In lower case, since an error that comes in the stream begins with a small letter, and without
# `Exception` or `Error` at the end.
_CODES = {
    "throttling": Failure.THROTTLED,
    "toomanyrequests": Failure.THROTTLED,
    "modelnotready": Failure.UNAVAILABLE,
    "modeltimeout": Failure.UNAVAILABLE,
    "modelerror": Failure.UNAVAILABLE,
    "modelstreamerror": Failure.BROKEN,
    "internalserver": Failure.UNAVAILABLE,
    "internalfailure": Failure.UNAVAILABLE,
    "serviceunavailable": Failure.UNAVAILABLE,
    "accessdenied": Failure.DENIED,
    "resourcenotfound": Failure.NO_MODEL,
    "expiredtoken": Failure.EXPIRED,
    "requestexpired": Failure.EXPIRED,
    "unrecognizedclient": Failure.NO_CREDENTIALS,
    "invalidclienttokenid": Failure.NO_CREDENTIALS,
    "invalidsignature": Failure.NO_CREDENTIALS,
    "signaturedoesnotmatch": Failure.NO_CREDENTIALS,
    "incompletesignature": Failure.NO_CREDENTIALS,
    "missingauthenticationtoken": Failure.NO_CREDENTIALS,
}
_ERRORS = {
    "NoRegionError": Failure.NO_REGION,
    "InvalidRegionError": Failure.NO_REGION,
    "NoCredentialsError": Failure.NO_CREDENTIALS,
    "PartialCredentialsError": Failure.NO_CREDENTIALS,
    "ProfileNotFound": Failure.NO_CREDENTIALS,
    "CredentialRetrievalError": Failure.NO_CREDENTIALS,
    "TokenRetrievalError": Failure.EXPIRED,
    "SSOTokenLoadError": Failure.EXPIRED,
    "UnauthorizedSSOTokenError": Failure.EXPIRED,
    "ParamValidationError": Failure.INVALID,
    "ConnectionClosedError": Failure.BROKEN,
}
_AWAY = ("EndpointConnection", "Timeout", "ProxyConnection", "HTTPClient", "SSL")
_TOO_LONG = re.compile(r"too long|context (?:limit|window|length)|input length", re.IGNORECASE)
_NO_MODEL = re.compile(r"model identifier|on-demand throughput|model id\b", re.IGNORECASE)


def of_answer(response: Mapping[str, Any]) -> Failed:
    """What an error that AWS answered with means: botocore's `ClientError.response`."""
    error: Mapping[str, Any] = response.get("Error") or {}
    meta: Mapping[str, Any] = response.get("ResponseMetadata") or {}
    code, text = str(error.get("Code") or ""), str(error.get("Message") or "")
    kind = _code(code, text, int(meta.get("HTTPStatusCode") or 0))
    headers: Mapping[str, Any] = meta.get("HTTPHeaders") or {}
    return Failed(kind, text, code, _seconds(headers.get("retry-after")))


def of_botocore(name: str, text: str) -> Failed:
    """What an error that botocore found by itself means."""
    away = any(part in name for part in _AWAY)
    return Failed(_ERRORS.get(name, Failure.UNAVAILABLE if away else Failure.INVALID), text, name)


def _code(code: str, text: str, status: int) -> Failure:
    name = re.sub(r"exception$|error$", "", code.lower())
    if name == "validation" or (status == 400 and name not in _CODES):
        if _TOO_LONG.search(text):
            return Failure.TOO_LONG
        return Failure.NO_MODEL if _NO_MODEL.search(text) else Failure.INVALID
    if name in _CODES:
        return _CODES[name]
    if status == 429:
        return Failure.THROTTLED
    return Failure.UNAVAILABLE if status >= 500 else Failure.INVALID


def _seconds(header: object) -> float | None:
    """A `retry-after` in seconds; a date, which AWS does not send, is none."""
    return float(header) if isinstance(header, str) and re.fullmatch(r"\d{1,6}", header) else None
