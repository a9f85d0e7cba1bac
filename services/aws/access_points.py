"""Access points of Amazon EFS: a folder of a file system that is all its task can see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.aws.client import CALLS, Lazy, code_of, refusing
from supervisor.desk import Refused

MODE = "0750"

_HINTS = {
    "AccessPointLimitExceeded": "a file system has 10,000 at most: remove those of editors that are"
    " gone with 'nurseryctl fleet stop --forget'",
    "FileSystemNotFound": "name the file system with --file-system, or the stack with --stack",
}


@dataclass(frozen=True)
class AccessPoint:
    """`root` is the folder of the file system that it shows as its root."""

    id: str
    root: str
    available: bool
    tags: Mapping[str, str]

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> AccessPoint:
        """What `DescribeAccessPoints` and `CreateAccessPoint` answer."""
        return cls(
            id=described["AccessPointId"],
            root=described["RootDirectory"]["Path"],
            available=described.get("LifeCycleState") == "available",
            tags={one["Key"]: one["Value"] for one in described.get("Tags") or ()},
        )


class AccessPoints:
    """Those of one file system. Synchronous, and for any worker thread; all raise `Refused`."""

    def __init__(self, file_system: str) -> None:
        self._file_system = file_system
        self._efs = Lazy("efs", **CALLS)

    def ensure(
        self, token: str, root: str, owner: tuple[int, int], tags: Mapping[str, str]
    ) -> AccessPoint:
        """Make one for the folder `root`, or find the one that was made by the same `token`.

        Whoever mounts it is `owner`, a uid and a gid. EFS makes the folder when that first happens.
        """
        uid, gid = owner
        made = {"OwnerUid": uid, "OwnerGid": gid, "Permissions": MODE}
        try:
            with refusing(f"make an access point of {self._file_system}", _HINTS):
                answer = self._efs.get().create_access_point(
                    ClientToken=token,
                    FileSystemId=self._file_system,
                    PosixUser={"Uid": uid, "Gid": gid},
                    RootDirectory={"Path": root, "CreationInfo": made},
                    Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
                )
            return AccessPoint.of(answer)
        except Refused as refusal:
            if code_of(refusal) != "AccessPointAlreadyExists":
                raise
            response: Any = getattr(refusal.__cause__, "response", {})
            there = self.look(response["AccessPointId"])
            if there is None or there.root != root:
                raise
            return there

    def look(self, id: str) -> AccessPoint | None:
        """None where there is none, or none of this file system."""
        try:
            with refusing(f"read the access point {id}", _HINTS):
                answer = self._efs.get().describe_access_points(AccessPointId=id)
        except Refused as refusal:
            if code_of(refusal) == "AccessPointNotFound":
                return None
            raise
        return next(
            (
                AccessPoint.of(one)
                for one in answer["AccessPoints"]
                if one.get("FileSystemId") == self._file_system
            ),
            None,
        )

    def tagged(self, tags: Mapping[str, str]) -> list[AccessPoint]:
        """All that have these tags, among others."""
        with refusing(f"list the access points of {self._file_system}", _HINTS):
            pages = self._efs.get().get_paginator("describe_access_points")
            all_of_them = [
                AccessPoint.of(one)
                for page in pages.paginate(FileSystemId=self._file_system)
                for one in page["AccessPoints"]
            ]
        return [one for one in all_of_them if tags.items() <= one.tags.items()]

    def delete(self, id: str) -> None:
        """The data stays in its folder of the file system."""
        with refusing(f"delete the access point {id}", _HINTS):
            self._efs.get().delete_access_point(AccessPointId=id)
