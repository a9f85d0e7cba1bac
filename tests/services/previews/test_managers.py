import pytest

from services.previews.managers import (
    LOCKS,
    Caches,
    Kind,
    Wanted,
    advice,
    arguments,
    candidates,
    inputs,
)

CACHES = Caches(shared="/volume/tarballs", local="/cache")
HEADS = {
    "yarn.lock": "# yarn lockfile v1\n\nastro@^7:\n",
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n\nsettings:\n",
}
NEW_YARN = "# This file is generated\n\n__metadata:\n  version: 8\n"


def found(there, manifest=b"{}", **heads):
    heads = HEADS | heads
    return candidates(there, lambda lock: heads.get(lock, ""), manifest)


@pytest.mark.parametrize(
    ("lock", "head", "wanted"),
    [
        ("package-lock.json", "", Wanted(Kind.NPM, "package-lock.json")),
        ("npm-shrinkwrap.json", "", Wanted(Kind.NPM, "npm-shrinkwrap.json")),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'", Wanted(Kind.PNPM, "pnpm-lock.yaml", 9)),
        ("pnpm-lock.yaml", "lockfileVersion: '6.0'", Wanted(Kind.PNPM, "pnpm-lock.yaml", 8, 8)),
        ("pnpm-lock.yaml", "lockfileVersion: 5.4", Wanted(Kind.PNPM, "pnpm-lock.yaml", 1, 7)),
        ("pnpm-lock.yaml", "", Wanted(Kind.PNPM, "pnpm-lock.yaml", 9)),
        ("yarn.lock", HEADS["yarn.lock"], Wanted(Kind.CLASSIC, "yarn.lock", 1, 1)),
        ("yarn.lock", NEW_YARN, Wanted(Kind.BERRY, "yarn.lock", 3)),
        ("bun.lock", "{", Wanted(Kind.BUN, "bun.lock")),
        ("bun.lockb", "\0", Wanted(Kind.BUN, "bun.lockb")),
    ],
)
def test_a_lock_file_says_who_wrote_it_and_in_which_versions(lock, head, wanted):
    assert found([lock], **{lock: head}) == (wanted,)


def test_of_several_lock_files_the_one_of_the_named_manager_is_first():
    kinds = [wanted.kind for wanted in found(LOCKS)]
    assert kinds == [Kind.NPM, Kind.NPM, Kind.PNPM, Kind.CLASSIC, Kind.BUN, Kind.BUN]
    for name, kind in (
        ("pnpm@9.1.0", Kind.PNPM),
        ("yarn@1.22.22+sha1.ab", Kind.CLASSIC),
        ("bun", Kind.BUN),
    ):
        manifest = b'{"name": "a", "packageManager": "%s"}' % name.encode()
        assert found(LOCKS, manifest)[0].kind is kind
        assert len(found(LOCKS, manifest)) == len(LOCKS)


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b'{"packageManager": 3}',
        b"{",
        b'{"packageManager": "\xff"}',
        b'{"deep": ' + b"[" * 100_000,
    ],
    ids=range(6),
)
def test_a_manifest_that_says_nothing_changes_nothing(manifest):
    assert found(LOCKS, manifest) == found(LOCKS)


@pytest.mark.parametrize(
    ("wanted", "fits", "said"),
    [
        (Wanted(Kind.PNPM, "", 9), (9, 12), "pnpm 9 or newer"),
        (Wanted(Kind.PNPM, "", 8, 8), (8,), "pnpm 8"),
        (Wanted(Kind.PNPM, "", 1, 7), (6, 7), "pnpm 1 to 7"),
        (Wanted(Kind.CLASSIC, "", 1, 1), (1,), "yarn 1"),
        (Wanted(Kind.BERRY, "", 2), (2, 3, 4), "yarn 2 or newer"),
        (Wanted(Kind.BUN, ""), (0, 1), "bun"),
    ],
)
def test_a_version_fits_or_not(wanted, fits, said):
    assert {major for major in range(20) if wanted.fits(major)} >= set(fits)
    assert wanted.last is None or not wanted.fits(wanted.last + 1)
    assert wanted.first == 0 or not wanted.fits(wanted.first - 1)
    assert str(wanted) == said


FROZEN = {
    Kind.NPM: "ci",
    Kind.PNPM: "--frozen-lockfile",
    Kind.CLASSIC: "--frozen-lockfile",
    Kind.BERRY: "--immutable",
    Kind.BUN: "--frozen-lockfile",
}
KEEPS = {
    Kind.NPM: "--cache=/volume/tarballs/npm",
    Kind.PNPM: "--store-dir=/cache/pnpm",
    Kind.CLASSIC: "--cache-folder=/cache/yarn",
    Kind.BUN: "--cache-dir=/cache/bun",
}


@pytest.mark.parametrize("kind", Kind)
def test_nobody_may_change_a_lock_file_and_everybody_has_a_cache_of_ours(kind):
    for scripts in (False, True):
        words = arguments(kind, CACHES, scripts=scripts)
        assert FROZEN[kind] in words
        assert kind is Kind.BERRY or KEEPS[kind] in words


@pytest.mark.parametrize(
    ("kind", "off", "on"),
    [
        (Kind.NPM, {"--ignore-scripts=true"}, {"--ignore-scripts=false"}),
        (Kind.PNPM, {"--ignore-scripts"}, {"--config.dangerously-allow-all-builds=true"}),
        (Kind.CLASSIC, {"--ignore-scripts"}, set()),
        (Kind.BERRY, {"--mode=skip-build"}, set()),  # and by the environment
        (Kind.BUN, {"--ignore-scripts"}, set()),
    ],
)
def test_packages_run_scripts_only_where_that_is_allowed(kind, off, on):
    without = set(arguments(kind, CACHES, scripts=False))
    allowed = set(arguments(kind, CACHES, scripts=True))
    assert (without - allowed, allowed - without) == (off, on)


def test_npm_is_called_with_exactly_this():
    assert arguments(Kind.NPM, CACHES, scripts=False) == (
        "ci",
        "--prefer-offline",
        "--ignore-scripts=true",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--loglevel=http",
        "--cache=/volume/tarballs/npm",
        "--logs-max=0",
        "--git=git",
    )


def test_the_lock_file_is_the_first_input_of_everybody():
    for wanted in found(LOCKS):
        assert inputs(wanted)[0] == wanted.lock


def test_the_advice_names_what_to_install_and_the_way_without_it():
    assert advice([Wanted(Kind.PNPM, "", 8, 8), Wanted(Kind.BERRY, "", 2)]) == (
        "install pnpm 8 or yarn 2 or newer here, or run `npm install` once and commit"
        " the package-lock.json"
    )
