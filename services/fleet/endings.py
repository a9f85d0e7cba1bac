"""Why a task did not start, or ended, as sentences that say what to do. Pure."""

from __future__ import annotations

import re

from services.aws import Editor

# The daemon's own exit codes, as in the README's table.
_CODES = {
    0: "it ended because it was asked to",
    2: "its configuration is wrong, so nothing was started: the log says where, and what to write",
    10: "a service that it cannot do without gave up: the log says which and why",
    11: "a service stayed unhealthy: the log says which and why",
    20: "nobody used it, so it ended by itself; 'nurseryctl fleet start' starts it again",
    137: "it was killed: it took too much memory, or did not end within its stopTimeout",
    139: "it crashed (SIGSEGV): the log has its last words",
    143: "it was told to end before it was up",
}
_OUT_OF_MEMORY = "it took more memory than the task has: give it more with --memory"

# In this order: the first that matches. They match what ECS writes as stoppedReason, as the reason
# of a container, or as that of a failure of RunTask.
_REASONS = [
    (r"OutOfMemory", _OUT_OF_MEMORY),
    (
        r"does not contain descriptor matching platform|image manifest.*platform|exec format error",
        "the image is for another processor than the task: push one for the other, or set"
        " runtimePlatform",
    ),
    (
        r"CannotPull.*(?:not ?found|manifest unknown)|manifest unknown",
        "there is no such image: push it with 'make push', and see that the task definition names"
        " its tag",
    ),
    (
        r"CannotPull.*(?:toomanyrequests|rate limit)|pull rate limit",
        "the registry refuses more downloads: put the image into ECR with 'make push'",
    ),
    (
        r"CannotPull.*(?:no space|disk)",
        "the image does not fit on the task's disk: raise ephemeralStorage",
    ),
    (
        r"CannotPull.*(?:denied|forbidden|not authorized|authorization)",
        "the execution role may not pull the image: give it ecr:GetAuthorizationToken,"
        " ecr:BatchGetImage and ecr:GetDownloadUrlForLayer",
    ),
    (
        r"retrieve secrets? (?:value )?from|secretsmanager|asm fetching secret",
        "the secret cannot be read: see that it exists in this region with all keys that the task"
        " definition names, that the execution role may read it, and that the subnet has a way out",
    ),
    (
        r"CannotPull|pull image manifest|registry auth|i/o timeout|context deadline",
        "the task cannot reach the registry: a public subnet needs a public address"
        " (--public-ip), a private one a NAT gateway or endpoints for ECR and S3",
    ),
    (
        r"\bEFS\b|mount\.nfs",
        "the file system cannot be mounted: its security group must admit that of the task on port"
        " 2049, it needs a mount target in the subnet's zone, and the task's role"
        " elasticfilesystem:ClientMount and ClientWrite",
    ),
    (
        r"failed to validate logger args|log group|CreateLogStream",
        "the log group is missing, or the execution role may not write to it",
    ),
    (
        r"vCPUs?|limit on the number of tasks|LimitExceeded",
        "the account's quota of Fargate is used up: raise 'Fargate On-Demand vCPU resource count'"
        " (or Spot's), or stop editors that nobody needs",
    ),
    (
        r"\bSpot\b",
        "Fargate Spot has taken its capacity back; what was not committed is saved: start it again,"
        " without --spot if it must stay",
    ),
    (
        r"Capacity is unavailable|RESOURCE:(?!ENI)",
        "AWS has no room for it at the moment: try again in some minutes, with subnets in more"
        " zones, or without --spot",
    ),
    (
        r"network interface|RESOURCE:ENI|free addresses",
        "the subnet gave it no address: see that it has free ones",
    ),
    (r"EphemeralStorage", "AWS did not bring its disk in time: start it again"),
    (
        r"failed (?:container )?health checks?",
        "'nurseryctl health' failed in it too often: the log says which service was at fault",
    ),
    (r"failed ELB health checks?", "it did not answer /health/ready on port 8080: see the log"),
]


def why(task: Editor) -> str:
    """What became of a task that has stopped, or is about to."""
    told = " ".join(filter(None, (task.reason, task.exit_reason)))
    # ECS says "Essential container in task exited" of whatever ends by itself: the code says more.
    known = _known(task.exit_reason) or _known(task.reason)
    if known is None and task.exit_code is not None:
        known = _CODES.get(task.exit_code, f"it exited with {task.exit_code}: see its log")
    if known is None and task.code == "UserInitiated":
        known = "somebody stopped it"
    code = f"exit code {task.exit_code}" if task.exit_code is not None else ""
    aside = "; ".join(filter(None, (code, f"ECS says: {told}" if told else "")))
    return f"{known or 'see its log'}" + (f" ({aside})" if aside else "")


def no_place(told: str) -> str:
    """Why RunTask started nothing, by the reasons of its failures."""
    known = _known(told) or "see what the cluster and the task definition ask for"
    return f"ECS found no place for it: {known} (ECS says: {told})"


def _known(told: str) -> str | None:
    for pattern, sentence in _REASONS:
        if told and re.search(pattern, told, re.IGNORECASE | re.DOTALL):
            return sentence
    return None
