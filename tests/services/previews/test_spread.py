import json
import shutil

import pytest

from services.previews import store
from services.previews.spread import leads_to, packages
from tests.services.previews.test_store import installed, place_of

NONE = frozenset()


def monorepo(root, workspaces=("packages/*", "apps/*")):
    """A repository of two packages."""
    root.mkdir()
    manifest = {"workspaces": list(workspaces)} if workspaces else {}
    (root / "package.json").write_text(json.dumps(manifest))
    (root / "package-lock.json").write_text("{}")
    for package in ("apps/web", "packages/ui"):
        (root / package).mkdir(parents=True)
        (root / package / "package.json").write_text(json.dumps({"name": package}))
    return root


def fill(modules):
    """What package managers put there: packages, links to our own, and to what is hidden."""
    entry = modules.parent
    for package in ("astro", "@scope/thing", ".pnpm/vite@8/node_modules/vite", ".bin"):
        (modules / package).mkdir(parents=True)
        (modules / package / "package.json").write_text("{}")
    (modules / "@scope" / "ui").symlink_to("../../packages/ui")
    (modules / "vite").symlink_to(".pnpm/vite@8/node_modules/vite")
    own = entry / "apps" / "web" / "node_modules"
    own.mkdir()
    (own / "ui").symlink_to("../../../packages/ui")
    (own / "deep").mkdir()


@pytest.fixture
def shared(tmp_path):
    """What was installed for such a repository, and one that has no links to it yet."""
    place = installed(monorepo(tmp_path / "first"), tmp_path / "store")
    fill(place.modules)
    return monorepo(tmp_path / "second"), place


def test_a_repository_has_packages_if_it_says_so(tmp_path):
    assert packages(monorepo(tmp_path / "one")) == ("apps/web", "packages/ui")
    plain = monorepo(tmp_path / "two", workspaces=())
    assert packages(plain) == ()
    (plain / "pnpm-workspace.yaml").write_text("onlyBuiltDependencies: [a]\n")
    assert packages(plain) == ()
    (plain / "pnpm-workspace.yaml").write_text('packages:\n  - "apps/*"\n')
    assert packages(plain) == ("apps/web", "packages/ui")


def test_packages_are_not_looked_for_in_modules_hidden_folders_or_behind_links(tmp_path):
    root = monorepo(tmp_path / "one")
    for folder in ("node_modules/a", ".cache/b", "packages/ui/node_modules/c"):
        (root / folder).mkdir(parents=True)
        (root / folder / "package.json").write_text("{}")
    (root / "packages" / "link").symlink_to(root / "packages" / "ui")
    (root / "packages" / "odd").mkdir()
    (root / "packages" / "odd" / "package.json").symlink_to("/etc/hostname")
    assert packages(root) == ("apps/web", "packages/ui")


def test_a_changed_package_is_another_installation(tmp_path):
    root = monorepo(tmp_path / "one")
    before = place_of(root, tmp_path)
    (root / "packages" / "ui" / "package.json").write_text('{"dependencies": {"dset": "*"}}')
    assert place_of(root, tmp_path).key != before.key


def test_a_worktree_sees_what_is_shared_and_its_own_packages(shared):
    root, place = shared
    reads = store.link(root, place)
    assert reads == (place.modules, place.entry, root)
    modules = root / "node_modules"
    assert (modules / "astro").resolve() == place.modules / "astro"
    assert (modules / "@scope" / "thing").resolve() == place.modules / "@scope" / "thing"
    assert (modules / "vite").resolve() == place.modules / ".pnpm/vite@8/node_modules/vite"
    assert (modules / "@scope" / "ui").resolve() == root / "packages" / "ui"
    own = root / "apps" / "web" / "node_modules"
    assert (own / "ui").resolve() == root / "packages" / "ui"
    assert (own / "deep").resolve() == place.entry / "apps" / "web" / "node_modules" / "deep"
    assert not (root / "packages" / "ui" / "node_modules").exists()


def test_it_is_known_again_needed_and_left_alone_while_it_is_right(shared):
    root, place = shared
    store.link(root, place)
    assert leads_to(root) == place.modules
    assert place_of(root, place.entry.parent) == place
    (found,) = store.entries(place.entry.parent, NONE)
    assert found.needed
    before = (root / "node_modules").stat().st_ino
    store.link(root, place)
    assert (root / "node_modules").stat().st_ino == before


def test_half_a_spread_is_made_anew(shared):
    root, place = shared
    store.link(root, place)
    (root / "node_modules" / ".nurseryd").write_bytes(b"")
    (root / "node_modules" / "astro").unlink()
    store.link(root, place)
    assert (root / "node_modules" / "astro").exists()


def test_modules_that_a_package_brings_along_stay(shared):
    root, place = shared
    mine = root / "apps" / "web" / "node_modules"
    mine.mkdir()
    (mine / "own").touch()
    store.link(root, place)
    assert [path.name for path in mine.iterdir()] == ["own"]


def test_a_site_that_becomes_a_repository_of_packages_and_back_has_the_right_links(tmp_path):
    root = monorepo(tmp_path / "one", workspaces=())
    plain = installed(root, tmp_path / "store")
    assert (root / "node_modules").is_symlink()
    (root / "package.json").write_text('{"workspaces": ["packages/*"]}')
    spread = installed(root, tmp_path / "store")
    assert not (root / "node_modules").is_symlink()
    assert leads_to(root) == spread.modules
    (root / "package.json").write_text("{}")
    store.link(root, place_of(root, tmp_path / "store"))
    assert (root / "node_modules").readlink() == plain.modules


def test_links_go_without_what_they_lead_to(shared):
    root, place = shared
    store.link(root, place)
    shutil.rmtree(root)
    assert (place.modules / "astro" / "package.json").exists()
    (found,) = store.entries(place.entry.parent, frozenset())
    assert found.needed  # the first one still links to it
