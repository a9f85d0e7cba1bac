"""Signals as people name them."""

from __future__ import annotations

import signal


def signal_named(name: str | int) -> signal.Signals | None:
    """`HUP`, `sighup`, `1`: the signal, or None where there is none."""
    try:
        if isinstance(name, int) or name.isdecimal():
            return signal.Signals(int(name))
        return signal.Signals[f"SIG{name.upper().removeprefix('SIG')}"]
    except (ValueError, KeyError):
        return None
