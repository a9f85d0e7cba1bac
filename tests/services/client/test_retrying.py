import msgspec
import pytest

from services.client.calls import Call
from services.client.problems import Problem, Unreachable
from services.client.retrying import Attempts, Retries

RETRIES = Retries(most=2, first=1.0, longest=10.0, chance=lambda: 1.0, now=lambda: 1_000.0)
BROKEN = ConnectionError("it broke")


class Body(msgspec.Struct):
    text: str


def attempts(method, **headers):
    return Attempts(Call(method, "/things", headers=headers), RETRIES)


def refused(made, status, **headers):
    """What an answer comes to: seconds to wait, or the status of the problem."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        return made.refused(status, named, b'{"detail": "no"}')
    except Problem as problem:
        return f"problem {problem.status}"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_what_is_the_same_twice_is_done_again_longer_and_longer_apart(method):
    made = attempts(method)
    assert [made.unanswered(BROKEN), made.unanswered(BROKEN)] == [1.0, 2.0]
    with pytest.raises(Unreachable, match=f"cannot {method} /things: it broke"):
        made.unanswered(BROKEN)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_so_is_what_a_server_cannot_do_for_now(status):
    assert refused(attempts("GET"), status) == 1.0


@pytest.mark.parametrize("status", [400, 401, 404, 409, 412, 422, 500])
def test_what_will_not_pass_is_not(status):
    assert refused(attempts("GET"), status) == f"problem {status}"
    assert refused(attempts("GET"), status, Retry_After="1") == f"problem {status}"


def test_what_may_have_been_done_is_done_again_only_with_a_key():
    with pytest.raises(Unreachable):
        attempts("POST").unanswered(BROKEN)
    assert refused(attempts("POST"), 503) == "problem 503"
    keyed = Attempts(Call("POST", "/things", headers={"Idempotency-Key": "a"}), RETRIES)
    assert keyed.unanswered(BROKEN) == 1.0


def test_a_change_of_what_was_expected_is_not_done_again():
    changing = Attempts(Call("PUT", "/things", headers={"If-Match": '"a"'}), RETRIES)
    with pytest.raises(Unreachable):
        changing.unanswered(BROKEN)
    looking = Attempts(Call("GET", "/things", headers={"If-None-Match": '"a"'}), RETRIES)
    assert looking.unanswered(BROKEN) == 1.0


def test_who_says_when_to_come_back_has_not_done_it():
    assert refused(attempts("POST"), 429, Retry_After="3") == 3.0
    assert refused(attempts("POST"), 503, Retry_After="3") == 3.0
    assert refused(attempts("POST"), 502, Retry_After="3") == "problem 502"
    assert refused(attempts("GET"), 429, Retry_After="11") == "problem 429"
    assert refused(attempts("GET"), 503, Retry_After="Thu, 01 Jan 1970 00:16:44 GMT") == 4.0
    for nothing in ("soon", f"Thu, 01 Jan {10**20} 00:00:00 GMT"):
        assert refused(attempts("GET"), 503, Retry_After=nothing) == 1.0


def test_a_refusal_that_is_no_problem_is_told_as_it_is():
    for body, detail in [
        (b'{"success": false, "error": "no way"}', "no way"),
        (b"<h1>Bad Gateway</h1>", "<h1>Bad Gateway</h1>"),
        (b"[1]", "[1]"),
        (b"", "refused without a word"),
    ]:
        with pytest.raises(Problem) as caught:
            attempts("GET").refused(400, {}, body)
        assert caught.value.detail == detail
        assert caught.value.extensions == {}
