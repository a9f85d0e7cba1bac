"""Which variables the Claude Code CLI gets: what it needs to reach a model, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

_ALWAYS = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ")
_NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"),
)
_MODELS = (
    "ANTHROPIC_MODEL",
    "ANTHROPIC_DEFAULT_MODEL",
    "ANTHROPIC_SMALL_FAST_MODEL",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL",
    "ANTHROPIC_DEFAULT_SONNET_MODEL",
    "ANTHROPIC_DEFAULT_OPUS_MODEL",
)
_KEY = "ANTHROPIC_API_KEY"
_DIRECT = ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL")
# Where the CLI looks for the number of a descriptor with the key.
_KEY_BY_DESCRIPTOR = "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR"
DESCRIPTOR = 3
_BEDROCK = (
    *("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_SKIP_BEDROCK_AUTH"),
    *("ANTHROPIC_BEDROCK_BASE_URL", "ANTHROPIC_BEDROCK_REGION_PREFIX"),
    *("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_BEARER_TOKEN_BEDROCK"),
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
    *("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    *("AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
    *("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME"),
    "AWS_EC2_METADATA_DISABLED",
)
_FIXED = {
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_DISABLE_AUTO_MEMORY": "1",
    "CLAUDE_CODE_DISABLE_CLAUDE_MDS": "1",
    "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS": "1",
    "CLAUDE_CODE_DISABLE_FILE_CHECKPOINTING": "1",
    "CLAUDE_CODE_ENTRYPOINT": "sdk-py",
    "CLAUDE_CODE_SDK_READS_SESSION_STATE": "1",
}


def environment(
    ours: Mapping[str, str], *, home: Path, config: Path, temporary: Path, retries: int
) -> dict[str, str]:
    """All the variables of the CLI, made from `ours`.

    A HOME of its own keeps it from the user's settings, keys and credentials. The key of the API
    is not among them: see `key`.
    """
    by_descriptor = {_KEY_BY_DESCRIPTOR: str(DESCRIPTOR)} if key(ours) else {}
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        **{name: ours[name] for name in _named(ours) if ours.get(name)},
        **_FIXED,
        **by_descriptor,
        "CLAUDE_CODE_MAX_RETRIES": str(retries),
        "HOME": str(home),
        "CLAUDE_CONFIG_DIR": str(config),
        "TMPDIR": str(temporary),
        "CLAUDE_CODE_TMPDIR": str(temporary),
    }


def key(ours: Mapping[str, str]) -> str:
    """The key of the API, empty where none is used.

    Any program of the same user can read the environment of the CLI, and the site's own code is
    one; what came through a pipe is nowhere to be read.
    """
    return "" if on_bedrock(ours) else ours.get(_KEY, "")


def on_bedrock(ours: Mapping[str, str]) -> bool:
    """Whether the models are asked of Amazon Bedrock."""
    return ours.get("CLAUDE_CODE_USE_BEDROCK", "").lower() in ("1", "true", "yes", "on")


def _named(ours: Mapping[str, str]) -> Iterator[str]:
    yield from _ALWAYS
    yield from _NETWORK
    yield from _MODELS
    yield from _BEDROCK if on_bedrock(ours) else _DIRECT
