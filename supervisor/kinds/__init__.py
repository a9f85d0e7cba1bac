"""Kinds of service: each turns a spec into a way to live, or says why it cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from supervisor.kinds.life import LiveBody
from supervisor.kinds.process import process
from supervisor.kinds.task import task
from supervisor.spec import Spec

KINDS: Mapping[str, Callable[[Spec], LiveBody]] = {"task": task, "process": process}
