"""Parameters that do not go together are refused before anything is made, with what to do.

CloudFormation carries the rules out; moto does not, so here they are carried out by hand.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.ecs.stack import MINE, PRODUCTION, template

GIVEN = {"Visitors": MINE}
TLS = PRODUCTION | {"Certificate": "arn:aws:acm:eu-central-1:123456789012:certificate/0b1c2d3e"}


def true(said: Any, values: dict[str, Any]) -> Any:
    """What a function of a rule comes to."""
    if not isinstance(said, dict):
        return said
    ((function, arguments),) = said.items()
    if function == "Ref":
        return values[arguments]
    found = [true(one, values) for one in arguments]
    return {
        "Fn::Equals": lambda: found[0] == found[1],
        "Fn::Not": lambda: not found[0],
        "Fn::And": lambda: all(found),
    }[function]()


def complaints(parameters: dict[str, str]) -> list[str]:
    whole = template()
    values = {name: one.get("Default") for name, one in whole["Parameters"].items()} | parameters
    return [
        assertion["AssertDescription"]
        for rule in whole["Rules"].values()
        if true(rule["RuleCondition"], values)
        for assertion in rule["Assertions"]
        if not true(assertion["Assert"], values)
    ]


@pytest.mark.parametrize(
    "parameters",
    [
        GIVEN,
        TLS,
        TLS | {"Backend": "bedrock", "Model": "eu.some-model"},
        GIVEN | {"IdleMode": "notify", "IdleWebhook": "https://hooks.example.com/idle"},
    ],
)
def test_these_go_together(parameters: dict[str, str]) -> None:
    assert complaints(parameters) == []


@pytest.mark.parametrize(
    ("parameters", "word"),
    [
        ({}, "203.0.113.7/32"),
        (TLS | {"PreviewDomain": ""}, "PreviewDomain"),
        (TLS | {"PreviewDomain": TLS["EditDomain"]}, "another one"),
        (GIVEN | {"Backend": "bedrock"}, "Model"),
        (GIVEN | {"IdleMode": "notify"}, "IdleWebhook"),
    ],
)
def test_these_do_not(parameters: dict[str, str], word: str) -> None:
    (complaint,) = complaints(parameters)
    assert word in complaint


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("Visitors", ["203.0.113.7/32", "0.0.0.0/0"], ["203.0.113.7", "everybody"]),
        ("EditDomain", ["", "edit.example.com"], ["https://edit.example.com", "*.example.com"]),
        ("User", ["a", "ada", "a-b"], ["", "xn", "Ada", "-a", "a" * 29]),
        ("Client", ["acme", "a1"], ["", "acme/x", "a" * 33]),
        ("SiteRepository", ["", "https://github.com/acme/site"], ["git@github.com:acme/site"]),
        ("AlarmEmail", ["", "ops@example.com"], ["ops"]),
    ],
)
def test_a_parameter_says_what_it_may_be(name: str, right: list[str], wrong: list[str]) -> None:
    parameter = template()["Parameters"][name]
    assert parameter["ConstraintDescription"]
    assert all(re.search(parameter["AllowedPattern"], value) for value in right)
    assert not any(re.search(parameter["AllowedPattern"], value) for value in wrong)
