"""What the browser of these tests is kept from."""

from __future__ import annotations

import errno
import subprocess
import sys

EXECUTE = """
import os, sys
from tests.browser.unmoved import refuse_netlink
refuse_netlink()
os.execv(sys.executable, [sys.executable, "-c", sys.argv[1]])
"""
LOOK = """
import socket
for family in (socket.AF_INET, socket.AF_UNIX, socket.AF_NETLINK):
    try:
        socket.socket(family, socket.SOCK_DGRAM).close()
        print(0)
    except OSError as error:
        print(error.errno)
"""


def test_what_is_executed_hears_of_no_change_of_the_network_and_has_one():
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, LOOK], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0", "0", str(errno.EAFNOSUPPORT)]
    assert done.stderr == ""
