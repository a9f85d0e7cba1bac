"""As much of AWS as hands out secrets: a role's credentials, and Secrets Manager."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.secrets.hearing import Ear


@dataclass
class Cloud:
    """`authorization` is what a container shows to have the role's `credentials`."""

    authorization: str
    credentials: Mapping[str, str]
    secrets: Mapping[str, str]

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes]:
        if handler.path == "/credentials":
            if handler.headers["Authorization"] != self.authorization:
                return 403, b"{}"
            return 200, json.dumps(
                {**self.credentials, "Expiration": "2099-01-01T00:00:00Z"}
            ).encode()
        asked: dict[str, Any] = json.loads(body)
        assert handler.headers["X-Amz-Target"] == "secretsmanager.GetSecretValue"
        name = asked["SecretId"]
        return 200, json.dumps({"Name": name, "SecretString": self.secrets[name]}).encode()

    def serve(self, name: str) -> Ear:
        return Ear(name, self.answer)
