"""The installed dependencies, shared with the tests of the whole daemon's kind."""

from tests.whole.fixtures import cache

__all__ = ["cache"]
