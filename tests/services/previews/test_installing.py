"""Every package manager for real, as the template in config/local.toml starts it.

They and one small package come from the npm registry; where none answers, the tests are skipped.
"""

import json
import os
import subprocess
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
from tests.services.previews.astro import ENVIRONMENT, NETWORK
from tests.whole.daemon import CONFIG

pytestmark = pytest.mark.system

PACKAGE = "dset@3.1.4"
PINNED = {
    "pnpm 12": "pnpm@12.4.2",
    "pnpm 10": "pnpm@10.34.9",
    "yarn 1": "yarn@1.22.22",
    "yarn 4": "@yarnpkg/cli-dist@4.18.1",
    "bun 1": "bun@1.4.4",
}
LOCKING = {
    "npm": ["install", "--package-lock-only", "--no-audit", "--no-fund"],
    "pnpm": ["install", "--lockfile-only"],
    "yarn 1": ["install", "--no-progress", "--ignore-scripts"],
    "yarn 4": ["install", "--mode=update-lockfile"],
    "bun": ["install", "--lockfile-only"],
}


def run(command, folder, **environment):
    network = {name: os.environ[name] for name in NETWORK if name in os.environ}
    return subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env={**ENVIRONMENT, **network, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def npm(*words):
    node = find_node()
    return [node.node, node.npm, *words]


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Where a package manager's own programs are, once it is installed."""
    made = {}

    def install(name):
        if name not in made:
            folder = tmp_path_factory.mktemp("manager")
            done = run(npm("install", "--no-audit", "--no-fund", PINNED[name]), folder)
            if done.returncode:
                pytest.skip(f"cannot have {PINNED[name]}: {done.stderr.strip()[-300:]}")
            made[name] = folder / "node_modules" / ".bin"
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
        registry = run(npm("config", "get", "registry"), root).stdout.strip()
        (root / ".npmrc").write_text(f"registry={registry}\n")
        if name == "yarn 4":
            (root / "yarn.lock").touch()
            (root / ".yarnrc.yml").write_text(f"npmRegistryServer: {json.dumps(registry)}\n")
        words = next(words for key, words in LOCKING.items() if name.startswith(key))
        environment = {"YARN_ENABLE_GLOBAL_CACHE": "true", "YARN_GLOBAL_FOLDER": str(tmp_path)}
        done = run([*program, *words], root, PATH=tools.path, **environment)
        if done.returncode:
            pytest.skip(f"cannot lock {PACKAGE}: {(done.stdout + done.stderr).strip()[-300:]}")
        subprocess.run(["rm", "-rf", "node_modules"], cwd=root, check=True)
        return root

    return make


def template():
    table = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["service"][TEMPLATE]
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
    modules = store.link(root, place)
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
        lock = (root / place.wanted.lock).read_bytes()
        assert progress.expected(lock, progress.this_machine()) == 1
