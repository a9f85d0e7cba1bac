"""From a path to a configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from supervisor.config.configuration import Config
from supervisor.config.layers import Layers
from supervisor.config.reader import read


def load(
    path: Path, environment: Mapping[str, str] = os.environ, overrides: Sequence[str] = ()
) -> Config:
    """Read a file with all its layers; raises `ConfigError` where one is missing or no TOML.

    `environment` fills in variables and has the overrides that begin with `NURSERYD__`;
    `overrides` are those of the command line, as `--set` takes them. Other problems are in the
    result, so that the plan can add its own to them.
    """
    layers = Layers(str(path), environment, overrides)
    return read(layers.tree, environment, files=layers.files, problems=layers.problems)
