"""The list of what an image is made of is valid, and complete by other means than its own."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.container.image import Image

pytestmark = pytest.mark.system

PLACE = "/usr/share/doc/nurseryd/sbom.json"


@pytest.fixture(scope="session", params=["slim", "full"])
def image(request: pytest.FixtureRequest) -> Image:
    return request.getfixturevalue(request.param)


def listed(image: Image) -> dict[str, Any]:
    return json.loads(image.files()[PLACE].read_text())


def urls(image: Image, kind: str) -> set[str]:
    """The package URLs of a kind, without their qualifiers."""
    found = (entry["purl"].partition("?")[0] for entry in listed(image)["components"])
    return {url for url in found if url.startswith(f"pkg:{kind}/")}


def test_it_is_valid(image: Image) -> None:
    text = image.files()[PLACE].read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    references = [entry["bom-ref"] for entry in listed(image)["components"]]
    assert len(references) == len(set(references))


def test_it_has_every_package_of_debian(image: Image) -> None:
    lists = re.compile(r"/var/lib/dpkg/info/([^/:]+)(:\w+)?\.list")
    installed = {found[1] for place in image.files() if (found := lists.fullmatch(place))}
    named = {url.rpartition("/")[2].partition("@")[0] for url in urls(image, "deb")}
    assert named == installed
    assert {"libc6", "libssl3t64", "python3"} <= named


def test_it_has_every_distribution_of_python_that_was_locked(image: Image) -> None:
    folder = re.compile(r".*/site-packages/([^/]+)-([^/]+)\.dist-info/METADATA")
    installed = {
        f"pkg:pypi/{re.sub('[-_.]+', '-', found[1]).lower()}@{found[2]}"
        for place in image.files()
        if (found := folder.fullmatch(place))
    }
    assert urls(image, "pypi") == installed
    names = {url.partition("@")[0] for url in installed}
    assert {"pkg:pypi/nurseryd", "pkg:pypi/trio", "pkg:pypi/boto3"} <= names
    assert ("pkg:pypi/claude-agent-sdk" in names) == (image.target == "full")


def test_it_has_node_and_npm_and_the_cli(image: Image) -> None:
    (node,) = (entry for entry in listed(image)["components"] if entry["name"] == "node")
    assert re.fullmatch(r"24\.\d+\.\d+", node["version"])
    assert {"openssl", "v8"} <= {part["name"] for part in node["components"]}
    names = {url.partition("@")[0] for url in urls(image, "npm")}
    assert {"pkg:npm/npm", "pkg:npm/tar"} <= names
    assert ("pkg:npm/%40anthropic-ai/claude-code" in names) == (image.target == "full")
