"""A site whose dependencies are not npm's."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from services.previews.node import find_node
from services.previews.tools import Tools
from tests.services.previews.astro import STARTER
from tests.services.previews.registry import installed, lock
from tests.whole.daemon import Daemon, until

pytestmark = pytest.mark.system


def repository(root: Path) -> str:
    """A repository with what is in a folder; its address."""
    name = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), (*name, "commit", "-qm", "Start")):
        subprocess.run(["git", *words], cwd=root, check=True)
    return f"file://{root}"


def test_threads_of_a_pnpm_site_share_its_modules_which_are_links_themselves(
    tmp_path: Path,
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    path = os.pathsep.join([str(installed("pnpm 12", programs)), os.environ["PATH"]])
    tools = Tools(find_node(), tmp_path / "bin", path)
    tools.prepare()
    root = tmp_path / "site"
    shutil.copytree(STARTER, root, ignore=shutil.ignore_patterns("node_modules", "package-lock*"))
    lock(root, "pnpm 12", ["pnpm"], tools.path)
    url = repository(root)
    with Daemon(tmp_path, tmp_path / "cache", PATH=path) as daemon:
        for thread in ("one", "two"):
            daemon.init(thread, repoUrl=url)
            daemon.execute(f"change the heading of the home page to Thread {thread}", thread)
            daemon.shown(f"Thread {thread}</h1>")
        modules = {
            (daemon.worktree(thread) / "node_modules").resolve() for thread in ("one", "two")
        }
        assert len(modules) == 1
        assert modules.pop().is_relative_to(tmp_path / "cache" / "modules")
        servers = [name for name in daemon.status() if name.startswith("astro@")]
        assert len(servers) == 2
        until("nothing more installed", lambda: not [n for n in daemon.status() if "install@" in n])
