"""Whatever is commanded, and whenever: everybody is answered, and everything ends."""

from dataclasses import replace

import trio
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from trio.testing import MockClock

from supervisor.control import (
    Begin,
    Diff,
    Health,
    Reload,
    Remove,
    ReportHealth,
    RestartService,
    Start,
    Stop,
)
from supervisor.model import State
from supervisor.order import is_there
from supervisor.plan import Plan, Planned
from supervisor.spec import (
    Budget,
    Condition,
    GroupSpec,
    HealthSpec,
    OnUnhealthy,
    Restart,
    Schedule,
    Strategy,
    conditions,
)
from supervisor.template import template_of
from tests.supervisor.fakes import (
    A_SECOND,
    Asked,
    World,
    completing,
    crashing,
    never_ready,
    steady,
    task,
    template,
)
from tests.supervisor.test_any_script import LEGAL

NAMES = "abcd"
seconds = st.sampled_from([0.0, 0.5, 1.0, 3.0])
bodies = st.one_of(
    st.builds(lambda ready, wind: steady(ready=ready, wind_down=wind), seconds, seconds),
    st.builds(
        lambda after, ready, times: crashing(after=after, ready=ready, times=times),
        seconds,
        st.booleans(),
        st.none() | st.integers(1, 3),
    ),
    st.builds(lambda after: completing(after=after), seconds),
    st.just(never_ready),
)
specs = st.fixed_dictionaries(
    {
        "restart": st.sampled_from(Restart),
        "autostart": st.booleans(),
        "budget": st.builds(Budget, restarts=st.integers(0, 2), period=st.just(1000.0)),
        "stop_timeout": seconds,
        "start_timeout": st.sampled_from([2.0, 5.0]),
        "schedule": st.sampled_from([None, None, None, Schedule(every=7.0)]),
        "answers": st.sampled_from([(), (), ("desk",)]),
    }
)
# How one service may stand to another, whose name comes in place of "it".
relations = st.sampled_from(
    [
        {},
        {"requires": ("it",)},
        {"requires": ("it",), "restarts_with": ("it",)},
        {"requires": {"it": Condition.STARTED}},
        {"requires": {"it": Condition.STARTED}, "restarts_with": ("it",)},
        {"requires": {"it": Condition.COMPLETED}},
        {"requires": {"it": Condition.HEALTHY}},
        {"wants": ("it",)},
        {"after": ("it",)},
        {"after": {"it": Condition.COMPLETED}},
    ]
)


def related(relation, name):
    """The fields of a spec that stands so to the service of that name."""

    def named(needs):
        return {name: needs["it"]} if isinstance(needs, dict) else (name,)

    return {key: named(needs) for key, needs in relation.items()}


@st.composite
def plans(draw):
    """What a file may say: each service may stand to one that comes before it."""
    names = [name for name in NAMES if draw(st.integers(0, 4))]
    services = []
    for index, name in enumerate(names):
        fields = draw(specs)
        if index and (relation := draw(relations)):
            fields |= related(relation, draw(st.sampled_from(names[:index])))
        services.append(Planned(task(name, backoff=A_SECOND, **fields), draw(bodies)))
    members = tuple(name for name in names if draw(st.booleans()))
    groups = [GroupSpec(name="g", members=members, strategy=draw(st.sampled_from(Strategy)))]
    fields = related(draw(relations), draw(st.sampled_from(names))) if names else {}
    checks = [
        HealthSpec(name=f"look{kind}", service=name, tcp="127.0.0.1:1", on_unhealthy=kind)
        for name, kind in zip("bc", (OnUnhealthy.RESTART, OnUnhealthy.IGNORE), strict=True)
        if name in names and draw(st.booleans())
    ]
    return Plan(
        services=tuple(services),
        templates=(template("t@", backoff=A_SECOND, **fields),) if draw(st.booleans()) else (),
        groups=tuple(groups) if members else (),
        checks=tuple(checks),
    )


names = st.sampled_from([*NAMES, "t@1", "t@2"])
commands = st.one_of(
    st.builds(
        lambda name, does: Start(name, {"does": does} if "@" in name else {}),
        names,
        st.sampled_from(["waits", "breaks", "completes"]),
    ),
    st.builds(Start, names),
    st.builds(Stop, names),
    st.builds(RestartService, names),
    st.builds(Remove, names),
    st.builds(Begin, names),
    st.builds(
        ReportHealth,
        st.sampled_from(["lookrestart", "lookignore"]),
        st.sampled_from("bc"),
        st.booleans(),
        st.just("ill"),
    ),
    st.just(Reload()),
    st.builds(Reload, st.lists(st.sampled_from([*NAMES, "t@"]), min_size=1).map(tuple)),
    st.just(Diff()),
    st.just(Health()),
)
pauses = st.none() | st.integers(1, 5) | seconds


class Watched(World):
    """A world in which every move is looked at when it is made."""

    def __init__(self, plan, read):
        self.alive = []
        services = ((planned.spec, self.alone(planned)) for planned in plan.services)
        fields = {"templates": plan.templates, "groups": plan.groups, "checks": plan.checks}
        super().__init__(*services, read=read, desks=["desk"], **fields)
        self.publish, self.events.publish = self.events.publish, self.look

    def alone(self, planned):
        """The body of a service, of which no two lives may be at once."""
        name, body = planned.spec.name, planned.body

        async def live(life, *, task_status):
            assert name not in self.alive, "two lives at once"
            self.alive.append(name)
            try:
                await body(life, task_status=task_status)
            finally:
                self.alive.remove(name)

        return live

    def look(self, status):
        before = self[status.name]
        self.publish(status)
        if before is None or before.state is status.state:
            return
        assert status.state in LEGAL[before.state], f"{before.state} -> {status.state}"
        tree = self.supervisor.tree
        runner = tree.roster[status.name]
        if status.state is State.STARTING:
            for other, condition in conditions(runner.spec.requires).items():
                assert is_there(tree.roster[other], condition), f"without {other}"
        if status.state is State.STOPPING and tree.ending:
            for other in tree.roster.values():
                assert status.name not in other.spec.follows or other.state.at_rest

    def check_rest(self):
        """All is quiet: what is said is so."""
        tree = self.supervisor.tree
        assert {status.name for status in self.events.snapshot} == tree.roster.keys()
        declared = {planned.spec.name: planned.spec for planned in tree.plan.services}
        for name, runner in tree.roster.items():
            status = runner.status.value
            assert status == self[name]
            assert runner.spec == declared.get(name, runner.spec)
            assert name in declared or template_of(name) in tree.roster.templates
            assert status.group == tree.groups.name_of(name)
            assert (status.next_start is None) or runner.spec.schedule is not None
            assert status.state is not State.STARTING or name in self.alive or "@" in name
            assert status.healthy is None or tree.verdicts.checks
        assert declared.keys() <= tree.roster.keys()


@given(
    st.lists(plans(), min_size=1, max_size=4),  # what the file says, each time it is read
    st.lists(st.tuples(commands, pauses), max_size=15),
    st.random_module(),  # the order in which Trio runs what is due at once
)
def test_every_command_is_answered_and_everything_ends(files, script, seed):
    async def main():
        texts = list(files)

        async def read():
            await trio.lowlevel.checkpoint()
            plan = texts.pop(0) if len(texts) > 1 else texts[0]
            services = (Planned(it.spec, world.alone(it)) for it in plan.services)
            return replace(plan, services=tuple(services))

        world = Watched(texts[0], read)
        asked = []
        async with trio.open_nursery() as nursery:
            await nursery.start(world.run)
            for command, pause in script:
                asked.append((command, Asked(nursery, world, command)))
                match pause:
                    case int():
                        for _ in range(pause):
                            await trio.lowlevel.checkpoint()
                    case float():
                        await trio.sleep(pause)
            await trio.sleep(100.3)  # in nobody's rhythm
            # Only a report, or the end of work, may be waited for without an end in sight.
            for command in (command for command, it in asked if not it.done):
                assert world[command.name].reason.startswith("waits until ")
            world.check_rest()
            world.supervisor.end("done")
            await trio.sleep(26)
            assert world.ending is not None
            assert all(status.state.at_rest for status in world.events.snapshot)
            nursery.cancel_scope.cancel()

    with capture_logs():
        trio.run(main, clock=MockClock(autojump_threshold=0))
