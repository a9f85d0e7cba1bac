"""Imports that may fail, and succeed the next time."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ExtensionFileLoader
from types import ModuleType

import trio


def load(name: str) -> ModuleType:
    """Import a module. Raises what the import raises, and then leaves nothing half made behind.

    Python forgets a package whose import fails, but not the modules in it that were imported
    already. The package of the next attempt would not have them as its attributes: want of
    descriptors for a moment would break it until the process ends.
    """
    before = frozenset(sys.modules)
    try:
        return import_module(name)
    except BaseException:
        for one in sorted(sys.modules.keys() - before):  # a package before what is in it
            package = one.rpartition(".")[0]
            # Many that are compiled are made once in a process, and have no attributes of ours.
            is_compiled = isinstance(sys.modules[one].__loader__, ExtensionFileLoader)
            if package and package not in sys.modules and not is_compiled:
                del sys.modules[one]
        raise


async def load_aside(name: str) -> ModuleType:
    """The same in a worker thread: what takes long the loop must not feel.

    Cancelled, it is imported all the same, before that is heeded.
    """
    return await trio.to_thread.run_sync(load, name)
