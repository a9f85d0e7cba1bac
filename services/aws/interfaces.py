"""Public addresses of network interfaces in a VPC."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.aws.client import CALLS, Lazy, refusing

ASKED = 200  # interfaces in one call


def public_addresses(interfaces: Iterable[str]) -> dict[str, str]:
    """Those of them that have one. Synchronous. Raises `Refused`."""
    ids, ec2 = list(interfaces), Lazy("ec2", **CALLS)
    found: dict[str, str] = {}
    for start in range(0, len(ids), ASKED):
        with refusing("look for public addresses"):
            # By a filter, for which an interface that has gone is no error.
            answer = ec2.get().describe_network_interfaces(
                Filters=[{"Name": "network-interface-id", "Values": ids[start : start + ASKED]}]
            )
        for one in answer["NetworkInterfaces"]:
            association: Mapping[str, str] = one.get("Association") or {}
            public = association.get("PublicIp")
            if public:
                found[one["NetworkInterfaceId"]] = public
    return found
