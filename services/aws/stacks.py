"""What a stack of AWS CloudFormation says of itself."""

from __future__ import annotations

from services.aws.client import CALLS, Lazy, refusing
from supervisor.desk import Refused

_HINTS = {
    "ValidationError": "'aws cloudformation list-stacks' shows those of this region; AWS_REGION"
    " says which region that is",
}


def outputs(stack: str) -> dict[str, str]:
    """The outputs of a stack by their names. Synchronous. Raises `Refused`."""
    with refusing(f"read the stack {stack}", _HINTS):
        found = Lazy("cloudformation", **CALLS).get().describe_stacks(StackName=stack)["Stacks"]
    state = str(found[0]["StackStatus"])
    if "Outputs" not in found[0]:
        raise Refused(f"cannot use the stack {stack}: it is {state} and has no outputs")
    return {one["OutputKey"]: one["OutputValue"] for one in found[0]["Outputs"]}
