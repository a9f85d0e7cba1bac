"""Starts, lists and stops where tasks take their time, and where they fail."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.fleet.fleet import DOUBLE, Fleet
from services.fleet.listing import as_json, listed, table
from services.fleet.names import Names
from services.fleet.pace import Pace
from services.fleet.place import Place
from services.fleet.starting import WINDOW, Ended, Start, Started
from services.fleet.stopping import stop
from services.fleet.wish import Wish
from supervisor.desk import Refused
from tests.services.fleet.ecs import ARN, WELL, Ecs
from tests.services.fleet.world import main

PLACE = Place(
    cluster="sites",
    family="nurseryd",
    subnets=("subnet-1",),
    security_group="sg-1",
    file_system="fs-1",
)
NAMES = Names("nurseryd", "acme", "ada")
OWN = f"{ARN}:task-definition/{NAMES.family}:1"
ENDED = {"lastStatus": "STOPPED", "desiredStatus": "STOPPED"}


class Time:
    """One that passes only where somebody waits; `pace` goes by it."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.pace = Pace(3.0, self._sleep, self._tell, self._tell)

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def _tell(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def fleet(ecs: Ecs) -> Fleet:
    import boto3

    # Without a file system moto has no access points for it.
    volume = boto3.client("efs").create_file_system(CreationToken="sites")["FileSystemId"]
    return Fleet(replace(PLACE, file_system=volume))


def started(fleet: Fleet, time: Time, *, patience: float = 300.0, **wish: Any) -> Started:
    said: list[str] = []
    return Start(fleet, Wish(NAMES, **wish), time.pace, said.append).carry_out(patience)


def test_a_start_waits_until_the_task_is_healthy(ecs: Ecs, fleet: Fleet, time: Time) -> None:
    said: list[str] = []
    done = Start(fleet, Wish(NAMES), time.pace, said.append).carry_out(300.0)
    assert (done.ready, done.editor.state, done.editor.health) == (True, "RUNNING", "HEALTHY")
    assert said == [f"its task is {done.editor.arn}", "pending", "running, unknown"]


def test_one_that_does_not_wait_does_not(ecs: Ecs, fleet: Fleet, time: Time) -> None:
    began = time.now
    assert started(fleet, time, wait=False).editor.state != "RUNNING"
    assert time.now == began


def test_one_that_does_not_get_healthy_is_told_in_time(ecs: Ecs, fleet: Fleet, time: Time) -> None:
    ecs.life = WELL[:-1]
    began = time.now
    done = started(fleet, time, patience=60.0)
    assert (done.ready, done.editor.state) == (False, "RUNNING")
    assert time.now - began == pytest.approx(60.0)


def test_equal_requests_within_the_window_are_one_task(ecs: Ecs, fleet: Fleet, time: Time) -> None:
    started(fleet, time)
    first, again = ecs.calls("RunTask"), Fleet(fleet.place)
    # As another start would ask that did not see the first one's task yet.
    ecs.tasks = {arn: {**task, "startedBy": "?"} for arn, task in ecs.tasks.items()}
    hidden, ecs.tasks = ecs.tasks, {}
    ecs.tasks = _Hidden(hidden)
    started(again, time)
    assert ecs.calls("RunTask") == [first[0], first[0]]
    assert len(ecs.tasks) == 1


class _Hidden(dict[str, Any]):
    """Tasks that can be looked at, and are not listed yet."""

    def items(self) -> Any:
        return {}.items()


def test_a_start_after_an_end_is_another_task(ecs: Ecs, fleet: Fleet, time: Time) -> None:
    first = started(fleet, time).editor
    stop(fleet, NAMES, 60.0, time.pace)
    second = started(fleet, time).editor
    assert second.arn != first.arn
    # Its first request had the token of the first start, and was answered by a task that is over.
    assert len(ecs.calls("RunTask")) == 3
    time.now += WINDOW
    stop(fleet, NAMES, 60.0, time.pace)
    started(fleet, time)
    assert len(ecs.calls("RunTask")) == 4


def test_of_two_tasks_the_younger_is_ended(ecs: Ecs, fleet: Fleet, time: Time) -> None:
    younger = ecs.put(NAMES.tags, taskDefinitionArn=OWN, createdAt=1_800_000_100.0)
    elder = ecs.put(NAMES.tags, taskDefinitionArn=OWN, createdAt=1_800_000_050.0)
    assert started(fleet, time).editor.arn == elder
    assert [call["task"] for call in ecs.calls("StopTask")] == [younger]
    assert not ecs.calls("RunTask")


@pytest.mark.parametrize("known", [True, False])
def test_a_start_whose_task_another_start_ended_goes_on_with_the_elder(
    ecs: Ecs, fleet: Fleet, time: Time, known: bool
) -> None:
    """ECS lists a task some moments after it began: the other start saw one that this did not."""
    ecs.life = (WELL[0], {**ENDED, "stoppedReason": DOUBLE})
    elder: list[str] = []

    def tell(said: str) -> None:
        if known and not elder:
            elder.append(ecs.put(NAMES.tags, taskDefinitionArn=OWN, createdAt=1_800_000_000.0))

    start = Start(fleet, Wish(NAMES), time.pace, tell)
    if known:
        done = start.carry_out(300.0)
        assert (done.editor.arn, done.made, done.ready) == (elder[0], False, True)
    else:
        with pytest.raises(Ended, match="a double of an older task"):
            start.carry_out(300.0)


def test_a_start_waits_for_the_task_before_to_end(ecs: Ecs, fleet: Fleet, time: Time) -> None:
    started(fleet, time)
    fleet.editors.stop(next(iter(ecs.tasks)), "a test")
    said: list[str] = []
    Start(fleet, Wish(NAMES), time.pace, said.append).carry_out(300.0)
    assert said[0] == "its task before has yet to end"
    assert [task["lastStatus"] for task in ecs.tasks.values()] == ["STOPPED", "RUNNING"]


def test_a_task_before_that_never_ends_is_said(ecs: Ecs, fleet: Fleet, time: Time) -> None:
    by = f"{'arn:aws:ecs:eu-central-1:123456789012'}:task-definition/{NAMES.family}:1"
    ecs.put(NAMES.tags, taskDefinitionArn=by, desiredStatus="STOPPED", lastStatus="STOPPING")
    with pytest.raises(Refused, match="its task before does not end"):
        started(fleet, time)
    assert not ecs.calls("RunTask")


def test_no_place_for_a_task_is_said(ecs: Ecs, fleet: Fleet, time: Time) -> None:
    ecs.failures = [{"arn": "x", "reason": "RESOURCE:MEMORY", "detail": "none"}]
    with pytest.raises(Refused, match=r"no room for it .*ECS says: RESOURCE:MEMORY none"):
        started(fleet, time)


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (
            {
                "stopCode": "EssentialContainerExited",
                "stoppedReason": "Essential container in task exited",
                "containers": [{"name": "log", "exitCode": 0}, {"name": "nurseryd", "exitCode": 2}],
            },
            r"configuration is wrong.*\(exit code 2; ECS says: Essential container",
        ),
        (
            {
                "stopCode": "TaskFailedToStart",
                "stoppedReason": "CannotPullContainerError: pull image manifest has been retried 1"
                " time(s): failed to resolve ref example.com/nurseryd:1: not found",
            },
            "there is no such image: push it with 'make push'",
        ),
    ],
)
def test_a_task_that_ends_at_once_says_why(
    ecs: Ecs, fleet: Fleet, time: Time, facts: dict[str, Any], text: str
) -> None:
    ecs.life = (WELL[0], {"lastStatus": "STOPPED", "desiredStatus": "STOPPED", **facts})
    with pytest.raises(Ended, match=f"acme/ada has ended: .*{text}"):
        started(fleet, time)


def test_a_stop_waits_and_tells_how_it_ended(ecs: Ecs, fleet: Fleet, time: Time) -> None:
    started(fleet, time)
    done = stop(fleet, NAMES, 60.0, time.pace)
    [editor] = done.editors
    assert (done.in_time, editor.over, editor.exit_code) == (True, True, 0)
    assert ecs.calls("StopTask")[0]["reason"] == "nurseryctl fleet stop"
    assert stop(fleet, NAMES, 60.0, time.pace).editors == ()


def test_a_stop_that_takes_too_long_forgets_nothing(ecs: Ecs, fleet: Fleet, time: Time) -> None:
    started(fleet, time)
    assert not stop(fleet, NAMES, 0.0, time.pace).in_time
    by = f"{'arn:aws:ecs:eu-central-1:123456789012'}:task-definition/{NAMES.family}:1"
    ecs.put(NAMES.tags, taskDefinitionArn=by, desiredStatus="STOPPED", lastStatus="STOPPING")
    with pytest.raises(Refused, match="has not ended"):
        stop(fleet, NAMES, 5.0, time.pace, forgotten=True)
    assert fleet.access_points.tagged(NAMES.tags)


def test_a_thousand_editors_are_listed_page_by_page(ecs: Ecs, fleet: Fleet, time: Time) -> None:
    for number in range(1000):
        tags = {"nurseryd:client": f"c{number % 4}", "nurseryd:user": f"u{number:04}"}
        ecs.put(tags, startedAt=time.now - 3700)
    for wanted in ("RUNNING", "STOPPED"):
        ecs.put({"nurseryd:client": "c1"}, startedBy="another fleet", desiredStatus=wanted)
    ecs.put(
        {"nurseryd:client": "c1", "nurseryd:user": "gone"},
        desiredStatus="STOPPED",
        lastStatus="STOPPED",
        stoppedAt=time.now - 60,
        containers=[{"name": "nurseryd", "exitCode": 20}],
    )
    found = listed(fleet, None, None, stopped=False)
    assert len(found) == len({row.editor.arn for row in found}) == 1000
    assert len(ecs.calls("ListTasks")) == len(ecs.calls("DescribeTasks")) == 10
    assert [row.key[:2] for row in found] == sorted(row.key[:2] for row in found)
    [gone, *rest] = listed(fleet, "c1", None, stopped=True)
    assert len(rest) == 250
    [head, line, *_] = table([gone, *rest], time.now)
    assert head.split() == ["CLIENT", "USER", "STATE", "HEALTH", "SINCE", "ADDRESS", "TASK"]
    assert re.search(r"^c1 +gone +STOPPED +healthy +1m +nobody used it.*\(exit code 20\)", line)
    assert as_json(gone)["exit_code"] == 20
    assert json.loads(json.dumps(as_json(rest[0])))["started"].startswith("20")
    [only] = listed(fleet, "c1", "u0001", stopped=False)
    assert table([only], time.now)[1].split()[:5] == ["c1", "u0001", "RUNNING", "healthy", "1h01m"]


def test_none_are_listed_as_nothing(ecs: Ecs, fleet: Fleet) -> None:
    assert listed(fleet, None, None, stopped=True) == []
    assert table([], 0.0) == []


def test_what_is_not_as_asked_has_a_status_of_its_own(ecs: Ecs, fleet: Fleet) -> None:
    def run(*words: str) -> Result:
        given = ["--cluster", "sites", "--family", "nurseryd", "--timeout", "0"]
        return CliRunner().invoke(main, ["fleet", *words, *given])

    network = ["--subnets", "subnet-1", "--security-group", "sg-1"]
    start = ["start", "acme", "ada", *network, "--file-system", fleet.place.file_system]
    ecs.life = WELL[:1]
    late = run(*start)
    assert late.exit_code == 3
    assert "it is not up after 0 s: provisioning" in late.stderr
    assert "editor   http://10.0.0.7:8080/" in late.stdout
    slow = run("stop", "acme", "ada")
    assert slow.exit_code == 3
    assert slow.stdout.startswith("acme/ada is ending: somebody stopped it")
    ecs.tasks.clear()
    ecs.life = (WELL[0], {"lastStatus": "STOPPED", "desiredStatus": "STOPPED"})
    dead = run(*start, "--env", "A=b")
    assert dead.exit_code == 3
    assert "Error: acme/ada has ended: see its log" in dead.stderr
