"""An editor's own task definition, made from the fleet's."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from services.aws import Definition
from services.fleet.deriving import access_point_of, derive, is_checked, is_made_by, owner_of
from services.fleet.names import Names
from services.fleet.place import Addresses, Place
from supervisor.desk import Refused

NAMES = Names("base", "acme", "ada")


def base(**container: Any) -> Definition:
    editor = {"name": "nurseryd", "image": "x", "user": "1001:1002", **container}
    body = {
        "taskDefinitionArn": "arn:aws:ecs:x:1:task-definition/base:7",
        "revision": 7,
        "status": "ACTIVE",
        "registeredBy": "somebody",
        "family": "base",
        "cpu": "1024",
        "containerDefinitions": [{"name": "side", "image": "y"}, editor],
        "volumes": [{"name": "tmp"}],
    }
    return Definition(body, {"aws:cloudformation:stack-name": "sites", "cost": "1"})


def derived(of: Definition, names: Names = NAMES, **changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"file_system": "fs-1", "access_point": "fsap-1", "addresses": None}
    return derive(of, names, **(given | changed))


def test_only_what_an_editor_needs_is_different() -> None:
    before = base(mountPoints=[{"sourceVolume": "tmp", "containerPath": "/tmp"}])
    kept = copy.deepcopy(before)
    made = derived(before)
    assert before == kept
    assert set(made) == {"family", "cpu", "containerDefinitions", "volumes", "tags"}
    assert (made["family"], made["cpu"]) == ("base-acme-ada", "1024")
    [side, editor] = made["containerDefinitions"]
    assert side == {"name": "side", "image": "y"}
    assert [(one["sourceVolume"], one["containerPath"]) for one in editor["mountPoints"]] == [
        ("tmp", "/tmp"),
        ("workspace", "/workspace"),
    ]
    assert [one["name"] for one in made["volumes"]] == ["tmp", "workspace"]
    tags = {one["key"]: one["value"] for one in made["tags"]}
    assert tags.items() >= {"cost": "1", "nurseryd:client": "acme", "nurseryd:user": "ada"}.items()
    assert not any(key.startswith("aws:") for key in tags)


def test_the_addresses_are_the_editors_own() -> None:
    theirs = [{"name": "PREVIEW_URL", "value": "https://other/"}, {"name": "A", "value": "b"}]
    [_, without] = derived(base(environment=theirs))["containerDefinitions"]
    assert {one["name"] for one in without["environment"]} == {"A", "CLIENT_ID", "USER_ID"}
    addresses = Addresses("https://e.example.com/", "https://p.example.com/")
    made = derived(base(environment=theirs), addresses=addresses)
    variables = {
        one["name"]: one["value"] for one in made["containerDefinitions"][1]["environment"]
    }
    assert variables["PREVIEW_URL"] == "https://p.example.com/"
    assert variables["PREVIEW_DOMAIN"] == "p.example.com"


def test_what_was_made_is_known_by_what_it_was_made_of() -> None:
    made = derived(base())
    there = Definition({}, {one["key"]: one["value"] for one in made["tags"]})
    assert is_made_by(there, derived(base()))
    assert not is_made_by(None, made)
    assert not is_made_by(there, derived(base(image="newer")))
    assert not is_made_by(there, derived(base(), access_point="fsap-2"))
    assert not is_made_by(Definition({}, {}), made)


def test_the_workspace_belongs_to_whom_the_container_runs_as() -> None:
    assert owner_of(base()) == (1001, 1002)
    assert owner_of(base(user="appuser")) == owner_of(base(user="")) == (1000, 1000)


def test_which_container_is_the_editor_is_said_or_clear() -> None:
    with pytest.raises(Refused, match="cannot tell which container of base is"):
        derived(base(name="other"))
    one = base(name="other")
    del one.body["containerDefinitions"][0]
    assert derived(one)["containerDefinitions"][0]["mountPoints"]


def test_an_access_point_is_read_back() -> None:
    assert access_point_of(Definition(derived(base()), {})) == "fsap-1"
    assert access_point_of(base()) == access_point_of(None) == ""


def test_health_is_known_where_any_container_has_a_check() -> None:
    assert not is_checked(base().body)
    assert is_checked(base(healthCheck={"command": ["CMD", "x"]}).body)


def test_all_that_a_place_lacks_is_said_at_once() -> None:
    place = Place(cluster="c", listener="arn").with_options({"vpc": None, "edit_domain": "e"})
    with pytest.raises(Refused, match=re.escape("--family and --vpc and --preview-domain")):
        place.need("cluster", "family")
    place.with_options({"family": "f", "vpc": "v", "preview_domain": "p"}).need("cluster", "family")
