"""Whatever is commanded, and whenever: everybody is answered, and everything ends."""

import trio
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from trio.testing import MockClock

from supervisor.control import Reload, ReportHealth, RestartService, Start, Status, Stop
from supervisor.model import State
from supervisor.plan import Plan, Planned
from supervisor.spec import (
    Budget,
    Condition,
    GroupSpec,
    HealthSpec,
    OnUnhealthy,
    Restart,
    Strategy,
)
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

LOOK = HealthSpec(name="look", service="b", tcp="127.0.0.1:1", on_unhealthy=OnUnhealthy.RESTART)
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
    }
)
# How one service may stand to another, whose name comes in place of "it".
relations = st.sampled_from(
    [
        {},
        {"requires": ("it",)},
        {"requires": ("it",), "restarts_with": ("it",)},
        {"requires": {"it": Condition.STARTED}},
        {"requires": {"it": Condition.COMPLETED}},
        {"wants": ("it",)},
        {"after": ("it",)},
        {"after": {"it": Condition.COMPLETED}},
    ]
)
strategies = st.none() | st.sampled_from(Strategy)
names = st.sampled_from(["a", "b", "c", "t@1", "t@2"])
commands = st.one_of(
    st.builds(
        lambda name, does: Start(name, {"does": does} if "@" in name else {}),
        names,
        st.sampled_from(["waits", "breaks", "completes"]),
    ),
    st.builds(Stop, names),
    st.builds(RestartService, names),
    st.builds(ReportHealth, st.just("look"), st.just("b"), st.booleans(), st.just("ill")),
    st.just(Reload()),
)
pauses = st.none() | st.integers(1, 5) | seconds


def related(relation, name):
    """The fields of a spec that stands so to the service of that name."""

    def named(needs):
        return {name: needs["it"]} if isinstance(needs, dict) else (name,)

    return {key: named(needs) for key, needs in relation.items()}


@given(
    st.lists(st.tuples(specs, bodies, relations), min_size=3, max_size=3),
    st.lists(st.tuples(commands, pauses), max_size=12),
    relations,
    strategies,
    st.tuples(specs, bodies),  # what the file says of b from then on
    st.random_module(),  # the order in which Trio runs what is due at once
)
def test_every_command_is_answered_and_everything_ends(
    services, script, relation, strategy, later, seed
):
    async def main():
        (one, live_one, _), (two, live_two, by_two), (three, live_three, by_three) = services
        a = (task("a", backoff=A_SECOND, **one), live_one)
        b = (task("b", backoff=A_SECOND, **two, **related(by_two, "a")), live_two)
        c = (task("c", backoff=A_SECOND, **three, **related(by_three, "b")), live_three)
        new_b = (task("b", backoff=A_SECOND, **later[0]), later[1])
        groups = (GroupSpec(name="g", members=("a", "b", "c"), strategy=strategy),)
        fields = {
            "templates": (template("t@", backoff=A_SECOND, **related(relation, "c")),),
            "groups": groups if strategy else (),
            "checks": (LOOK,),
        }

        async def read():
            await trio.lowlevel.checkpoint()
            return Plan(services=tuple(Planned(*it) for it in (a, new_b, c)), **fields)

        world = World(a, b, c, read=read, **fields)
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
            await trio.sleep(100)
            # Only the end of somebody's work may be waited for without an end in sight.
            for command in (command for command, it in asked if not it.done):
                assert world[command.name].reason.startswith("waits until ")
            for status in await world.ask(Status()):
                assert status == world[status.name]
                assert status.state not in (State.STARTING, State.STOPPING)
            world.supervisor.end("done")
            await trio.sleep(26)
            assert world.ending is not None
            assert all(status.state.at_rest for status in world.events.snapshot)
            nursery.cancel_scope.cancel()

    with capture_logs():
        trio.run(main, clock=MockClock(autojump_threshold=0))
