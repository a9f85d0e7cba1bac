import json
import os

import pytest
import trio

from services.previews import progress
from services.previews.progress import (
    BEGUN,
    EVERY,
    SILENCE,
    SILENT,
    Machine,
    Step,
    count,
    expected,
    follow,
    step,
)

LINUX = Machine("linux", "x64", "glibc")


@pytest.mark.parametrize(
    ("done", "total", "said", "share"),
    [
        (0, 0, BEGUN, None),
        (0, 300, BEGUN, 0.0),
        (1, 0, "installing dependencies, 1 package", None),
        (120, 0, "installing dependencies, 120 packages", None),
        (1, 300, "installing dependencies, 0 %", 0.0),
        (129, 300, "installing dependencies, 43 %", 0.43),
        (300, 300, "installing dependencies, 99 %", 0.99),
        (320, 300, "installing dependencies, 99 %", 0.99),
    ],
)
def test_a_person_reads_a_share_or_else_a_number(done, total, said, share):
    assert step(done, total) == Step(said, share)


async def test_it_is_told_twice_a_second_at_most_and_only_what_is_new(autojump_clock):
    seen = [0, 1, 1, 50, 40, 60]  # packages that npm puts aside make it fewer for a moment
    told = []

    async def look():
        return seen.pop(0) if seen else await trio.sleep_forever()

    def tell(step):
        told.append((trio.current_time() - begun, step.share))

    begun = trio.current_time()
    with trio.move_on_after(20):
        await follow(look, 100, tell)
    assert told == [(0, 0.0), (2 * EVERY, 0.01), (4 * EVERY, 0.5), (6 * EVERY, 0.6)]


async def test_where_nothing_comes_for_a_while_it_says_what_may_be_the_matter(autojump_clock):
    begun = trio.current_time()
    told = []

    async def look():
        return 50 if trio.current_time() - begun > 100 else 1

    with trio.move_on_after(120):
        await follow(look, 100, lambda step: told.append((trio.current_time() - begun, step)))
    assert told == [
        (0, Step(BEGUN, 0.0)),
        (EVERY, Step(f"{BEGUN}, 1 %", 0.01)),
        (EVERY + SILENCE, Step(f"{BEGUN}, 1 %; {SILENT}", 0.01)),
        (100 + EVERY, Step(f"{BEGUN}, 50 %", 0.5)),
    ]


async def test_a_slow_look_delays_the_next_one(autojump_clock):
    times = []

    async def look():
        await trio.sleep(3)
        times.append(trio.current_time())
        return len(times)

    with trio.move_on_after(8):
        await follow(look, 0, lambda _: None)
    assert [round(later - times[0], 3) for later in times] == [0, 3 + EVERY]


@pytest.mark.parametrize(
    ("package", "counts"),
    [
        ({}, 1),
        ({"os": ["linux"], "cpu": ["x64"], "libc": ["glibc"]}, 1),
        ({"os": ["darwin"]}, 0),
        ({"os": ["!win32"]}, 1),
        ({"os": ["!linux"]}, 0),
        ({"cpu": ["arm64", "x64"]}, 1),
        ({"cpu": "arm64"}, 0),
        ({"libc": ["musl"]}, 0),
        ({"link": True}, 0),
        ({"os": None}, 1),
        ({"os": 5, "cpu": [1], "libc": {"glibc": 1}}, 1),
    ],
)
def test_a_lock_file_says_what_npm_will_put_on_a_machine(package, counts):
    lock = {"packages": {"": {"name": "site"}, "node_modules/a": {}, "node_modules/b": package}}
    assert expected(json.dumps(lock).encode(), LINUX) == 1 + counts


@pytest.mark.parametrize(
    "lock",
    [
        *(b"", b"{}", b"[]", b'{"packages": 3}', b'{"lockfileVersion": 1}'),
        *(b'{"packages": {"\xff": {}}}', b'{"packages": {"a": ' + b"[" * 100_000),
    ],
    ids=range(7),
)
def test_a_lock_file_that_says_nothing_expects_nothing(lock):
    assert expected(lock, LINUX) == 0


def test_this_machine_is_one_that_node_knows():
    assert progress.this_machine().os == "linux"
    assert progress.this_machine().libc in ("glibc", "musl")


def package(folder):
    folder.mkdir(parents=True)
    (folder / "package.json").write_text("{}")


def test_packages_are_counted_in_scopes_and_below_others_but_not_twice(tmp_path):
    modules = tmp_path / "node_modules"
    assert count(modules) == 0
    for name in ("a", "@scope/b", "a/node_modules/c", "@scope/b/node_modules/@d/e"):
        package(modules / name)
    (modules / "begun").mkdir()
    (modules / ".bin").mkdir()
    (modules / ".bin" / "a").symlink_to("../a")
    (modules / "linked").symlink_to("a")
    assert count(modules) == 4


def test_pnpms_packages_are_counted_where_they_really_are(tmp_path):
    modules = tmp_path / "node_modules"
    for name in ("a@1", "b@2", "node_modules"):
        (modules / ".pnpm" / name).mkdir(parents=True)
    (modules / "a").symlink_to(".pnpm/a@1/node_modules/a")
    assert count(modules) == 2


def test_a_folder_that_may_not_be_read_counts_nothing(tmp_path, monkeypatch):
    def refuse(_):
        raise PermissionError

    package(tmp_path / "node_modules" / "a")
    monkeypatch.setattr(os, "scandir", refuse)
    assert count(tmp_path / "node_modules") == 0
