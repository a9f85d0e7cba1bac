"""Sites that are not ours: Astro's own templates, from a package that carries copies of them.

The templates are as they are published, but for `package.json` and its lock file: three versions
of Astro, one a site, so that between them they are what people bring along.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from services.previews.node import find_node
from tests.whole.daemon import git

HERE = Path(__file__).parent
# The folder of each template in the package.
TEMPLATES = {"blog": "template-ts-blog", "docs": "template-ts-docs", "islands": "template-ts-react"}
NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS")


def fetch(folder: Path) -> Path:
    """Install the package with the templates in `folder`; where the templates are."""
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, folder / name)
    node = find_node()
    subprocess.run(
        [node.node, node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            **{name: os.environ[name] for name in NETWORK if name in os.environ},
        },
        check=True,
        capture_output=True,
        timeout=300,
    )
    return folder / "node_modules" / "create-astro-app" / "src"


def repository(name: str, templates: Path, folder: Path) -> Path:
    """One of the sites as a git repository in `folder`."""
    shutil.copytree(templates / TEMPLATES[name], folder)
    for file in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name / file, folder / file)
    (folder / ".gitignore").write_text("node_modules\n.astro\ndist\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    git(folder, *who, "commit", "--quiet", "--message=The template")
    return folder
