"""The pictures of a soak, each as a file that a README can show."""

from __future__ import annotations

from pathlib import Path

from tests.soak.plot import plot
from tests.soak.promises import Seen
from tests.soak.trend import windows

PICTURES = {
    "memory": ("MB of memory", ("KB of memory",), 1024),
    "held": ("held", ("descriptors", "threads", "tasks"), 1),
    "cost": ("ms of processor for each", ("ms of processor for each",), 1),
    "latency": ("ms for each, p50 of a window", ("ms for each",), 1),
    "answers": ("ms to an answer of the API", ("ms to answer /health", "ms to answer a list"), 1),
}


def draw(seen: Seen, folder: Path) -> None:
    """Write `folder`/NAME-PICTURE.svg; the folder is made."""
    folder.mkdir(parents=True, exist_ok=True)
    series = seen.series()
    for name, (title, those, divisor) in PICTURES.items():
        shown = {
            what.removeprefix("ms to answer "): [(x, y / divisor) for x, y in windows(series[what])]
            for what in those
        }
        file = folder / f"{seen.name.lower().replace(' ', '-')}-{name}.svg"
        file.write_text(plot(f"{seen.name}: {title}", seen.name, shown))
