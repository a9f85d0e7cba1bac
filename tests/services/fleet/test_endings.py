"""Why tasks end, by what ECS writes of them: AWS's own words, as its documentation has them."""

from __future__ import annotations

import re

import pytest

from services.aws import Editor
from services.fleet.endings import no_place, why

PULL = "CannotPullContainerError: pull image manifest has been retried 5 time(s): "
INIT = "ResourceInitializationError: "


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (f"{PULL}failed to resolve ref 1.dkr.ecr.x/n:1: not found", "there is no such image"),
        (
            "CannotPullContainerError: image Manifest does not contain descriptor matching platform"
            " 'linux/arm64'",
            "another processor",
        ),
        (f"{PULL}failed to do request: dial tcp 1.2.3.4:443: i/o timeout", "reach the registry"),
        (
            "CannotPullContainerError: pull access denied, repository does not exist or may require"
            " authorization",
            "may not pull the image",
        ),
        (f"{PULL}toomanyrequests: You have reached your pull rate limit", "refuses more downloads"),
        (
            f"{INIT}unable to pull secrets or registry auth: execution resource retrieval failed:"
            " unable to retrieve secret from asm: service call has been retried 1 time(s):"
            " ResourceNotFoundException",
            "the secret cannot be read",
        ),
        (
            f"{INIT}unable to pull secrets or registry auth: unable to retrieve ecr registry auth:"
            " RequestError: send request failed",
            "reach the registry",
        ),
        (
            f"{INIT}failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4:"
            " Connection timed out",
            "on port 2049",
        ),
        (
            f"{INIT}failed to validate logger args: create stream has been retried 1 times:"
            " ResourceNotFoundException: The specified log group does not exist.",
            "the log group is missing",
        ),
        ("Your Spot Task was interrupted.", "without --spot"),
        ("Capacity is unavailable at this time. Please try again later", "has no room for it"),
        ("Timeout waiting for network interface provisioning to complete.", "gave it no address"),
        ("Timeout waiting for EphemeralStorage provisioning to complete.", "start it again"),
        ("Task failed container health checks", "'nurseryctl health' failed"),
        ("Task failed ELB health checks in (target-group x)", "/health/ready"),
    ],
)
def test_a_reason_of_ecs_is_told_with_what_to_do(reason: str, sentence: str) -> None:
    told = why(editor(code="TaskFailedToStart", reason=reason))
    assert sentence in told
    assert told.endswith(f"(ECS says: {reason})")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (0, "it was asked to"),
        (2, "configuration is wrong"),
        (10, "gave up"),
        (11, "unhealthy"),
        (20, "nobody used it"),
        (137, "too much memory, or did not end"),
        (99, "it exited with 99"),
    ],
)
def test_an_exit_code_is_told_by_what_it_means(code: int, sentence: str) -> None:
    told = why(
        editor(
            code="EssentialContainerExited",
            reason="Essential container in task exited",
            exit_code=code,
        )
    )
    assert re.match(f".*{sentence}.*\\(exit code {code}; ECS says: Essential", told)


def test_memory_that_ran_out_is_said_before_the_code() -> None:
    reason = "OutOfMemoryError: Container killed due to memory usage"
    told = why(
        editor(reason="Essential container in task exited", exit_code=137, exit_reason=reason)
    )
    assert told.startswith("it took more memory than the task has: give it more with --memory")


def test_one_that_somebody_stopped_before_it_ran_says_so() -> None:
    assert why(editor(code="UserInitiated", reason="by hand")).startswith("somebody stopped it")
    assert why(editor()) == "see its log"


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("RESOURCE:CPU", "has no room for it"),
        ("RESOURCE:ENI", "gave it no address"),
        ("You've reached the limit on the number of vCPUs you can run concurrently", "quota"),
        ("MISSING", "see what the cluster"),
    ],
)
def test_no_place_is_told_with_what_to_do(told: str, sentence: str) -> None:
    assert re.match(f"ECS found no place for it: .*{sentence}.*\\(ECS says: ", no_place(told))


def editor(**facts: object) -> Editor:
    given = {"arn": "a", "definition": "", "tags": {}, "state": "STOPPED", "wanted": "STOPPED"}
    return Editor(**(given | {"health": "UNKNOWN"} | facts))  # type: ignore[arg-type]
