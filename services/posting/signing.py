"""Signatures by which a receiver knows that it is us: those of Standard Webhooks. Pure.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable

PREFIX = "whsec_"
SHORTEST = 16  # bytes of a key


def key_of(secret: str) -> bytes:
    """The key of a secret: after `whsec_` it is base64, else the text itself.

    Raises `ValueError`, which does not repeat it.
    """
    try:
        if secret.startswith(PREFIX):
            key = b64decode(secret.removeprefix(PREFIX), validate=True)
        else:
            key = secret.encode()
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("secrets: what comes after whsec_ is no base64") from None
    if len(key) < SHORTEST:
        raise ValueError(f"secrets: one is shorter than {SHORTEST} bytes; make a longer one")
    return key


def headers(id: str, timestamp: int, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """The headers of one attempt at `timestamp`, in Unix seconds: a signature by each secret."""
    signed = f"{id}.{timestamp}.".encode() + body
    signatures = (hmac.digest(key_of(secret), signed, "sha256") for secret in secrets)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{b64encode(mac).decode()}" for mac in signatures),
    }
