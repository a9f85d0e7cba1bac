"""What AWS's errors mean, whatever the name that they come under."""

from __future__ import annotations

import pytest

from services.aws import Failed, Failure
from services.aws.failures import of_answer, of_botocore


def answer(code: str, text: str = "", status: int = 400, **headers: str) -> Failed:
    meta = {"HTTPStatusCode": status, "HTTPHeaders": headers}
    return of_answer({"Error": {"Code": code, "Message": text}, "ResponseMetadata": meta})


@pytest.mark.parametrize(
    ("code", "text", "status", "failure"),
    [
        ("ThrottlingException", "", 429, Failure.THROTTLED),
        ("throttlingException", "", 0, Failure.THROTTLED),
        ("TooManyRequestsException", "", 429, Failure.THROTTLED),
        ("ServiceUnavailableException", "", 503, Failure.UNAVAILABLE),
        ("internalServerException", "", 0, Failure.UNAVAILABLE),
        ("ModelNotReadyException", "", 429, Failure.UNAVAILABLE),
        ("ModelTimeoutException", "", 408, Failure.UNAVAILABLE),
        ("ModelErrorException", "", 424, Failure.UNAVAILABLE),
        ("modelStreamErrorException", "", 0, Failure.BROKEN),
        ("502", "Bad Gateway", 502, Failure.UNAVAILABLE),
        ("Whatever", "", 429, Failure.THROTTLED),
        ("Whatever", "", 418, Failure.INVALID),
        ("ValidationException", "Malformed input request", 400, Failure.INVALID),
        ("ValidationException", "Input is too long for requested model.", 400, Failure.TOO_LONG),
        ("validationException", "input length and max_tokens exceed", 0, Failure.TOO_LONG),
        ("ValidationException", "prompt is too long: 210000 tokens", 400, Failure.TOO_LONG),
        (
            "ValidationException",
            "The maximum tokens you requested exceeds the model limit of 4096.",
            400,
            Failure.INVALID,
        ),
        (
            "ValidationException",
            "The provided model identifier is invalid.",
            400,
            Failure.NO_MODEL,
        ),
        (
            "ValidationException",
            "Invocation of model ID x with on-demand throughput isn’t supported.",
            400,
            Failure.NO_MODEL,
        ),
        ("ResourceNotFoundException", "end of its life", 404, Failure.NO_MODEL),
        ("AccessDeniedException", "no access to the model", 403, Failure.DENIED),
        ("ExpiredTokenException", "", 403, Failure.EXPIRED),
        ("ExpiredToken", "", 400, Failure.EXPIRED),
        ("UnrecognizedClientException", "", 403, Failure.NO_CREDENTIALS),
        ("InvalidSignatureException", "", 403, Failure.NO_CREDENTIALS),
    ],
)
def test_an_answer(code: str, text: str, status: int, failure: Failure):
    failed = answer(code, text, status)
    assert (failed.failure, str(failed), failed.code) == (failure, text, code)


def test_some_failures_pass():
    passing = {each for each in Failure if each.passes}
    assert passing == {Failure.THROTTLED, Failure.UNAVAILABLE, Failure.BROKEN}


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("0", 0.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None)]
)
def test_when_to_ask_again_is_read_where_it_is_a_number(header: str, seconds: float | None):
    assert answer("ThrottlingException", "", 429, **{"retry-after": header}).after == seconds
    assert answer("ThrottlingException", "", 429).after is None


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("NoRegionError", Failure.NO_REGION),
        ("NoCredentialsError", Failure.NO_CREDENTIALS),
        ("CredentialRetrievalError", Failure.NO_CREDENTIALS),
        ("TokenRetrievalError", Failure.EXPIRED),
        ("EndpointConnectionError", Failure.UNAVAILABLE),
        ("ConnectTimeoutError", Failure.UNAVAILABLE),
        ("ReadTimeoutError", Failure.UNAVAILABLE),
        ("ConnectionClosedError", Failure.BROKEN),
        ("ParamValidationError", Failure.INVALID),
        ("SomethingElseError", Failure.INVALID),
    ],
)
def test_what_botocore_finds_by_itself(name: str, failure: Failure):
    assert of_botocore(name, "no").failure is failure
