"""The ways to a model, and how each of them calls its tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.standin import Reply, Use

KEY = "what-pays-for-models"
_AWS = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": KEY}


@dataclass(frozen=True)
class Wire:
    """`address` is the variable with the address of the API."""

    name: str
    backend: str
    model: str
    address: str
    variables: Mapping[str, str] = field(default_factory=dict[str, str])

    def __str__(self) -> str:
        return self.name

    def environment(self, url: str) -> dict[str, str]:
        return {
            "AGENT_BACKEND": self.backend,
            "AGENT_MODEL": self.model,
            self.address: url,
            **self.variables,
        }

    @property
    def _is_cli(self) -> bool:
        return self.backend == "claude"

    def read(self, path: str) -> Use:
        return Use("Read", {"file_path": path}) if self._is_cli else Use("read", {"path": path})

    def write(self, path: str, text: str) -> Use:
        if self._is_cli:
            return Use("Write", {"file_path": path, "content": text})
        return Use("write", {"path": path, "text": text})

    def edit(self, path: str, old: str, new: str) -> Use:
        if self._is_cli:
            return Use("Edit", {"file_path": path, "old_string": old, "new_string": new})
        return Use("edit", {"path": path, "old": old, "new": new})

    def search(self, pattern: str) -> Use:
        if self._is_cli:
            return Use("Grep", {"pattern": pattern, "output_mode": "content"})
        return Use("search", {"pattern": pattern})

    def edited(self, path: str, old: str, new: str) -> tuple[Reply, Reply]:
        """Two answers: a file is read before it is edited."""
        return Reply([self.read(path)]), Reply([self.edit(path, old, new)])


WIRES = (
    Wire(
        "claude",
        "claude",
        "claude-sonnet-5",
        "ANTHROPIC_BASE_URL",
        {"ANTHROPIC_API_KEY": KEY},
    ),
    Wire(
        "claude on Bedrock",
        "claude",
        "eu.anthropic.claude-sonnet-5",
        "ANTHROPIC_BEDROCK_BASE_URL",
        {"CLAUDE_CODE_USE_BEDROCK": "1", **_AWS},
    ),
    Wire(
        "bedrock",
        "bedrock",
        "eu.anthropic.claude-haiku-4-5",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
        {
            "NURSERYD__SERVICE__AGENT__OPTIONS__bedrock__prices": (
                '{ "*" = { input = 3.0, output = 15.0, cache_read = 0.3, cache_write = 3.75 } }'
            ),
            **_AWS,
        },
    ),
)
