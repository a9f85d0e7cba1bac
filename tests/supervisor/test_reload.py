"""A tree that becomes what another plan says, with as few new lives as can be."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from msgspec.structs import replace
from trio.testing import wait_all_tasks_blocked

from supervisor.control import (
    BadConfiguration,
    Checks,
    Diff,
    Difference,
    Looked,
    Reload,
    ReportHealth,
    Start,
    Status,
    Stop,
)
from supervisor.desk import Refused
from supervisor.difference import differences
from supervisor.findings import Channel
from supervisor.model import State
from supervisor.plan import PROBER, Plan
from supervisor.spec import GroupSpec, HealthSpec, ProcessSpec, Schedule, Settings, Strategy
from tests.supervisor.fakes import NO_SECOND_CHANCE, crashing, steady, task, template
from tests.supervisor.inside import inside, written
from tests.supervisor.real import PATIENCE


def lives(world, name):
    return world.events.of(name).count(State.STARTING)


async def test_nothing_changed_changes_nothing(from_file):
    world, _ = await from_file((task("a"), steady()))
    assert await world.ask(Diff()) == ()
    assert await world.ask(Reload()) == ()
    assert lives(world, "a") == 1


async def test_a_difference_is_shown_before_it_is_made(from_file):
    world, file = await from_file((task("a", stop_timeout=1.0), steady()))
    file.write((task("a", stop_timeout=2.0, control=True), steady()), (task("b"), steady()))
    expected = (
        Difference("a", "changed", {"stop_timeout": (1.0, 2.0)}, {"control": (False, True)}),
        Difference("b", "added"),
    )
    assert await world.ask(Diff()) == expected
    assert world["b"] is None
    assert await world.ask(Reload()) == expected
    await wait_all_tasks_blocked()
    assert world["b"].state is State.RUNNING


async def test_what_applies_live_applies_live(autojump_clock, from_file):
    world, file = await from_file((task("a", stop_timeout=1.0), steady(wind_down=5.0)))
    file.write((task("a", stop_timeout=9.0, essential=True), steady()))
    await world.ask(Reload())
    assert lives(world, "a") == 1
    assert world["a"].essential
    began = trio.current_time()
    await world.ask(Stop("a"))
    assert trio.current_time() - began == 5


async def test_only_what_changed_begins_a_new_life_and_it_is_as_the_file_says(from_file):
    world, file = await from_file((task("a"), steady()), (task("b"), steady()))
    file.write((task("a", sends=("x",)), steady(ready=60.0)), (task("b"), steady()))
    await world.ask(Reload())
    await wait_all_tasks_blocked()
    assert world["a"].state is State.STARTING
    assert (lives(world, "a"), lives(world, "b")) == (2, 1)


async def test_one_that_is_down_is_not_started_because_it_changed(from_file):
    world, file = await from_file((task("a", autostart=False), steady()))
    file.write((task("a", autostart=False, control=True), steady()))
    await world.ask(Reload())
    await wait_all_tasks_blocked()
    assert world["a"].state is State.STOPPED


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"control": True}, State.RUNNING),
        ({"stop_timeout": 9.0}, State.FATAL),  # it would break in the same way
        ({"control": True, "schedule": Schedule(every=60.0)}, State.FATAL),  # it has its time
    ],
)
async def test_one_that_gave_up_is_started_when_it_was_mended(
    autojump_clock, from_file, changed, state
):
    world, file = await from_file((task("a", budget=NO_SECOND_CHANCE), crashing()))
    await world.until("a", State.FATAL)
    file.write((task("b"), steady()), (task("a", budget=NO_SECOND_CHANCE), crashing()))
    await world.ask(Reload())
    await wait_all_tasks_blocked()
    assert lives(world, "a") == 1
    file.write((task("b"), steady()), (task("a", **changed), steady()))
    await world.ask(Reload())
    await wait_all_tasks_blocked()
    assert world["a"].state is state


async def test_what_goes_is_stopped_first_and_then_gone(autojump_clock, from_file):
    world, file = await from_file(
        (task("db", stop_timeout=9.0), steady(wind_down=3.0)),
        (task("api", stop_timeout=9.0, requires=("db",)), steady(wind_down=2.0)),
        (task("web"), steady()),
    )
    await wait_all_tasks_blocked()
    file.write((task("web"), steady()), (task("new"), steady()))
    began = trio.current_time()
    done = await world.ask(Reload())
    assert [(one.service, one.kind) for one in done] == [
        ("new", "added"),
        ("db", "removed"),
        ("api", "removed"),
    ]
    assert trio.current_time() - began == 5
    assert [status.name for status in await world.ask(Status())] == ["web", "new"]


async def test_services_are_then_in_the_order_of_the_file(from_file):
    world, file = await from_file((task("b"), steady()))
    file.write((task("a"), steady()), (task("b", after=("a",)), steady()))
    await world.ask(Reload())
    assert [status.name for status in await world.ask(Status())] == ["a", "b"]


async def test_a_broken_file_changes_nothing_and_says_why(from_file):
    world, file = await from_file((task("a"), steady()))
    file.write((task("b"), steady()))
    file.problems = ("nurseryd.toml: service.b: no such key",)
    with pytest.raises(BadConfiguration, match="no such key") as refusal:
        await world.ask(Reload())
    assert refusal.value.problems == file.problems
    assert [status.name for status in await world.ask(Status())] == ["a"]


async def test_without_a_file_there_is_nothing_to_read(supervise):
    world = await supervise((task("a"), steady()))
    with pytest.raises(Refused, match="there is no configuration file"):
        await world.ask(Reload())


async def test_when_it_ends_nothing_is_reloaded(autojump_clock, nursery, from_file):
    world, file = await from_file((task("a", stop_timeout=9.0), steady(wind_down=5.0)))
    file.write((task("b"), steady()))
    await wait_all_tasks_blocked()
    world.supervisor.end("done")
    with pytest.raises(Refused, match="cannot start anything: done"):
        await world.ask(Reload())
    assert world["b"] is None


async def test_the_daemons_own_keys_are_told_apart(from_file):
    world, file = await from_file((task("a"), steady()))
    file.write((task("a"), steady()), settings=Settings(shutdown_timeout=3.0, socket="/run/x"))
    (one,) = await world.ask(Reload())
    assert one == Difference(
        "",
        "changed",
        {"shutdown_timeout": (25.0, 3.0)},
        {"socket": ("/run/nurseryd.sock", "/run/x")},
    )


async def test_what_waits_for_the_daemons_next_start_is_told_until_then(from_file):
    channels = {name: Channel(("sends", "receives"), ("a",), ("b",)) for name in "xyz"}
    channels["board"] = Channel(("publishes", "watches"), ("a",), ("b",))
    sizes = {"x": 1, "z": 7}
    world, file = await from_file((task("a"), steady()))
    file.write((task("a"), steady()), channels=channels, capacity=sizes)
    await world.ask(Reload())
    file.write(
        (task("a"), steady()),
        settings=Settings(shutdown_timeout=3.0, socket="/run/x"),
        channels=channels | {"new": channels["x"]},
        capacity={"x": 2, "y": 5, "board": 9, "new": 3},
    )
    awaited = {
        "socket": ("/run/nurseryd.sock", "/run/x"),
        "channels.x": (1, 2),
        "channels.y": (256, 5),
        "channels.z": (7, 256),
    }
    assert await world.ask(Reload(("a",))) == ()
    (done,) = await world.ask(Reload())
    assert (done.live, done.restart) == ({"shutdown_timeout": (25.0, 3.0)}, awaited)
    assert await world.ask(Diff()) == (Difference("", "changed", {}, awaited),)
    assert world.channels.capacity == {"x": 1, "y": 256, "z": 7, "new": 3}
    file.write((task("a"), steady()))  # without the channels, which are there all the same
    await world.ask(Reload())
    file.write((task("a"), steady()), channels={"x": channels["x"]})
    assert await world.ask(Diff()) == (Difference("", "changed", {}, {"channels.x": (1, 256)}),)


async def test_a_new_deadline_for_the_stop_counts(autojump_clock, from_file):
    world, file = await from_file((task("a", stop_timeout=20.0), steady(wind_down=10.0)))
    file.write(
        (task("a", stop_timeout=20.0), steady(wind_down=10.0)),
        settings=Settings(shutdown_timeout=3.0),
    )
    await world.ask(Reload())
    began = trio.current_time()
    world.supervisor.end("done")
    await world.until("a", State.STOPPED)
    assert trio.current_time() - began == 3


async def test_what_is_secret_from_then_on_is_hidden_and_what_was_stays_so(from_file, monkeypatch):
    async def told() -> str:
        await written(world.output, b"old0, new1, s3cr3t, pattern\n")
        return world.output.tail("a")[-1].text

    monkeypatch.setenv("TOKEN", "s3cr3t")
    given = ProcessSpec(name="a", command=("true",), environment={"KEY": "old0"}, autostart=False)
    world, file = await from_file((given, steady()))
    file.write((given, steady()), settings=Settings(secrets=("KEY",), redact=("patter.",)))
    (done,) = await world.ask(Reload())
    assert (set(done.live), done.restart) == ({"secrets", "redact"}, {})
    assert await told() == "[redacted], new1, s3cr3t, [redacted]"
    changed = replace(given, environment={"KEY": "new1"})
    file.write((changed, steady()), settings=Settings(secrets=("KEY", "TOKEN")))
    await world.ask(Reload())
    assert await told() == "[redacted], [redacted], [redacted], pattern"


async def test_the_prober_is_told_of_other_secrets(from_file):
    world, file = await from_file((PROBER, steady()))
    file.write((PROBER, steady()), settings=Settings(secrets=("KEY",)))
    await world.ask(Reload())
    await wait_all_tasks_blocked()
    assert lives(world, "prober") == 2


async def test_a_template_changes_for_the_instances_to_come(from_file):
    world, file = await from_file(templates=[template("t@")])
    await world.ask(Start("t@1", {"does": "waits"}))
    file.write(templates=(template("t@", stop_timeout=7.0),))
    (one,) = await world.ask(Reload())
    assert (one.service, list(one.live), list(one.restart)) == ("t@", ["stop_timeout"], [])
    assert [status.name for status in await world.ask(Status())] == ["t@1"]
    await world.ask(Start("t@2", {"does": "waits"}))
    specs = {runner.spec.name: runner.spec for runner in world.supervisor.tree.roster.values()}
    assert [specs[name].stop_timeout for name in ("t@1", "t@2")] == [0.0, 7.0]


async def test_a_schedule_that_changed_is_kept_from_then_on(autojump_clock, from_file):
    world, file = await from_file((task("a", schedule=Schedule(every=1000.0)), steady()))
    file.write((task("a", schedule=Schedule(every=10.0)), steady()))
    await world.ask(Reload())
    await trio.sleep(11)
    assert world["a"].state is State.RUNNING


async def test_checks_that_changed_are_asked_for_again_by_the_prober(from_file):
    old = HealthSpec(name="old", service="a", tcp="127.0.0.1:1")
    new = HealthSpec(name="new", service="a", tcp="127.0.0.1:2")
    world, file = await from_file((task("a"), steady()), (PROBER, steady()), checks=(old,))
    await world.ask(ReportHealth("old", "a", True))
    assert world["a"].healthy
    file.write((task("a"), steady()), (PROBER, steady()), checks=(new,))
    (one,) = await world.ask(Reload())
    assert (one.service, list(one.live), list(one.restart)) == ("a", ["checks"], [])
    await wait_all_tasks_blocked()
    assert await world.ask(Checks()) == (new,)
    assert (lives(world, "a"), lives(world, PROBER.name)) == (1, 2)
    assert world["a"].healthy is None


async def test_whoever_waits_for_what_checks_find_is_told_of_new_ones_too(from_file):
    old = HealthSpec(name="old", service="a", tcp="127.0.0.1:1")
    new = HealthSpec(name="new", service="a", tcp="127.0.0.1:2")
    world, file = await from_file((task("a"), steady()), checks=(old,))
    looks = world.supervisor.tree.vitals.looks
    before = looks.value
    file.write((task("a"), steady()), checks=(new,))
    await world.ask(Reload())
    after = looks.value
    assert after > before
    await world.ask(Looked("new", "a", False, "refused"))
    assert looks.value > after


async def test_what_a_check_said_that_is_no_more_is_forgotten(from_file):
    check = HealthSpec(name="old", service="a", tcp="127.0.0.1:1")
    world, file = await from_file((task("a"), steady()), checks=(check,))
    await world.ask(ReportHealth("old", "a", False, "ill"))
    assert world["a"].healthy is False
    file.write((task("a"), steady()))
    await world.ask(Reload())
    assert (world["a"].healthy, world["a"].reason) == (None, "")


async def test_a_group_that_came_is_in_force(autojump_clock, from_file):
    world, file = await from_file((task("a"), steady()), (task("b"), steady()))
    group = GroupSpec(name="g", members=("a", "b"), strategy=Strategy.ONE_FOR_ALL)
    file.write((task("a"), steady()), (task("b"), steady()), groups=(group,))
    await world.ask(Reload())
    assert [status.group for status in await world.ask(Status())] == ["g", "g"]
    assert lives(world, "a") == 1


async def test_programs_are_compared_key_by_key(from_file):
    spec = ProcessSpec(name="p", command=("true",), autostart=False)
    world, file = await from_file((spec, steady()))
    file.write((replace(spec, environment={"A": "1"}, success=(0, 3)), steady()))
    (one,) = await world.ask(Diff())
    assert one.live == {"success": ((0,), (0, 3))}
    assert one.restart == {"environment": ({}, {"A": "1"})}


async def test_one_that_waits_for_what_the_file_no_longer_names_waits_no_longer(
    autojump_clock, from_file
):
    world, file = await from_file(
        (task("db"), steady()),
        (task("slow"), steady(ready=20.0)),
        (task("api", requires=("db",), after=("slow",)), steady()),
        (task("web", requires=("db",)), steady()),
    )
    assert world["api"].reason == "waits until slow is ready"
    await world.ask(Stop("db"))
    world.supervisor.tree.roster["web"].fail("ill")
    await wait_all_tasks_blocked()
    file.write((task("slow"), steady(ready=20.0)), (task("api"), steady()), (task("web"), steady()))
    await world.ask(Reload())
    await trio.sleep(2)
    assert [world[name].state for name in ("api", "web")] == [State.RUNNING] * 2


async def test_a_restart_that_the_end_overtakes_begins_no_new_life(autojump_clock, from_file):
    world, _ = await from_file(
        (task("db", stop_timeout=9.0), steady(wind_down=2.0)),
        (task("api", stop_timeout=9.0, requires=("db",)), steady(wind_down=5.0)),
    )
    world.supervisor.tree.roster["db"].restart()
    await trio.sleep(1)
    world.supervisor.end("done")
    await trio.sleep(20)
    assert world.ending is not None
    assert lives(world, "db") == 1


async def test_a_service_of_another_kind_says_so(from_file):
    world, file = await from_file((task("a", autostart=False), steady()))
    file.write((ProcessSpec(name="a", command=("true",), autostart=False), steady()))
    await world.ask(Reload())
    assert world["a"].kind == "process"


async def test_a_life_of_another_kind_ends_within_its_own_grace(autojump_clock, from_file):
    program = ProcessSpec(name="a", command=("true",), stop_timeout=5.0)
    world, file = await from_file((program, steady(wind_down=3.0)))
    file.write((task("a"), steady()))
    await world.ask(Reload())
    await wait_all_tasks_blocked()
    assert world["a"].state is State.STOPPING
    await trio.sleep(4.0)
    assert world["a"].state is State.RUNNING
    assert world.events.moves[-2:] == [(3, "a", State.STARTING), (3, "a", State.RUNNING)]


async def test_a_program_that_becomes_a_task_is_asked_to_end_by_its_signal(tmp_path: Path):
    program = """
        kind = "process"
        command = ["sh", "-c", '''
            trap "touch heard; exit" TERM; echo up; while :; do sleep 0.01; done''']
        ready = { log = "up" }
        stop_timeout = 20
        """
    head = f"[service.a]\ndirectory = '{tmp_path}'\n"
    async with inside(tmp_path, head + program) as it:
        await it.until("a", State.RUNNING)
        changed = '[service.a]\nkind = "task"\nrun = "tests.supervisor.bodies:steady"\n'
        (tmp_path / "nurseryd.toml").write_text(changed)
        with trio.fail_after(PATIENCE):
            await it.served.control.ask(Reload())
            await it.until("a", State.RUNNING)
        assert (tmp_path / "heard").exists()


CHANNELS = {
    "stream": Channel(("sends", "receives"), ("a",), ("b",)),
    "desk": Channel(("asks", "answers"), ("a",), ("b",)),
    "board": Channel(("publishes", "watches"), ("a",), ("b",)),
}


@pytest.mark.parametrize("only", [None, ("b",)])
async def test_channels_come_with_those_who_use_them_and_keep_what_is_in_them(from_file, only):
    world, file = await from_file((task("a"), steady()))
    b = task("b", receives=("stream", "new"), answers=("desk",), watches=("board",))
    services = ((task("a"), steady()), (b, steady()))
    file.write(*services, channels=CHANNELS, capacity={"stream": 1})
    await world.ask(Reload(only))
    world.channels.streams["stream"][0].send_nowait("kept")
    channels = {**CHANNELS, "new": CHANNELS["stream"]}
    file.write(*services, channels=channels, capacity={"stream": 2, "new": 3})
    await world.ask(Reload(only))
    sizes = {
        name: send.statistics().max_buffer_size
        for name, (send, _) in world.channels.streams.items()
    }
    assert sizes == {"stream": 1, "new": 3}
    assert world.channels.streams["stream"][1].receive_nowait() == "kept"
    assert (world.channels.desks.keys(), world.channels.boards.keys()) == ({"desk"}, {"board"})


async def test_stopped_by_hand_a_service_with_a_new_schedule_stays_so(autojump_clock, from_file):
    world, file = await from_file((task("a", schedule=Schedule(every=10.0)), steady()))
    await world.ask(Stop("a"))
    file.write((task("a", schedule=Schedule(every=20.0)), steady()))
    await world.ask(Reload())
    await trio.sleep(60)
    assert world["a"].state is State.STOPPED


async def test_one_that_was_not_scheduled_is_from_then_on(autojump_clock, from_file):
    world, file = await from_file((task("a", autostart=False), steady()), (task("b"), steady()))
    scheduled = {"schedule": Schedule(every=20.0)}
    file.write(
        (task("a", autostart=False, **scheduled), steady()), (task("b", **scheduled), steady())
    )
    await world.ask(Reload())
    await wait_all_tasks_blocked()
    assert [world[name].next_start is None for name in "ab"] == [True, False]
    file.write((task("a", autostart=False), steady()), (task("b"), steady()))
    await world.ask(Reload())
    assert world["b"].next_start is None


def test_a_channel_that_had_no_capacity_of_its_own_had_the_usual_one():
    channels = {"x": CHANNELS["stream"]}
    (one,) = differences(Plan(channels=channels), Plan(channels=channels, capacity={"x": 5}))
    assert one == Difference("", "changed", {}, {"channels.x": (256, 5)})
    assert differences(Plan(), Plan(channels=channels, capacity={"x": 5})) == ()
