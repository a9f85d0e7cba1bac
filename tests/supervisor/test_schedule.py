"""Services that are started again and again."""

import io
import resource
import struct
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import trio
from structlog.testing import capture_logs
from trio.testing import wait_all_tasks_blocked

from supervisor.control import Begin, Start, Stop
from supervisor.model import State
from supervisor.runner import Runner
from supervisor.schedule import Timetable, _zone, next_time, problem, zone_of
from supervisor.spec import Schedule
from tests.supervisor.fakes import completing, steady, task

NOON = 1_750_000_000.0 // 86400 * 86400 + 12 * 3600


@pytest.fixture(autouse=True)
def anew():
    """No zone has been read yet."""
    _zone.cache_clear()
    return _zone.cache_clear


def begun(world, name):
    return [at for at, *move in world.events.moves if move == [name, State.STARTING]]


async def test_every_so_often_it_is_started(autojump_clock, supervise):
    world = await supervise((task("tidy", schedule=Schedule(every=60.0)), completing(after=3.0)))
    assert world["tidy"].state is State.STOPPED
    await trio.sleep(200)
    assert begun(world, "tidy") == [60, 120, 180]
    assert world["tidy"].state is State.EXITED


async def test_its_status_says_when_it_is_next(autojump_clock, supervise):
    world = await supervise((task("tidy", schedule=Schedule(every=60.0)), completing()))
    assert world["tidy"].next_start == pytest.approx(time.time() + 60, abs=30.0)


async def test_at_start_it_runs_with_the_daemon_too(autojump_clock, supervise):
    schedule = Schedule(every=60.0, at_start=True)
    world = await supervise((task("tidy", schedule=schedule), completing()))
    await trio.sleep(70)
    assert begun(world, "tidy") == [0, 60]


async def test_stopped_by_hand_it_can_be_begun_as_the_daemon_did(autojump_clock, supervise):
    every = Schedule(every=60.0)
    world = await supervise(
        (task("tidy", schedule=every), completing()),
        (task("idle", schedule=every, autostart=False), completing()),
    )
    await world.ask(Stop("tidy"))
    await trio.sleep(70)
    for name in ("tidy", "idle"):
        await world.ask(Begin(name))
    await trio.sleep(70)
    assert (begun(world, "tidy"), begun(world, "idle")) == ([130], [])


async def test_a_start_that_finds_it_running_is_left_out(autojump_clock, nursery, supervise):
    world = await supervise((task("tidy", schedule=Schedule(every=60.0)), completing(after=90.0)))
    with capture_logs() as logs:
        await trio.sleep(200)
    assert begun(world, "tidy") == [60, 180]
    left_out = [entry for entry in logs if entry["event"] == "scheduled start left out"]
    assert [entry["service"] for entry in left_out] == ["tidy"]


async def test_stopped_by_hand_it_stays_so_until_it_is_started(autojump_clock, supervise):
    world = await supervise((task("tidy", schedule=Schedule(every=60.0)), completing()))
    await world.ask(Stop("tidy"))
    assert world["tidy"].next_start is None
    await trio.sleep(200)
    assert begun(world, "tidy") == []
    await world.ask(Start("tidy"))
    await trio.sleep(70)
    assert begun(world, "tidy") == [200, 260]


async def test_a_start_by_hand_in_between_leaves_its_times_as_they_were(autojump_clock, supervise):
    world = await supervise((task("tidy", schedule=Schedule(every=60.0)), completing()))
    await trio.sleep(30)
    await world.ask(Start("tidy"))
    await trio.sleep(120)
    assert begun(world, "tidy") == [30, 60, 120]


async def test_without_autostart_it_waits_for_somebody_to_begin(autojump_clock, supervise):
    schedule = Schedule(every=60.0)
    world = await supervise((task("tidy", schedule=schedule, autostart=False), completing()))
    await trio.sleep(200)
    assert begun(world, "tidy") == []


async def test_a_scheduled_service_does_not_hold_up_the_end(autojump_clock, supervise):
    world = await supervise((task("tidy", schedule=Schedule(every=60.0)), steady()))
    await trio.sleep(70)
    world.supervisor.end("done")
    await trio.sleep(1)
    assert world.ending is not None
    assert world["tidy"].next_start is None


class Clock:
    """A timetable by a clock that can be set, and the seconds at which it started its service."""

    def __init__(self, nursery, schedule, noon=NOON):
        self.offset = 0.0
        self.starts = []
        self.zero = trio.current_time()
        self.noon = noon
        self.runner = Runner(task("tidy", schedule=schedule), self.live, lambda status: None)
        self.table = Timetable(self.wall)
        self.table.open(nursery)
        nursery.start_soon(self.runner.run)
        self.table.arm(self.runner)

    def wall(self):
        return self.noon + trio.current_time() - self.zero + self.offset

    async def live(self, stopping, *, task_status):
        self.starts.append(trio.current_time() - self.zero)
        task_status.started()


async def test_each_start_plans_the_next_in_the_machines_time(autojump_clock, nursery):
    clock = Clock(nursery, Schedule(every=60.0))
    await trio.sleep(90)
    assert clock.starts == [60]
    assert clock.runner.status.value.next_start == NOON + 120


HALF_PAST = Schedule(cron="30 * * * *", timezone="UTC")


async def test_cron_is_kept_by_the_clock_even_when_somebody_sets_it(autojump_clock, nursery):
    clock = Clock(nursery, HALF_PAST)
    await wait_all_tasks_blocked()
    assert clock.runner.status.value.next_start == NOON + 1800
    await trio.sleep(600)
    clock.offset = 600.0  # ten minutes forward
    await trio.sleep(3600)
    assert clock.starts == [pytest.approx(1200, abs=60)]
    clock.table.disarm(clock.runner)
    clock.table.disarm(clock.runner)
    assert clock.runner.status.value.next_start is None


async def test_it_is_started_in_the_very_second_that_cron_names(autojump_clock, nursery):
    clock = Clock(nursery, HALF_PAST, noon=NOON + 10)
    await trio.sleep(1800)
    assert clock.starts == [1790]


async def test_disarmed_in_the_turn_in_which_it_was_armed_it_plans_nothing(autojump_clock, nursery):
    clock = Clock(nursery, HALF_PAST)
    clock.table.disarm(clock.runner)
    await wait_all_tasks_blocked()
    assert clock.runner.status.value.next_start is None


@pytest.mark.parametrize("seconds", [5.0, 600.0, 10_000.0])
async def test_a_clock_that_is_set_back_a_little_repeats_nothing(autojump_clock, nursery, seconds):
    clock = Clock(nursery, HALF_PAST)
    await trio.sleep(1801)
    clock.offset = -seconds
    await trio.sleep(3000)
    assert clock.starts == [1800]


async def test_a_clock_that_was_years_ahead_delays_nothing_by_years(autojump_clock, nursery):
    clock = Clock(nursery, HALF_PAST)
    await trio.sleep(600)
    clock.offset = -40_000_000.0 // 3600 * 3600
    await trio.sleep(100)
    assert clock.runner.status.value.next_start == NOON + clock.offset + 1800
    await trio.sleep(1130)
    assert clock.starts == [1800]


async def test_begun_within_an_hour_that_comes_again_it_waits_for_its_next_time(
    autojump_clock, nursery
):
    second_pass = datetime(2026, 10, 25, 1, 10, tzinfo=UTC).timestamp()  # 2:10 for the second time
    schedule = Schedule(cron="30 2 * * *", timezone="Europe/Berlin")
    clock = Clock(nursery, schedule, noon=second_pass)
    await wait_all_tasks_blocked()
    assert clock.starts == []
    assert clock.runner.status.value.next_start - second_pass == 24 * 3600 + 1200


@pytest.mark.parametrize("name", ["Europe/Berlin", ":Europe/Berlin"])
def test_without_a_zone_of_its_own_a_schedule_has_the_machines(monkeypatch, name):
    monkeypatch.setenv("TZ", name)
    first_pass = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()  # 2:30 for the first time
    zone = zone_of(Schedule(cron="*/30 * * * *"))
    assert datetime.fromtimestamp(first_pass, zone).hour == 2
    assert next_time("*/30 * * * *", zone, first_pass) - first_pass == 1800


@pytest.mark.parametrize("name", ["Nowhere/Atall", "CET-1CEST", "../x", "Europe"])
def test_a_zone_of_the_machines_that_nobody_knows_is_utc(monkeypatch, name):
    monkeypatch.setenv("TZ", name)
    assert zone_of(Schedule()) is UTC


def test_where_no_variable_names_the_zone_a_file_does(monkeypatch):
    monkeypatch.delenv("TZ", raising=False)
    offset = datetime.fromtimestamp(NOON).astimezone().utcoffset()
    assert datetime.fromtimestamp(NOON, zone_of(Schedule())).utcoffset() == offset


def test_the_zone_of_a_machine_is_its_file_and_without_one_utc(monkeypatch, anew):
    header = b"TZif" + bytes(16) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    files = {"/etc/localtime": header + struct.pack(">lbb", 7200, 0, 0) + b"TWO\0"}

    def opened(path, mode):
        if path not in files:
            raise FileNotFoundError(path)
        assert mode == "rb"
        return io.BytesIO(files[path])

    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr("supervisor.schedule.open", opened, raising=False)
    assert datetime.fromtimestamp(NOON, zone_of(Schedule())).hour == 14
    files.clear()
    assert datetime.fromtimestamp(NOON, zone_of(Schedule())).hour == 14  # the one that was read
    anew()
    assert zone_of(Schedule()) is UTC


@pytest.mark.parametrize("schedule", [Schedule(timezone="Asia/Kolkata"), Schedule()])
def test_the_zone_of_a_plan_is_there_when_no_descriptor_is_left(monkeypatch, schedule):
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    offset = datetime.fromtimestamp(NOON, zone_of(schedule)).utcoffset()
    assert offset
    ZoneInfo.clear_cache()  # it holds eight, and a plan may name more
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        then = datetime.fromtimestamp(NOON, zone_of(schedule)).utcoffset()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert then == offset


def test_the_hour_that_a_night_has_twice_is_named_once():
    berlin = ZoneInfo("Europe/Berlin")
    before = 1_792_879_200.0  # the evening before 2026-10-25
    first = next_time("30 2 * * *", berlin, before)
    assert next_time("30 2 * * *", berlin, first) - first > 23 * 3600


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        (Schedule(), "set exactly one"),
        (Schedule(every=1.0, cron="* * * * *"), "set exactly one"),
        (Schedule(every=1.0, timezone="UTC"), "a timezone belongs to cron"),
        (Schedule(cron="* * *"), "cron '* * *' names no time"),
        (Schedule(cron="61 * * * *"), "cron '61 * * * *' names no time to come: Bad minute"),
        (Schedule(cron="0 0 30 2 *"), "cron '0 0 30 2 *' names no time"),
        (
            Schedule(cron="0 0 */31 * mon#5"),
            "cron '0 0 */31 * mon#5' names no time to come: it never comes",
        ),
        (Schedule(cron="* * * * *", timezone="Mars/Base"), "there is no time zone 'Mars/Base'"),
        (Schedule(cron="* * * * *", timezone="../x"), "there is no time zone '../x'"),
        (Schedule(cron="* * * * *", timezone="Europe"), "there is no time zone 'Europe'"),
    ],
)
def test_what_could_never_start_anything_is_a_problem(schedule, text):
    assert (problem(schedule) or "").startswith(text)


@pytest.mark.parametrize("schedule", [Schedule(every=1.0), Schedule(cron="0 3 * * mon")])
def test_what_could_is_none(schedule):
    assert problem(schedule) is None
