"""The results as a table: who took how long, ours as a ratio of theirs, which aims are met."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.figures import Aim, Figure, Results

OURS = "nurseryd"


def table(results: Results, versions: dict[str, str]) -> Iterator[str]:
    """The lines of a Markdown table, and of what is missing from it.

    `versions` has every peer that was asked for, in the order of the columns.
    """
    yield row("", *(f"{name} {version}" for name, version in versions.items()), "aim")
    yield row(*["---"] * (len(versions) + 2))
    for figure in results.samples:
        cells = [_cell(results, figure, peer) for peer in versions]
        unit = f", {figure.unit}" if figure.unit else ""
        aims = "; ".join(_verdict(results, figure, aim) for aim in figure.aims)
        yield row(f"{figure.name}{unit}", *cells, aims)
    if results.missing:
        yield from ("", "Not measured:", "")
    reasons: dict[tuple[str, str], list[str]] = {}
    for (what, peer), why in results.missing.items():
        reasons.setdefault((peer, why), []).append(what)
    for (peer, why), parts in reasons.items():
        yield f"* {peer} ({', '.join(parts)}): {why}"


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(results: Results, figure: Figure, peer: str) -> str:
    """A peer's figure, and ours as a multiple of it."""
    value = results.value(figure, peer)
    if value is None:
        return ""
    ours = results.value(figure, OURS)
    if peer == OURS or ours is None or value == 0:
        return _number(value)
    return f"{_number(value)} ({ours / value:.2f}x)"


def _verdict(results: Results, figure: Figure, aim: Aim) -> str:
    """What is aimed at, and whether it is reached."""
    sign = "at least" if figure.more_is_better else "at most"
    which = "" if aim.ours == OURS else f"{aim.ours} "
    whose = f"x {aim.peer}" if aim.peer else ""
    return f"{which}{sign} {aim.ratio:g}{whose}: {_reached(results, figure, aim)}"


def _reached(results: Results, figure: Figure, aim: Aim) -> str:
    theirs = results.value(figure, aim.peer) if aim.peer else 1.0
    ours = results.value(figure, aim.ours)
    if ours is None or theirs is None:
        return "not known"
    limit = theirs * aim.ratio
    met = ours >= limit if figure.more_is_better else ours <= limit
    return "met" if met else "**missed**"


def _number(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
