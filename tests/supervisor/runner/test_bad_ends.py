"""How lives end that end badly."""

import pytest
import trio
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from supervisor.failure import Failed, summary, unexpected
from supervisor.model import State
from supervisor.runner import Runner
from supervisor.spec import Restart
from tests.supervisor.fakes import task
from tests.supervisor.runner.lives import until

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("boom"), "ValueError: boom"),
        (ValueError(), "ValueError"),
        (Failed("exited with 3"), "exited with 3"),
        (ExceptionGroup("", [ValueError("a"), TypeError("b")]), "ValueError: a; TypeError: b"),
        (ExceptionGroup("", [ExceptionGroup("", [ValueError("a")])]), "ValueError: a"),
        (ExceptionGroup("", [ValueError("a"), ValueError("a")]), "ValueError: a"),
    ],
)
@pytest.mark.parametrize("ready", [True, False])
async def test_any_exception_is_one_line_of_reason(autojump_clock, start, error, reason, ready):
    async def raises(stopping, *, task_status):
        if ready:
            task_status.started()
        raise error

    runner = await start(raises)
    assert (await until(runner, State.BACKOFF)).reason == reason
    assert summary(error) == reason


async def test_no_status_holds_what_is_to_be_hidden(autojump_clock, nursery):
    async def live(stopping, *, task_status):
        task_status.started()
        runner.tell_note("connecting with 1234")
        await trio.sleep(1)
        raise ValueError("no way in with 1234")

    told = []
    spec = task("a", restart=Restart.NEVER)
    runner = Runner(spec, live, told.append, hide=lambda text: text.replace("1234", "****"))
    nursery.start_soon(runner.run)
    runner.start()
    status = await until(runner, State.EXITED)
    assert status.reason == "ValueError: no way in with ****"
    assert "connecting with ****" in [status.note for status in told]
    assert "1234" not in repr(told)


def test_only_what_its_text_does_not_tell_in_full_has_a_traceback():
    assert unexpected(ExceptionGroup("", [Failed("exited with 3")])) is None
    left = unexpected(ExceptionGroup("", [Failed("exited with 3"), ValueError("boom")]))
    assert [type(error) for error in left.exceptions] == [ValueError]


@pytest.fixture
def logged():
    with capture_logs([merge_contextvars]) as events:
        yield events


async def test_what_its_text_does_not_tell_is_logged_under_its_name(autojump_clock, start, logged):
    async def raises(stopping, *, task_status):
        task_status.started()
        raise ExceptionGroup("", [Failed("exited with 3"), ValueError("boom")])

    runner = await start(raises, restart=Restart.NEVER)
    await until(runner, State.EXITED)
    assert [(event["event"], event["service"]) for event in logged] == [("service failed", "a")]
    assert logged[0]["reason"] == "exited with 3; ValueError: boom"
    with pytest.RaisesGroup(ValueError, flatten_subgroups=True):
        raise logged[0]["exc_info"]


async def test_neither_a_failure_told_in_full_nor_one_on_the_way_down_is_logged(
    autojump_clock, start, logged
):
    async def told(stopping, *, task_status):
        task_status.started()
        raise Failed("exited with 3")

    async def stopped(stopping, *, task_status):
        task_status.started()
        await stopping.wait()
        raise ValueError("boom")

    await until(await start(told, restart=Restart.NEVER), State.EXITED)
    runner = await start(stopped, stop_timeout=5.0)
    runner.stop()
    await until(runner, State.STOPPED)
    assert logged == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("ready", [True, False])
async def test_what_is_meant_for_the_program_reaches_it(autojump_clock, error, ready):
    async def raises(stopping, *, task_status):
        if ready:
            task_status.started()
        raise error

    runner = Runner(task("a"), raises, lambda status: None)
    runner.start()
    with pytest.RaisesGroup(error, flatten_subgroups=True), trio.fail_after(100):
        await runner.run()


async def test_cancelling_it_ends_the_life_of_the_moment_and_nothing_follows(autojump_clock):
    ended = []

    async def live(stopping, *, task_status):
        task_status.started()
        try:
            await trio.sleep_forever()
        finally:
            ended.append(trio.current_time())

    runner = Runner(task("a", stop_timeout=10.0), live, lambda status: None)
    runner.start()
    began = trio.current_time()
    with trio.move_on_after(5):
        await runner.run()
    assert ended == [began + 5]


async def test_cancelled_amid_a_failure_it_is_still_cancelled(autojump_clock):
    async def live(stopping, *, task_status):
        task_status.started()
        try:
            await trio.sleep_forever()
        finally:
            raise ValueError("while leaving")

    runner = Runner(task("a"), live, lambda status: None)
    runner.start()
    with trio.move_on_after(5) as scope:
        await runner.run()
    assert scope.cancelled_caught
