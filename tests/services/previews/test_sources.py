import json
from dataclasses import replace
from pathlib import Path

import pytest

from services.previews.sources import Source, building, identity, recognize, serving
from tests.services.previews.fakes import KEY

DEV = Source(KEY, Path("/w/home"), "apps/web")
BUILT = replace(DEV, output=Path("/cache/built/1500"), built=1.5)
READS = (Path("/modules"), Path("/w/home"))


def words(parameters):
    return json.loads(parameters["arguments"])


@pytest.mark.parametrize("source", [DEV, BUILT, replace(DEV, site="")])
def test_a_later_life_recognizes_what_this_one_started(source):
    started = serving(source, Path("/w/home/apps/web"), READS, port=20001, cache=Path("/c"))
    assert recognize(started) == (source, 20001)


def test_what_somebody_else_started_is_not_recognized():
    parameters = identity(DEV, 20001)
    assert recognize({}) is None
    assert recognize({**parameters, "port": "many"}) is None
    assert recognize({**parameters, "thread": "../x"}) is None


def test_a_worktree_gets_a_dev_server_and_an_output_what_serves_it():
    at = {"port": 20001, "cache": Path("/c")}
    dev = serving(DEV, Path("/w/home/apps/web"), READS, **at)
    assert words(dev) == ["dev", "/w/home/apps/web", "20001", "/c", "/modules", "/w/home"]
    assert (dev["mode"], dev["root"], dev["modules"]) == (
        "development",
        "/w/home/apps/web",
        "/modules",
    )
    built = serving(BUILT, Path("/w/home"), READS[:1], **at)
    assert words(built) == ["preview", "/w/home", "20001", "/cache/built/1500", "/c", "/modules"]
    assert built["mode"] == "production"


def test_a_build_puts_its_output_outside_of_the_site():
    parameters = building(Path("/w"), READS[:1], output=Path("/o"), cache=Path("/c"))
    assert words(parameters) == ["build", "/w", "/o", "/c", "/modules"]


def test_what_is_built_has_a_preview_of_its_own():
    assert DEV.id == KEY.preview_id
    assert BUILT.id == KEY.built_id
