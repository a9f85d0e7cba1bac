"""What the images are: their size, their configuration, and what is in their file systems."""

from __future__ import annotations

import ast
import re
import stat
import subprocess
import tomllib
from datetime import datetime
from pathlib import Path

import pytest

from tests.container.image import FIRST_ID, Image
from tests.whole.daemon import ROOT

pytestmark = pytest.mark.system

MEGABYTE = 10**6
UNCHECKED_HASH = 1  # PEP 552: the flags of bytecode that is used without a look at its source
APP = FIRST_ID + 1000

# What would help somebody who got in, and nothing of ours needs.
UNWANTED = {"as", "c++", "cc", "curl", "g++", "gcc", "git", "ld", "make", "nc", "pip", "pip3"}
UNWANTED |= {"scp", "ssh", "strip", "sudo", "wget"}


@pytest.fixture(scope="session", params=["slim", "full"])
def image(request: pytest.FixtureRequest) -> Image:
    return request.getfixturevalue(request.param)


def test_slim_is_small_and_full_is_below_a_gigabyte(slim: Image, full: Image) -> None:
    assert slim.size < 450 * MEGABYTE
    assert full.size < 1000 * MEGABYTE


def test_both_share_all_but_the_cli_and_what_changes_often(slim: Image, full: Image) -> None:
    *shared, _code, _config, _bill = slim.digests
    assert list(full.digests[: len(shared)]) == shared
    assert sum(slim.sizes[len(shared) :]) < 12 * MEGABYTE


def test_it_runs_nurseryd_as_a_user_that_a_volume_can_belong_to(image: Image) -> None:
    config = image.config
    assert config["User"] == "1000:1000"
    assert config["Entrypoint"] == ["nurseryd"]
    assert config["Cmd"] == ["-c", "/etc/nurseryd/container.toml"]
    assert set(config["ExposedPorts"]) == {"8080/tcp", "4321/tcp", "4322/tcp"}
    assert set(config["Volumes"]) == {"/workspace", "/tmp"}
    assert config["StopSignal"] == "SIGTERM"
    assert config["Healthcheck"]["Test"] == ["CMD", "nurseryctl", "health", "--level", "alive"]
    assert not [name for name in image.environment if "TOKEN" in name or "KEY" in name]


def test_its_labels_say_what_it_was_made_of(image: Image) -> None:
    labels = image.config["Labels"]
    told = {key.rpartition(".")[2]: value for key, value in labels.items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told["version"] == project["version"]
    assert told["revision"].removesuffix("-dirty") == head.stdout.strip()
    assert datetime.fromisoformat(told["created"]).tzinfo is not None
    assert told["licenses"].startswith("MIT")
    assert {"title", "description"} <= set(told)


def test_nothing_is_setuid_and_no_tool_is_there_that_nobody_needs(image: Image) -> None:
    files = image.files()
    modes = {place: path.lstat().st_mode for place, path in files.items()}
    regular = {place for place, mode in modes.items() if stat.S_ISREG(mode)}
    assert [place for place in regular if modes[place] & (stat.S_ISUID | stat.S_ISGID)] == []
    programs = {Path(place).name for place in files if re.search(r"/s?bin/[^/]+$", place)}
    assert programs & UNWANTED == set()
    assert {"nurseryd", "nurseryctl", "python3"} <= programs


def test_its_user_owns_no_program_and_no_configuration(image: Image) -> None:
    files = {place: path.lstat() for place, path in image.files().items()}
    owned = {place for place, its in files.items() if its.st_uid == APP}
    assert owned == {"/workspace", "/home/appuser"}
    open_to_all = {
        place
        for place, its in files.items()
        if its.st_mode & stat.S_IWOTH and not stat.S_ISLNK(its.st_mode)
    }
    assert open_to_all == {"/tmp", "/var/tmp", "/run/lock"}


def test_all_of_python_is_compiled_for_good(image: Image) -> None:
    files = image.files()
    (library,) = (p for p in files if re.fullmatch(r"/opt/nurseryd/lib/python3\.\d+", p))
    tag = f"cpython-{library.rpartition('python')[2].replace('.', '')}.pyc"
    modules = [p for p in files if re.fullmatch(r"(/opt|/usr/lib/python).*\.py", p)]
    bytecode = [re.sub(r"([^/]+)\.py$", rf"__pycache__/\1.{tag}", p) for p in modules]
    assert [place for place in bytecode if place not in files] == []
    flags = {place: files[place].read_bytes()[4] for place in bytecode}
    assert [place for place in bytecode if flags[place] != UNCHECKED_HASH] == []
    assert len(modules) > 1500


def test_what_this_machine_needs_for_building_stays_out(image: Image) -> None:
    files = image.files()
    assert "/etc/pip.conf" not in files
    bundle = "etc/ssl/certs/ca-certificates.crt"
    assert [layer for layer in image.layers if (layer / bundle).exists()] == [image.layers[0]]
    assert not [place for place in files if place.startswith(("/build", "/added", "/root/.cache"))]


def test_each_service_of_aws_that_is_asked_is_described_in_it(image: Image) -> None:
    asked = {
        call.args[0].value
        for module in (ROOT / "services" / "aws").glob("*.py")
        for call in ast.walk(ast.parse(module.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Lazy"
        and isinstance(call.args[0], ast.Constant)
    }
    assert {"bedrock-runtime", "secretsmanager"} <= asked
    described = {
        found[1]
        for place in image.files()
        if (found := re.search(r"/botocore/data/([^/]+)/[^/]+/service-2", place))
    }
    assert asked <= described
    assert len(described) < 20
