"""The whole daemon for every test here."""

from tests.whole.fixtures import cache, daemon

__all__ = ["cache", "daemon"]
