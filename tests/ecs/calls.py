"""What our code asks of AWS, read from the code itself, and AWS's own list of its permissions."""

from __future__ import annotations

import ast
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import botocore.session
from botocore import xform_name

from tests.ecs.stack import ROOT

# Where a permission is not called as the service of boto3 and its operation are.
SERVICES = {
    "bedrock-runtime": "bedrock",
    "efs": "elasticfilesystem",
    "elbv2": "elasticloadbalancing",
}
OPERATIONS = {
    "bedrock:Converse": "bedrock:InvokeModel",
    "bedrock:ConverseStream": "bedrock:InvokeModelWithResponseStream",
}


def asking_modules() -> list[Path]:
    """The modules of `services/aws` that have a client of boto3."""
    modules = sorted((ROOT / "services" / "aws").glob("*.py"))
    return [one for one in modules if one.name != "client.py" and _clients(_parsed(one))]


def actions_of(module: Path) -> set[str]:
    """The permissions that a module's calls take.

    A call is any method of the name of an operation that a client of the module has, or a
    paginator of it. Nothing else looks like one, and `getattr` is not there to hide one.
    """
    tree = _parsed(module)
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    paged = {
        str(node.args[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("get_paginator", "get_waiter")
        and isinstance(node.args[0], ast.Constant)
    }
    found = set[str]()
    for client in _clients(tree):
        for method in (called | paged) & _operations(client).keys():
            action = f"{SERVICES.get(client, client)}:{_operations(client)[method]}"
            found.add(OPERATIONS.get(action, action))
    return found


def has_resources(action: str) -> bool:
    """Whether a policy can say to which resources it gives a permission. By AWS's own reference."""
    service, _, operation = action.partition(":")
    return bool(_reference()[service]["Actions"][operation.lower()].get("Resources"))


@cache
def _parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def _clients(tree: ast.Module) -> set[str]:
    return {
        str(node.args[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Lazy"
        and isinstance(node.args[0], ast.Constant)
    }


@cache
def _operations(client: str) -> dict[str, str]:
    """The operations of a service by their methods' names."""
    model = botocore.session.get_session().get_service_model(client)
    return {xform_name(name): name for name in model.operation_names}


@cache
def _reference() -> dict[str, Any]:
    """The Service Authorization Reference, as cfn-lint brings it along."""
    text = files("cfnlint").joinpath("data/AdditionalSpecs/Policies.json").read_text("utf-8")
    return json.loads(text)
