"""What may take minutes is waited for, and an answer that is due is not."""

import pytest

from services.client.calls import Call
from services.client.timing import Waiting
from tests.services.client.making import document

WAITING = Waiting(answer=1.0, work=2.0)
LONG = {
    "buildSite",
    "fetchRemote",
    "openPullRequest",
    "openThread",
    "originalBuild",
    "originalExecute",
    "originalFetch",
    "originalInit",
    "originalPull",
    "originalPush",
    "originalRestart",
    "pullThread",
    "pushThread",
    "restartPreview",
    "restartService",
    "startService",
    "stopService",
    "testPreview",
}


def test_what_may_take_minutes_has_the_time_of_work():
    found = {
        described["operationId"]
        for path, methods in document()["paths"].items()
        for method, described in methods.items()
        if WAITING.of(Call(method.upper(), path)).read == 2.0
    }
    assert found == LONG


@pytest.mark.parametrize(("wait", "seconds"), [(True, 2.0), (False, 1.0)])
def test_a_turn_has_it_where_its_end_is_waited_for(wait, seconds):
    call = Call("POST", "/v1/threads/{client}/{user}/{thread}/turns", query={"wait": wait})
    assert WAITING.of(call).read == seconds
    assert WAITING.of_streams.read == 45.0
