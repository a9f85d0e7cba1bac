import json
import os

import pytest

from services.previews.sites import Site, locate
from supervisor.desk import Refused


def put(root, **files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def repository(root, *names):
    """A repository with a lock file, and empty files of these names."""
    root.mkdir()
    put(root, **{"package.json": "{}", "package-lock.json": "{}"})
    put(root, **dict.fromkeys(names, ""))
    return root


def test_a_repository_is_its_site_if_its_root_has_astro_or_nothing_else_has(tmp_path):
    plain = repository(tmp_path / "plain")
    assert locate(plain, "") == Site(plain, plain)
    configured = repository(tmp_path / "one", "astro.config.mjs", "docs/astro.config.mjs")
    assert locate(configured, "") == Site(configured, configured)
    depends = repository(tmp_path / "two", "docs/astro.config.ts")
    (depends / "package.json").write_text(json.dumps({"devDependencies": {"astro": "^7"}}))
    assert locate(depends, "") == Site(depends, depends)


@pytest.mark.parametrize("folder", ["apps/web", "packages/site", "sites/a", "docs", "website"])
def test_the_only_folder_with_a_configuration_is_the_site(tmp_path, folder):
    root = repository(tmp_path / "site", f"{folder}/astro.config.ts", "packages/ui/index.js")
    assert locate(root, "") == Site(root / folder, root)


def test_where_there_are_several_it_says_how_to_choose(tmp_path):
    root = repository(tmp_path / "r", "apps/web/astro.config.mjs", "docs/astro.config.mjs")
    with pytest.raises(Refused, match=r"which of docs, apps/web is the site; say which one with"):
        locate(root, "")
    assert locate(root, "docs").folder == root / "docs"


def test_a_folder_whose_name_is_not_utf_8_is_refused_by_what_can_be_said_of_it(tmp_path):
    name = os.fsdecode(b"apps/\xe9")
    root = repository(tmp_path / "r", f"{name}/astro.config.mjs")
    with pytest.raises(Refused, match=r"the site in apps/\\xe9: its name is not UTF-8; give the"):
        locate(root, "")
    put(root, **{"docs/astro.config.mjs": ""})
    with pytest.raises(Refused, match=r"which of docs, apps/\\xe9 is the site"):
        locate(root, "")
    assert locate(root, "docs").folder == root / "docs"


def test_a_site_with_a_lock_file_of_its_own_is_installed_by_that(tmp_path):
    root = repository(tmp_path / "r", "docs/astro.config.mjs", "docs/pnpm-lock.yaml")
    assert locate(root, "") == Site(root / "docs", root / "docs")


def test_without_any_lock_file_the_site_itself_is_looked_at(tmp_path):
    root = repository(tmp_path / "r", "docs/astro.config.mjs")
    (root / "package-lock.json").unlink()
    (tmp_path / "package-lock.json").touch()  # of nobody here
    assert locate(root, "") == Site(root / "docs", root / "docs")


@pytest.mark.parametrize("named", ["gone", "../other", "/etc", "out", "package.json", "round"])
def test_a_folder_that_is_not_in_the_repository_is_refused(tmp_path, named):
    root = repository(tmp_path / "r")
    (tmp_path / "other").mkdir()
    (root / "out").symlink_to(tmp_path / "other")
    (root / "round").symlink_to("round")
    with pytest.raises(Refused, match="cannot find the site: the repository has no folder"):
        locate(root, named)


def test_a_link_out_of_the_repository_is_no_place_to_look(tmp_path):
    root = repository(tmp_path / "r")
    put(tmp_path / "other", **{"astro.config.mjs": ""})
    (root / "docs").symlink_to(tmp_path / "other")
    assert locate(root, "").folder == root


def test_a_package_json_that_is_none_says_nothing(tmp_path):
    root = repository(tmp_path / "r", "docs/astro.config.mjs")
    (root / "package.json").write_text("[" * 100_000)
    assert locate(root, "").folder == root / "docs"
