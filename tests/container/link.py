"""Joins a container's network to this machine by a pair of addresses, and to nothing else.

crun runs this while it makes the container (OCI hook `createRuntime`): whatever a container asks
of the outside world goes unanswered, as behind a load balancer whoever asks it is not loopback.

    python link.py PREFIX < STATE    # PREFIX.1 is this machine, PREFIX.2 the container
"""

from __future__ import annotations

import json
import random
import subprocess
import sys


def prefix() -> str:
    """The first three numbers of addresses of the private network that nobody here uses."""
    known = subprocess.run(["ip", "-o", "addr"], capture_output=True, text=True, check=True).stdout
    while True:
        chosen = f"10.{random.randrange(64, 255)}.{random.randrange(256)}"
        if f" {chosen}." not in known:
            return chosen


def main() -> None:
    chosen, pid = sys.argv[1], str(json.load(sys.stdin)["pid"])
    link = f"nd{pid}"
    inside = ("nsenter", "--target", pid, "--net", "ip")
    for command in (
        ("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", pid),
        ("ip", "addr", "add", f"{chosen}.1/30", "dev", link),
        ("ip", "link", "set", link, "up"),
        (*inside, "addr", "add", f"{chosen}.2/30", "dev", "eth0"),
        (*inside, "link", "set", "eth0", "up"),
    ):
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
