"""What a service sees of the machine that it is about to start on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Obstacle:
    """The service cannot run here: `text` says why and what to do about it.

    `key` is the option that it comes from, as `root`, or empty for the service as a whole.
    """

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """The service can run here, and yet something will hardly be meant; as in `Obstacle`."""

    key: str
    text: str
