import pytest
import trio

from supervisor.context import Undeclared
from supervisor.control import Status
from supervisor.desk import Request
from supervisor.spec import ProcessSpec, TaskSpec
from tests.harness import Harness
from tests.supervisor.fakes import piped

ALL = TaskSpec(
    name="a",
    run="m:f",
    control=True,
    logs=True,
    sends=("work",),
    receives=("work",),
    asks=("desk",),
    answers=("desk",),
    publishes=("board",),
    watches=("board",),
)
NOTHING = TaskSpec(name="a", run="m:f")


def context(spec):
    """A context of `spec` where every channel exists, declared or not."""
    harness = Harness(ALL)
    harness.spec = spec
    return harness, harness.context(None)


async def test_a_stream_carries_messages_from_sender_to_receiver():
    _, ctx = context(ALL)
    with ctx.sender("work", int) as send, ctx.receiver("work", int) as receive:
        send.send_nowait(1)
        assert receive.receive_nowait() == 1


async def test_a_stream_outlives_the_lives_at_its_ends():
    _, ctx = context(ALL)
    with ctx.sender("work", int) as send:
        send.send_nowait(1)
    with ctx.receiver("work", int):
        pass
    with ctx.sender("work", int) as send, ctx.receiver("work", int) as receive:
        send.send_nowait(2)
        assert [receive.receive_nowait(), receive.receive_nowait()] == [1, 2]


async def test_a_desk_is_asked_and_answered(nursery):
    _, ctx = context(ALL)

    async def handle(request):
        await trio.lowlevel.checkpoint()
        return "answer"

    nursery.start_soon(ctx.answer, "desk", handle)
    assert await ctx.ask("desk", Request()) == "answer"


async def test_a_board_is_none_until_somebody_publishes_and_keeps_the_latest():
    _, ctx = context(ALL)
    board = ctx.board("board", str)
    assert board.value is None
    ctx.publish("board", "first")
    ctx.publish("board", "second")
    assert board.value == "second"


async def test_control_reaches_the_supervisor(nursery):
    harness, ctx = context(ALL)

    async def handle(request):
        await trio.lowlevel.checkpoint()
        return ()

    nursery.start_soon(harness.desk.answer, handle)
    assert await ctx.control.ask(Status()) == ()


async def test_logs_are_those_of_other_services():
    harness, ctx = context(ALL)
    with ctx.logs.follow("other") as follower, piped(b"hello\n") as source:
        await harness.output.drain(source, "other", 1, "stdout")
        ((line,),) = (await follower.receive()).chunks
    assert line.text == "hello"
    assert ctx.logs.kept("other")[-1].text() == "hello\n"


@pytest.mark.parametrize(
    ("how", "name", "use"),
    [
        ("sends", "work", lambda ctx: ctx.sender("work", int)),
        ("receives", "work", lambda ctx: ctx.receiver("work", int)),
        ("publishes", "board", lambda ctx: ctx.publish("board", 1)),
        ("watches", "board", lambda ctx: ctx.board("board", int)),
    ],
)
@pytest.mark.parametrize("spec", [NOTHING, ProcessSpec(name="a", command=("true",))])
async def test_what_was_not_declared_cannot_be_used(spec, how, name, use):
    _, ctx = context(spec)
    with pytest.raises(Undeclared, match=f"service.a: {how} does not name '{name}'"):
        use(ctx)


async def test_what_was_not_declared_cannot_be_asked_or_answered():
    _, ctx = context(NOTHING)
    with pytest.raises(Undeclared, match=r"service\.a: asks does not name 'desk'"):
        await ctx.ask("desk", Request())
    with pytest.raises(Undeclared, match=r"service\.a: answers does not name 'desk'"):
        await ctx.answer("desk", lambda request: None)


@pytest.mark.parametrize("spec", [NOTHING, ProcessSpec(name="a", command=("true",))])
async def test_only_who_says_so_may_command_others(spec):
    _, ctx = context(spec)
    with pytest.raises(Undeclared, match=r"service\.a: set control = true to command others"):
        _ = ctx.control


@pytest.mark.parametrize("spec", [NOTHING, ProcessSpec(name="a", command=("true",))])
async def test_only_who_says_so_may_read_what_others_write(spec):
    _, ctx = context(spec)
    with pytest.raises(Undeclared, match=r"service\.a: set logs = true to read what others write"):
        _ = ctx.logs


async def test_a_secret_that_was_learned_is_hidden_from_then_on():
    harness, ctx = context(NOTHING)
    await trio.to_thread.run_sync(ctx.hide, "s3cret")
    assert harness.output.redactor.text("the s3cret") == "the [redacted]"
