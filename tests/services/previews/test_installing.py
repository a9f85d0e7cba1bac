"""Every package manager for real, as the template in config/services.toml starts it.

They and one small package come from the npm registry; where none answers, the tests are skipped.
"""

import json
import os
import tomllib
from pathlib import Path

import pytest

from services.previews import progress, store
from services.previews.deps import TEMPLATE
from services.previews.managers import Caches, Kind, arguments
from services.previews.node import find_node
from services.previews.tools import Tools
from supervisor.spec import ProcessSpec
from supervisor.template import fill
from tests.services.previews.astro import ENVIRONMENT
from tests.services.previews.registry import installed, lock, npm, run
from tests.whole.daemon import SERVICES

pytestmark = pytest.mark.system

PACKAGE = "dset@3.1.4"
AS_SOMEBODY = ("-c", "user.name=x", "-c", "user.email=x@localhost")


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Where a package manager's own programs are, once it is installed."""
    made = {}

    def install(name):
        if name not in made:
            made[name] = installed(name, tmp_path_factory.mktemp("manager"))
        return made[name]

    return install


@pytest.fixture
def locked(tmp_path):
    """A site with one dependency and the lock file that this program writes for it."""

    def make(tools, name, program):
        root = tmp_path / "site"
        root.mkdir()
        package, _, version = PACKAGE.partition("@")
        manifest = {
            "name": "site",
            "private": True,
            "dependencies": {package: version},
            "scripts": {"postinstall": "node -e \"fs.writeFileSync('ran', process.version)\""},
        }
        (root / "package.json").write_text(json.dumps(manifest))
        lock(root, name, program, tools.path)
        return root

    return make


def template():
    table = tomllib.loads(SERVICES.read_text(encoding="utf-8"))["service"][TEMPLATE]
    return ProcessSpec(
        name=TEMPLATE,
        command=tuple(table["command"]),
        directory=table["directory"],
        environment=table["environment"],
    )


def install(root, folder, tools, scripts=False):
    """What the service does, but for the supervisor; the entry, and what was said."""
    caches = Caches(shared=str(folder / "shared"), local=str(folder / "local"))
    for cache in (caches.shared, caches.local):
        Path(cache).mkdir(exist_ok=True)
    (place,) = store.look(root, folder / "modules", tools.node.abi, scripts=scripts)
    wanted, tool = tools.first([place.wanted])
    partial = store.prepare(root, place)
    words = (*tool.before, *arguments(wanted.kind, caches, scripts=scripts))
    spec = fill(
        template(),
        {
            "program": str(tool.program),
            "arguments": json.dumps(words),
            "directory": str(partial),
            "path": tools.path,
            "archives": f"{caches.shared}/yarn",
            "scripts": "true" if scripts else "false",
        },
    )
    done = run(spec.command, spec.directory, **spec.environment)
    assert done.returncode == 0, done.stdout + done.stderr
    store.finish(partial, place)
    return place


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("npm", Kind.NPM),
        ("pnpm 12", Kind.PNPM),
        ("pnpm 10", Kind.PNPM),
        ("yarn 1", Kind.CLASSIC),
        ("yarn 4", Kind.BERRY),
        ("bun 1", Kind.BUN),
    ],
)
def test_each_installs_what_its_lock_file_says(name, kind, programs, locked, tmp_path):
    path = "" if kind is Kind.NPM else str(programs(name))
    tools = Tools(find_node(), tmp_path / "bin", os.pathsep.join([path, ENVIRONMENT["PATH"]]))
    tools.prepare()
    program = npm() if kind is Kind.NPM else [Path(path) / kind.program]
    root = locked(tools, name, program)
    place = install(root, tmp_path, tools)
    assert place.wanted.kind is kind
    (modules,) = store.link(root, place)
    manifest = json.loads((root / "node_modules" / "dset" / "package.json").read_text())
    assert manifest["version"] == "3.1.4"
    assert progress.count(modules) == 1
    # What is shared holds all of it: nothing in it leads out, to be missed some day.
    assert (modules / "dset").resolve().is_relative_to(modules)
    if kind in (Kind.NPM, Kind.BERRY):
        assert list((tmp_path / "shared").rglob("*"))
        assert list((tmp_path / "local").rglob("*")) == []
    assert not (place.entry / "ran").exists()
    allowed = install(root, tmp_path, tools, scripts=True)
    assert allowed.key != place.key
    ours = run([find_node().node, "--version"], root).stdout.strip()
    assert (allowed.entry / "ran").read_text() == ours
    if kind is Kind.NPM:
        text = (root / place.wanted.lock).read_bytes()
        assert progress.expected(text, progress.this_machine()) == 1


def test_a_site_names_no_program_that_npm_runs_in_place_of_git(tmp_path: Path):
    tools = Tools(find_node(), tmp_path / "bin", ENVIRONMENT["PATH"])
    tools.prepare()
    package, site = tmp_path / "package", tmp_path / "site"
    package.mkdir()
    (package / "package.json").write_text('{"name": "x", "version": "1.0.0"}')
    for words in (("init", "--quiet"), ("add", "."), (*AS_SOMEBODY, "commit", "--quiet", "-mx")):
        run(("git", *words), package)
    head = run(("git", "rev-parse", "HEAD"), package).stdout.strip()
    site.mkdir()
    wanted = {"name": "site", "dependencies": {"x": f"git+file://{package}"}}
    (site / "package.json").write_text(json.dumps(wanted))
    packages = {"": wanted, "node_modules/x": {"resolved": f"git+file://{package}#{head}"}}
    (site / "package-lock.json").write_text(
        json.dumps({"name": "site", "lockfileVersion": 3, "packages": packages})
    )
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\ntouch {tmp_path}/ran\nexec git "$@"\n')
    program.chmod(0o755)
    (site / ".npmrc").write_text(f"git={program}\n")
    place = install(site, tmp_path, tools)
    assert (place.modules / "x" / "package.json").exists()
    assert not (tmp_path / "ran").exists()
