"""The first preview of a container, with the dependencies there, and with archives of them only."""

from __future__ import annotations

import time

from tests.benchmarks.container.amounts import Amounts
from tests.benchmarks.container.memory import look
from tests.benchmarks.container.stage import ASTRO, BARE, OURS, Stage, await_answer, since
from tests.benchmarks.figures import Aim, Figure, Results
from tests.benchmarks.pages import await_page

WARM = Figure("previews", "dependencies there: from the request to the page", "s", (Aim("", 5.0),))
FROM_RUN = Figure("previews", "the same, from the run of the container", "s")
COLD = Figure("previews", "only archives, offline: from the request to the page", "s")
STOP = Figure("previews", "from SIGTERM to the end, with a preview", "s")


def measure(results: Results, amounts: Amounts, stage: Stage) -> None:
    """The peer is `astro dev` in the same image, with tini as PID 1."""
    for number in range(amounts.warm):
        begun = time.monotonic()
        with stage.ours(cache=stage.cache) as container:
            container.ready()
            asked = time.monotonic()
            container.init()
            await_page(container.preview)
            results.add(WARM, OURS, since(asked))
            results.add(FROM_RUN, OURS, since(begun))
            if not number:
                time.sleep(amounts.settle)
                look(results, OURS, "with a preview", container)
            ended = time.monotonic()
            container.end()
            results.add(STOP, OURS, since(ended))
        volume = stage.site(f"bare-{number}")
        begun = time.monotonic()
        with stage.bare(ASTRO, cache=stage.cache, volume=volume) as container:
            await_answer(container.address, container.hmr_port)
            results.add(FROM_RUN, BARE, since(begun))
            if not number:
                time.sleep(amounts.settle)
                look(results, BARE, "with a preview", container)
            ended = time.monotonic()
            container.end()
            results.add(STOP, BARE, since(ended))
    for number in range(amounts.cold):
        with stage.ours(volume=stage.archives(f"cold-{number}")) as container:
            container.ready()
            asked = time.monotonic()
            container.init()
            await_page(container.preview)
            results.add(COLD, OURS, since(asked))
            container.end()
