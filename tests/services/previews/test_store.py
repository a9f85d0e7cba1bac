import pytest

from services.previews import store
from supervisor.desk import Refused
from tests.services.previews.fakes import site


def test_sites_with_one_lock_file_share_one_place(tmp_path):
    one = store.look(site(tmp_path / "one"), tmp_path, "node24-x")
    two = store.look(site(tmp_path / "two"), tmp_path, "node24-x")
    assert one.entry == two.entry


def test_another_lock_another_node_or_another_npmrc_is_another_place(tmp_path):
    root = site(tmp_path / "one")
    places = [store.look(root, tmp_path, "node24-x"), store.look(root, tmp_path, "node26-x")]
    (root / ".npmrc").write_text("legacy-peer-deps=true")
    places.append(store.look(root, tmp_path, "node24-x"))
    (root / "package-lock.json").write_text('{"a": 1}')
    places.append(store.look(root, tmp_path, "node24-x"))
    assert len({place.key for place in places}) == 4


def test_a_missing_lock_file_is_refused_with_what_to_do(tmp_path):
    root = site(tmp_path / "one")
    (root / "package-lock.json").unlink()
    with pytest.raises(Refused, match=r"no package-lock\.json; run `npm install` once and commit"):
        store.look(root, tmp_path, "x")
    (root / "pnpm-lock.yaml").touch()
    with pytest.raises(Refused, match="pnpm"):
        store.look(root, tmp_path, "x")
    (root / "package.json").unlink()
    with pytest.raises(Refused, match=r"no package\.json"):
        store.look(root, tmp_path, "x")


def test_a_site_that_brings_its_modules_keeps_them(tmp_path):
    root = site(tmp_path / "one")
    (root / "node_modules").mkdir()
    (root / "package-lock.json").unlink()
    place = store.look(root, tmp_path, "x")
    assert place.ready
    assert store.link(root, place) == root / "node_modules"
    assert not (root / "node_modules").is_symlink()


def test_what_is_not_finished_is_not_ready_and_is_swept(tmp_path):
    root = site(tmp_path / "one")
    place = store.look(root, tmp_path / "modules", "x")
    partial = store.prepare(root, place)
    (partial / "node_modules").mkdir()
    assert (partial / "package-lock.json").read_text() == "{}"
    assert not place.ready
    store.sweep(tmp_path / "modules")
    assert not partial.exists()


def test_a_stale_link_is_replaced_and_a_good_one_left(tmp_path):
    root = site(tmp_path / "one")
    place = store.look(root, tmp_path / "modules", "x")
    store.finish(store.prepare(root, place), place)
    assert place.ready
    (root / "node_modules").symlink_to(tmp_path / "gone")
    modules = store.link(root, place)
    assert (root / "node_modules").readlink() == modules == place.modules
    before = (root / "node_modules").lstat().st_ino
    store.link(root, place)
    assert (root / "node_modules").lstat().st_ino == before


def test_sweeping_a_store_that_is_not_there_yet_does_nothing(tmp_path):
    store.sweep(tmp_path / "modules")
