"""A plot of a few series as SVG, small enough to read as a file and to stand in a README. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from tests.soak.trend import Point

WIDTH, HEIGHT = 420, 150
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 24, 22
COLOURS = ("#2f6f4f", "#b4532a", "#3b5b92", "#8a6d1c")
# On a light page as on a dark one.
STYLE = "font: 11px sans-serif; fill: #777"


def plot(title: str, unit: str, series: Mapping[str, Sequence[Point]]) -> str:
    """`series` by their names; the axis begins at 0, so that what looks flat is flat."""
    points = [point for one in series.values() for point in one]
    right = max((x for x, _ in points), default=1) or 1
    top = _round_up(max((y for _, y in points), default=1))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' role="img" aria-label="{escape(title)}"><g style="{STYLE}">',
        f'<text x="{LEFT}" y="14">{escape(title)}</text>',
    ]
    for share in (0, 0.5, 1):
        y = _y(share)
        parts.append(
            f'<path d="M{LEFT} {y:g}H{WIDTH - RIGHT}" stroke="#999" stroke-opacity=".4"/>'
            f'<text x="{LEFT - 4}" y="{y + 4:g}" text-anchor="end">{share * top:,g}</text>'
        )
    bottom = HEIGHT - 6
    parts.append(
        f'<text x="{LEFT}" y="{bottom}">0</text>'
        f'<text x="{WIDTH - RIGHT}" y="{bottom}" text-anchor="end">{right:,g} {escape(unit)}</text>'
    )
    for number, (name, one) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        line = "L".join(f"{_x(x / right):.1f} {_y(y / top):.1f}" for x, y in one)
        parts.append(f'<path d="M{line}" fill="none" stroke="{colour}" stroke-width="1.4"/>')
        if len(series) > 1:
            x = WIDTH - RIGHT - 90 * (len(series) - 1 - number)
            place = f'x="{x}" y="14" text-anchor="end" style="fill: {colour}"'
            parts.append(f"<text {place}>{escape(name)}</text>")
    return "\n".join([*parts, "</g></svg>", ""])


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _round_up(value: float) -> float:
    """The next of 1, 2, 3, 4, 5, 6, 8 or 10 times a power of ten."""
    power = 1.0
    while power < value:
        power *= 10
    while power / 10 >= value > 0:
        power /= 10
    return next(power * n / 10 for n in (1, 2, 3, 4, 5, 6, 8, 10) if power * n / 10 >= value)
