"""Whom a program runs as: a user and a group by name or number, as the machine has them now."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Mapping

from supervisor.failure import Failed
from supervisor.spawn import Identity


def identity(user: str | None, group: str | None) -> tuple[Identity | None, Mapping[str, str]]:
    """What to change so that a program runs as these, and the variables that speak of the user.

    A user brings along their own group, unless another one is named, and their supplementary
    groups; a group alone changes nothing else. What is so already is not changed, so that a
    daemon without privileges may name itself. Raises `Failed` for whom the machine does not
    know. It may block, where the machine has to ask a directory service.
    """
    name = " and ".join(f"{kind} {it!r}" for kind, it in (("user", user), ("group", group)) if it)
    gid = None if group is None else _group(group)
    uid, groups, variables = None, None, {}
    if user is not None:
        entry = _user(user)
        if entry is not None:
            gid = entry.pw_gid if gid is None else gid
            uid, home, login = entry.pw_uid, entry.pw_dir, entry.pw_name
            groups = tuple(os.getgrouplist(login, gid))
        elif gid is not None:
            uid, home, login, groups = int(user), "/", user, (gid,)
        else:
            raise Failed(f"cannot tell the group of user {user!r}, who has no entry; name a group")
        variables = {"HOME": home, "USER": login, "LOGNAME": login}
    if uid == os.geteuid():
        uid = groups = None
    if gid == os.getegid():
        gid = None
    changes = None if uid is None and gid is None else Identity(name, uid, gid, groups)
    return changes, variables


def _user(user: str) -> pwd.struct_passwd | None:
    """Their entry; None for a number that has none."""
    number = _number(user)
    try:
        return pwd.getpwnam(user) if number is None else pwd.getpwuid(number)
    except KeyError:
        if number is not None:
            return None
        raise Failed(f"cannot find user {user!r}: create it, or name another one") from None


def _group(group: str) -> int:
    number = _number(group)
    try:
        return grp.getgrnam(group).gr_gid if number is None else number
    except KeyError:
        raise Failed(f"cannot find group {group!r}: create it, or name another one") from None


def _number(name: str) -> int | None:
    """The number that a name is, of those that there are: 32 bits, less the one for "none"."""
    if name.isascii() and name.isdecimal() and len(name) <= 10 and int(name) < 2**32 - 1:
        return int(name)
    return None
