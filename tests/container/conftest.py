"""The whole daemon and the images for every test here."""

from tests.container.fixtures import dependencies, full, slim, storage
from tests.whole.fixtures import cache, daemon

__all__ = ["cache", "daemon", "dependencies", "full", "slim", "storage"]
