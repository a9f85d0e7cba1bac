import errno
import os
import shutil
from pathlib import Path

import pytest

from services.previews import store
from services.previews.managers import Kind
from supervisor.desk import Refused
from tests.services.previews.fakes import site

NONE = frozenset()


def place_of(root, folder, abi="node24-x"):
    (place,) = store.look(root, folder, abi)
    return place


def installed(root, folder, used=None):
    """A finished entry that the site links to; last used at so many seconds."""
    place = place_of(root, folder)
    store.finish(store.prepare(root, place), place)
    store.link(root, place)
    if used is not None:
        os.utime(place.entry / store.MARKER, (used, used))
    return place


def test_sites_with_one_lock_file_share_one_place(tmp_path):
    one = place_of(site(tmp_path / "one"), tmp_path)
    two = place_of(site(tmp_path / "two"), tmp_path)
    assert one.entry == two.entry


def test_another_lock_another_node_another_npmrc_or_scripts_are_another_place(tmp_path):
    root = site(tmp_path / "one")
    places = [place_of(root, tmp_path), place_of(root, tmp_path, "node26-x")]
    places += store.look(root, tmp_path, "node24-x", scripts=True)
    (root / ".npmrc").write_text("legacy-peer-deps=true")
    places.append(place_of(root, tmp_path))
    (root / "package-lock.json").write_text('{"a": 1}')
    places.append(place_of(root, tmp_path))
    assert len({place.key for place in places}) == 5


def test_each_of_several_lock_files_has_a_place_and_the_named_manager_comes_first(tmp_path):
    root = site(tmp_path / "one")
    (root / "pnpm-lock.yaml").write_text("lockfileVersion: '9.0'\n")
    npm, pnpm = store.look(root, tmp_path, "x")
    assert (npm.wanted.kind, pnpm.wanted.kind) == (Kind.NPM, Kind.PNPM)
    assert npm.entry != pnpm.entry
    (root / "package.json").write_text('{"packageManager": "pnpm@9.1.0+sha512.abc"}')
    assert store.look(root, tmp_path, "x") == (pnpm, npm)


def test_a_missing_lock_file_is_refused_with_what_to_do(tmp_path):
    root = site(tmp_path / "one")
    (root / "package-lock.json").unlink()
    with pytest.raises(Refused, match=r"no package-lock\.json .*; run `npm install` once and com"):
        store.look(root, tmp_path, "x")
    (root / "package.json").unlink()
    with pytest.raises(Refused, match=r"no package\.json; commit one that names astro"):
        store.look(root, tmp_path, "x")


def test_a_site_that_brings_its_modules_keeps_them(tmp_path):
    root = site(tmp_path / "one")
    (root / "node_modules").mkdir()
    (root / "package-lock.json").unlink()
    place = place_of(root, tmp_path)
    assert place.ready
    assert store.link(root, place) == (root / "node_modules",)
    assert not (root / "node_modules").is_symlink()


def test_what_a_manager_reads_is_beside_it_while_it_installs(tmp_path):
    root = site(tmp_path / "one")
    (root / "package-lock.json").unlink()
    (root / "yarn.lock").write_text("__metadata:\n  version: 8\n")
    (root / ".yarnrc.yml").write_text("nodeLinker: node-modules\n")
    (root / ".yarn" / "patches").mkdir(parents=True)
    (root / ".yarn" / "patches" / "a.patch").write_text("a")
    (root / ".yarn" / "patches" / "b.patch").symlink_to("/etc/passwd")
    place = place_of(root, tmp_path / "modules")
    partial = store.prepare(root, place)
    names = {str(path.relative_to(partial)) for path in partial.rglob("*") if path.is_file()}
    assert names == {"package.json", "yarn.lock", ".yarnrc.yml", ".yarn/patches/a.patch"}
    (root / ".yarn" / "patches" / os.fsdecode(b"\xff.patch")).write_text("b")
    assert place_of(root, tmp_path / "modules").key != place.key


def test_a_disk_that_says_no_has_nothing_of_an_installation_left(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfile", full)
    root = site(tmp_path / "one")
    with pytest.raises(OSError, match="No space left"):
        store.prepare(root, place_of(root, tmp_path / "modules"))
    assert list((tmp_path / "modules").iterdir()) == []


def test_what_is_not_finished_is_not_ready_and_is_swept(tmp_path):
    root = site(tmp_path / "one")
    place = place_of(root, tmp_path / "modules")
    partial = store.prepare(root, place)
    (partial / "node_modules").mkdir()
    assert (partial / "package-lock.json").read_text() == "{}"
    assert not place.ready
    store.sweep(tmp_path / "modules", NONE)
    assert not partial.exists()


def test_modules_without_their_finish_marker_are_not_used_and_give_way(tmp_path):
    root = site(tmp_path / "one")
    place = installed(root, tmp_path / "modules")
    (place.entry / store.MARKER).unlink()
    (place.modules / "half").mkdir()
    assert not place.ready
    store.finish(store.prepare(root, place), place)
    assert place.ready
    assert not (place.modules / "half").exists()
    assert list((tmp_path / "modules").iterdir()) == [place.entry]


def test_modules_without_their_finish_marker_are_swept_unless_a_dev_server_has_them(tmp_path):
    modules = tmp_path / "modules"
    whole = installed(site(tmp_path / "one"), modules)
    for name in ("old", "open"):
        (modules / name / "node_modules").mkdir(parents=True)
    store.sweep(modules, frozenset({modules / "open" / "node_modules"}))
    assert sorted(path.name for path in modules.iterdir()) == [whole.key, "open"]


def test_an_entry_that_another_daemon_finished_first_stays(tmp_path):
    root = site(tmp_path / "one")
    place = place_of(root, tmp_path / "modules")
    mine, theirs = store.prepare(root, place), store.prepare(root, place)
    store.finish(theirs, place)
    (place.modules / "theirs").mkdir()
    store.finish(mine, place)
    assert (place.modules / "theirs").is_dir()
    assert not mine.exists()


def test_an_installation_without_node_modules_is_refused(tmp_path):
    root = site(tmp_path / "one")
    place = place_of(root, tmp_path / "modules")
    partial = store.prepare(root, place)
    (partial / ".pnp.cjs").touch()
    with pytest.raises(Refused, match="YARN_NODE_LINKER=node-modules"):
        store.finish(partial, place)


def test_a_stale_link_is_replaced_and_a_good_one_left(tmp_path):
    root = site(tmp_path / "one")
    place = place_of(root, tmp_path / "modules")
    store.finish(store.prepare(root, place), place)
    assert place.ready
    (root / "node_modules").symlink_to(tmp_path / "gone")
    (modules,) = store.link(root, place)
    assert (root / "node_modules").readlink() == modules == place.modules
    before = (root / "node_modules").lstat().st_ino
    store.link(root, place)
    assert (root / "node_modules").lstat().st_ino == before


def test_sweeping_a_store_that_is_not_there_yet_does_nothing(tmp_path):
    store.sweep(tmp_path / "modules", NONE)
    assert store.entries(tmp_path / "modules", NONE) == []


def entry(name, used, needed=False):
    return store.Entry(Path(name), used, needed)


@pytest.mark.parametrize(
    ("most", "gone"),
    [(5, []), (4, []), (3, ["a"]), (2, ["a"]), (1, ["a", "c"]), (0, ["a", "c", "d"])],
)
def test_beyond_the_last_used_goes_what_nobody_needs_and_the_oldest_first(most, gone):
    found = [entry("c", 3.0), entry("a", 1.0), entry("b", 2.0, needed=True), entry("d", 4.0)]
    assert [one.path.name for one in store.superfluous(found, most)] == gone


def test_an_entry_is_needed_while_a_worktree_links_to_it_or_a_dev_server_has_it(tmp_path):
    modules = tmp_path / "modules"
    one, two = site(tmp_path / "one"), site(tmp_path / "two")
    place = installed(one, modules, used=100.0)
    store.link(two, place)
    os.utime(place.entry / store.MARKER, (100.0, 100.0))
    assert store.entries(modules, NONE) == [store.Entry(place.entry, 100.0, needed=True)]
    (one / "node_modules").unlink()
    assert store.entries(modules, NONE)[0].needed
    two.rename(tmp_path / "archived")
    (found,) = store.entries(modules, NONE)
    assert not found.needed
    assert not store.remove(found, frozenset({place.modules}))
    assert store.entries(modules, frozenset({place.modules}))[0].needed
    assert store.remove(found, NONE)
    assert list(modules.iterdir()) == []


def test_an_entry_that_got_a_link_meanwhile_is_not_removed(tmp_path):
    root = site(tmp_path / "one")
    place = installed(root, tmp_path / "modules")
    (root / "node_modules").unlink()
    (found,) = store.entries(tmp_path / "modules", NONE)
    store.link(root, place)
    assert not store.remove(found, NONE)
    assert place.ready


def test_a_link_counts_as_use(tmp_path):
    root = site(tmp_path / "one")
    place = installed(root, tmp_path / "modules", used=100.0)
    store.link(root, place)
    assert store.entries(tmp_path / "modules", NONE)[0].used > 100.0


@pytest.mark.parametrize("name", ["package.json", "package-lock.json", ".npmrc"])
def test_a_file_of_somebody_else_is_no_file_of_the_site(tmp_path, name):
    root = site(tmp_path / "one")
    (tmp_path / "secret").write_text("{}")
    (root / name).unlink(missing_ok=True)
    (root / name).symlink_to(tmp_path / "secret")
    with pytest.raises(Refused, match=f"{name} is a link out of the site"):
        store.look(root, tmp_path, "x")
    (root / name).unlink()
    (root / "own").write_text("{}")
    (root / name).symlink_to("own")
    assert store.look(root, tmp_path, "x")
