"""What a person wrote, as specs: layers of TOML, read with every problem named at once."""

from __future__ import annotations

from supervisor.config.configuration import Config
from supervisor.config.lax import adapted, converted, unlike
from supervisor.config.loading import load
from supervisor.config.origin import Origin, Source, Variable
from supervisor.config.overrides import overriding
from supervisor.config.path import Path
from supervisor.config.problem import BAD_CONFIGURATION, ConfigError, Problem
from supervisor.config.words import in_words, nearest

__all__ = [
    "BAD_CONFIGURATION",
    "Config",
    "ConfigError",
    "Origin",
    "Path",
    "Problem",
    "Source",
    "Variable",
    "adapted",
    "converted",
    "in_words",
    "load",
    "nearest",
    "overriding",
    "unlike",
]
