"""The exit statuses of `nurseryctl`. The first ones are supervisorctl's where it has one."""

from __future__ import annotations

REFUSED = 1  # the daemon will not; or, from `health`, it is not healthy
NOT_AS_ASKED = 3  # a service is not up, or not down
UNKNOWN = 4  # no such service, or no daemon
INTERRUPTED = 130  # 128 and SIGINT, as shells have it
CLOSED_PIPE = 141  # 128 and SIGPIPE


class ClosedPipe(Exception):
    """Whoever read what we print has gone. click would make an exit status 1 of it."""
