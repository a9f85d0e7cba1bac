"""The images and a site's dependencies, there before anything is measured."""

from tests.container.fixtures import dependencies, full, slim, storage
from tests.whole.fixtures import cache

__all__ = ["cache", "dependencies", "full", "slim", "storage"]
