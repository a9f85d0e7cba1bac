"""Where the routes of a conversation are."""

from __future__ import annotations

THREADS = "/v1/threads/<client>/<user>"
THREAD = f"{THREADS}/<thread>"
