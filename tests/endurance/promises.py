"""What is promised of a daemon that has been through it, beside what was found."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from supervisor import backlog, follower
from supervisor.spec import HealthSpec
from tests.endurance.promise import Promise, exactly
from tests.endurance.trial import LOOKS, Trial
from tests.endurance.watching import MB
from tests.endurance.world import BACKUPS, DEAF, FOLLOWERS, MAX_BYTES, SERVICES

# MB. A heap is never twice the same: what an allocator keeps depends on what came together, and it
# gives nothing back while one object is left in the same MB. Of 10,000 restarts and 14 million
# lines lost, a leak of 800 bytes a restart is more, or of half a byte a line.
HEAP = backlog.ROOM / MB
# MB that may wait at once: for the log, for the log files, and for everybody who follows. How much
# of it does depends on how fast the machine lets each of them go on; none waits at rest.
WAITING = (2 * backlog.ROOM + (len(FOLLOWERS) + len(DEAF)) * follower.ROOM) / MB
# Seconds. What comes later is no answer for a check that says nothing of it.
ANSWER = HealthSpec(name="", service="").timeout


def growth(trial: Trial) -> Iterator[Promise]:
    """Beside the first round, and the rest after it."""
    rest, again = trial.rest, trial.rest_again

    def most(what: str) -> float:
        return max(watch.most(what) for watch in trial.rounds)

    yield Promise("MB of memory at work", most("memory"), rest.least("memory") + WAITING + HEAP)
    # Beside the first round at work, since one rest may have given back what the other keeps.
    kept = trial.warm.most("memory") + HEAP
    yield Promise("MB of memory at rest", again.least("memory"), kept)
    found, wanted = again.opened(LOOKS), rest.opened(LOOKS)
    differs = len(found) != len(wanted)
    which = f" [{', '.join(found)}] after [{', '.join(wanted)}]" if differs else ""
    yield exactly(f"descriptors at rest{which}", len(found), len(wanted))
    # The loop's own, two that write, one that imports, one a start that looks up users.
    yield Promise("threads", most("threads"), 4 + len(SERVICES))
    yield Promise("children", most("children"), len(SERVICES))
    yield Promise("zombies: a life that has just ended", most("zombies"), 1)
    yield exactly("children at rest", again.most("children"), 0)
    yield Promise("MB of the flood's files", most("flooded"), (BACKUPS + 1) * MAX_BYTES / MB)


def answers(trial: Trial) -> Iterator[Promise]:
    sizes, restarts = trial.sizes, trial.rounds[-1].restarts
    yield Promise("restarts", restarts, least=sizes.rounds * sizes.restarts)
    # One or two may come in a moment in which the machine stands still for everybody.
    took = sorted(itertools.chain(trial.warm.answers, *(watch.answers for watch in trial.rounds)))
    yield Promise("seconds to the third slowest answer", took[-3], ANSWER)


def losses(trial: Trial) -> Iterator[Promise]:
    """Every line that was written has come, or is said not to have. This ends the daemon."""
    world, lost = trial.world, trial.world.lost()
    yield exactly("exit code", world.end(), 0)
    log, follower, watcher = (world.came(name) for name in ("log", "logs", "events"))
    wanted = world.written("flood") - log.lines["flood"]
    yield exactly("lines that did not come to the log, by the metrics", lost.flood, wanted)
    yield exactly("the same, by the log itself", log.lost["flood"], wanted)
    wanted = world.written("diary") - world.in_diary()
    yield exactly("lines that did not come to a full disk, by the metrics", lost.diary, wanted)
    for event in "cannot write a log file", "a log file can be written again":
        said = log.events.get(event, 0)
        yield Promise(f'times that the log says "{event}"', said, least=trial.sizes.rounds + 1)
    untold = sum(follower.untold.values())
    yield exactly("lines that a follower misses without being told", untold, 0)
    heard = watcher.restarts["looper"]
    yield exactly("restarts, as a watcher hears", heard, trial.rest_again.restarts)
