"""The site that people edit: a real one of Astro's, whose only page shows what turns wrote."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.chaos.reading import git
from tests.chaos.turns import told

STARTER = Path(__file__).parents[3] / "services" / "workspaces" / "starter"
PAGE = """---
import text from "../../first.md?raw";
---
<html>
  <head><title>Lines</title></head>
  <body><pre>{text}</pre></body>
</html>
"""


def files() -> dict[str, str]:
    """All that is in the repository at first. Astro is the one that a new site begins with."""
    return {
        **dict.fromkeys(told.FILES, told.BEGUN),
        **{name: (STARTER / name).read_text() for name in ("package.json", "package-lock.json")},
        ".gitignore": "node_modules/\n.astro/\ndist/\n",
        "astro.config.mjs": "export default {};\n",
        "src/pages/index.astro": PAGE,
    }


def make_remote(place: Path) -> None:
    """A bare repository with these files, that takes pushes over HTTP."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(place)], check=True)
    git(place, "config", "http.receivepack", "true")
    lines = ["commit refs/heads/main", "committer Ann <ann@example.com> 1700000000 +0000"]
    lines += ["data 5", "begin"]
    for path, text in files().items():
        lines += [f"M 100644 inline {path}", f"data {len(text.encode())}", text]
    git(place, "fast-import", "--quiet", "--done", data="\n".join([*lines, "done\n"]).encode())


def shown(page: str) -> list[str]:
    """The lines that turns wrote and that a page shows."""
    _, _, rest = page.partition(told.BEGIN)
    return rest.partition(told.END)[0].split()
