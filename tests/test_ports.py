"""The ports that tests are given."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import random
random.randrange = lambda count: 0
from tests.ports import free_ports
print(*free_ports(50), flush=True)
input()
"""


def test_two_processes_that_begin_at_the_same_place_are_given_other_ports():
    with (
        subprocess.Popen(
            [sys.executable, "-c", CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as one,
        subprocess.Popen(
            [sys.executable, "-c", CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as other,
    ):
        assert one.stdout is not None
        assert other.stdout is not None
        ports = one.stdout.readline().split() + other.stdout.readline().split()
        one.communicate(b"\n")
        other.communicate(b"\n")
    assert len(ports) == len(set(ports)) == 100
