#!/usr/bin/env python3
"""Chromium, to which this machine's network never changes.

It fails what it is just asking for, with ERR_NETWORK_CHANGED, whenever an address comes or goes
anywhere on the machine, and containers of other tests have addresses. There is no switch for it
(https://issues.chromium.org/issues/41465264); but what cannot hear of changes, over a netlink
socket, takes it that there are none: so a filter refuses it such sockets (seccomp(2)).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import shutil
import socket
import struct
import sys

SOCKET = {"x86_64": 41, "aarch64": 198}  # the number of the call, as <asm/unistd.h> has it

# prctl(2)
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2

# What a filter is written in: <linux/bpf_common.h>, and its answers: <linux/seccomp.h>
LOAD, JUMP_IF_EQUAL, ANSWER = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EAFNOSUPPORT
NUMBER, FIRST_ARGUMENT = 0, 16  # offsets in struct seccomp_data


def refuse_netlink() -> None:
    """From now on, and in all that is executed, there are no such sockets."""
    program = b"".join(
        struct.pack("=HBBI", *step)
        for step in (
            (LOAD, 0, 0, NUMBER),
            (JUMP_IF_EQUAL, 0, 3, SOCKET[platform.machine()]),
            (LOAD, 0, 0, FIRST_ARGUMENT),
            (JUMP_IF_EQUAL, 0, 1, socket.AF_NETLINK),
            (ANSWER, 0, 0, REFUSE),
            (ANSWER, 0, 0, ALLOW),
        )
    )
    steps = ctypes.create_string_buffer(program, len(program))
    of_them = ctypes.create_string_buffer(struct.pack("@HP", 6, ctypes.addressof(steps)))
    libc = ctypes.CDLL(None, use_errno=True)
    for call in (
        (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(of_them), 0, 0),
    ):
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "prctl")


if __name__ == "__main__":
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("cannot find chromium: install it, as .ci/run does")
    refuse_netlink()
    os.execv(chromium, [chromium, *sys.argv[1:]])
