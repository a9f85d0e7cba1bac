"""Whatever is asked of a runner, and whenever: only legal moves, and what is wanted comes about."""

import math
from dataclasses import dataclass

import trio
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from trio.testing import MockClock

from supervisor.cell import Cell
from supervisor.model import State
from supervisor.runner import Runner
from supervisor.spec import Backoff, Budget, Restart
from tests.supervisor.fakes import task

LEGAL = {
    State.STOPPED: {State.STARTING},
    State.STARTING: {State.RUNNING, State.STOPPING, State.BACKOFF, State.EXITED, State.FATAL},
    State.RUNNING: {State.STOPPING, State.BACKOFF, State.EXITED, State.FATAL},
    State.BACKOFF: {State.STARTING, State.STOPPED},
    # Ended as a failed life it is judged by its policy, like one that broke by itself.
    State.STOPPING: {State.STOPPED, State.BACKOFF, State.EXITED, State.FATAL},
    State.EXITED: {State.STARTING},
    State.FATAL: {State.STARTING},
}
WAITS = Backoff(first=1.0, factor=2.0, limit=30.0, jitter=0.0)
STOP_TIMEOUT = 2.0
QUIET = 1000.0
moments = st.sampled_from([0.0, 0.0, 0.5, 1.0, 2.0, 3.0, 5.0])


@dataclass(frozen=True)
class Script:
    """One life: seconds until ready (None: it returns before), seconds ready, how it ends."""

    ready_after: float | None
    lasts: float
    fails: bool
    winds_down: float


lives = st.builds(
    Script, st.none() | moments, moments, st.booleans(), st.sampled_from([0.0, 1.0, 2.0, 9.0])
)
STEADY = Script(0.0, math.inf, False, 0.0)
verbs = st.sampled_from(
    [
        *("start", "stop", "restart", "hurry", "fail", "renew", "extend"),
        *("report", "block", "unblock", "close gate", "open gate", "look again"),
    ]
)
# A pause is None (no time, not even a turn of the loop), some turns, or some seconds.
pauses = st.none() | st.integers(1, 4) | moments


class Trial:
    """A runner, the script of its lives, and what must hold of every status it announces."""

    def __init__(self, scripts, **fields):
        self.scripts = list(scripts)
        self.alive = self.waiting = 0
        self.wanted = False
        self.before = None
        self.stopping_since = math.inf
        self.failing = False
        self.extended = 0.0
        self.gate_is_open = Cell(True)
        self.gate_closed_at = math.inf
        spec = task("a", start_timeout=4.0, stop_timeout=STOP_TIMEOUT, stable_after=2.0, **fields)
        self.runner = Runner(spec, self.live, self.check, gate=self.gate, chance=lambda: 0.0)

    async def gate(self):
        await self.gate_is_open.until(bool)

    async def live(self, stopping, *, task_status):
        assert self.alive == 0, "two lives at once"
        assert self.wanted, "a life that nobody wants"
        script = self.scripts.pop(0) if self.scripts else STEADY
        self.alive += 1
        try:
            if script.ready_after is None:
                return
            await trio.sleep(script.ready_after)
            task_status.started()
            with trio.move_on_after(script.lasts):
                await stopping.wait()
                await trio.sleep(script.winds_down)
            if script.fails:
                raise ValueError("broken")
        finally:
            self.alive -= 1

    def check(self, status):
        before, self.before = self.before, status
        assert status.ready == (status.state is State.RUNNING)
        assert status.healthy is None or status.state is State.RUNNING
        assert status.next_restart is None or status.state is State.BACKOFF
        assert not status.failed or status.state in (State.EXITED, State.FATAL)
        if before is None or before.state is status.state:
            return
        assert status.state in LEGAL[before.state], f"{before.state} -> {status.state}"
        if before.state is State.STOPPING and status.state is not State.STOPPED:
            assert self.failing, f"{before.state} -> {status.state}, and nobody said that it failed"
        if status.state is State.STARTING:
            now = trio.current_time()
            assert self.gate_is_open.value or self.gate_closed_at == now, "the gate was closed"
        if status.state is State.STOPPING:
            self.failing = self.failing or status.reason.startswith("not ready within")
            self.stopping_since = trio.current_time()
        if before.state is State.STOPPING:
            assert trio.current_time() - self.stopping_since <= STOP_TIMEOUT + self.extended + 0.001
        if status.state in (State.EXITED, State.FATAL):
            self.wanted = False
        if status.state is State.STARTING:
            self.failing, self.extended = False, 0.0
            assert status.started is not None
            assert status.ended is None

    def do(self, verb):
        runner = self.runner
        match verb:
            case "fail":
                self.failing = self.failing or runner.state in (State.STARTING, State.RUNNING)
                runner.fail("judged")
            case "renew":
                runner.renew("b")
            case "extend":
                if runner.state is State.STOPPING:
                    self.extended += 1.0
                runner.extend(1.0)
            case "start" | "restart":
                self.wanted = True
                self.failing = self.failing and verb == "start"
                getattr(runner, verb)()
            case "stop" | "hurry":
                self.wanted = self.failing = False
                runner.stop(*([0.0] if verb == "hurry" else []))
                assert runner.state is not State.RUNNING
            case "report":
                runner.report(False, "ill")
            case "look again":
                runner.look_again()
            case "close gate" | "open gate":
                if self.gate_is_open.value:
                    self.gate_closed_at = trio.current_time()
                self.gate_is_open.set(verb == "open gate")
            case "block" | "unblock":
                if runner.state.at_rest and not self.gate_is_open.value:
                    runner.block("requires b" if verb == "block" else "")

    async def wait(self):
        """Somebody who is to be told in the end, whatever happens meanwhile."""
        self.waiting += 1
        await self.runner.settled()
        self.waiting -= 1

    async def run(self, script):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.runner.run)
            for verb, pause in script:
                self.do(verb)
                nursery.start_soon(self.wait)
                match pause:
                    case int():
                        for _ in range(pause):
                            await trio.lowlevel.checkpoint()
                    case float():
                        await trio.sleep(pause)
            self.do("unblock")
            self.do("open gate")
            with trio.fail_after(QUIET):
                await self.runner.settled()
            await trio.sleep(QUIET)
            assert self.waiting == 0
            self.check_rest()
            self.do("stop")
            with trio.fail_after(STOP_TIMEOUT + self.extended + 0.001):
                await self.runner.settled()
            assert self.runner.state.at_rest
            assert self.alive == 0
            nursery.cancel_scope.cancel()

    def check_rest(self):
        """All is quiet: what is so is what is wanted."""
        assert self.runner.wanted.value == self.wanted
        if self.wanted:
            assert self.runner.state is State.RUNNING
            assert self.alive == 1
        else:
            assert self.runner.state.at_rest
            assert self.alive == 0


@given(
    st.lists(st.tuples(verbs, pauses), max_size=15),
    st.lists(lives, max_size=6),
    st.sampled_from(Restart),
    st.random_module(),  # the order in which Trio runs what is due at once
)
def test_any_script_makes_only_legal_moves_and_ends_as_is_wanted(script, lives, restart, seed):
    async def main():
        budget = Budget(restarts=2, period=10.0)
        trial = Trial(lives, restart=restart, backoff=WAITS, budget=budget)
        await trial.run(script)

    with capture_logs():
        trio.run(main, clock=MockClock(autojump_threshold=0))
