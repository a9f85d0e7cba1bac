"""Whole configurations of supervisord: imported, checked, run, looked at with supervisorctl."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest
import trio

from tests.supervisor.real import PATIENCE, Daemon, daemon, until
from tests.supervisorctl.ctl import Supervisorctl

pytestmark = pytest.mark.system

Kept: TypeAlias = Callable[[Iterable[bool]], bool]

HERE = Path(__file__).parent / "imported"
LINES = 500
# In the place of every program: it says who it is and where, and then more than a file holds.
STAND_IN = f"""\
#!/bin/sh
echo "$0 $* at $URLS in $SEASON, $PWD"
n=0
while [ $n -lt {LINES} ]; do echo "line $n"; echo "trouble $n" >&2; n=$((n+1)); done
exec sleep 300
"""
LAST, LAST_TROUBLE = f"line {LINES - 1}", f"trouble {LINES - 1}"


@dataclass(frozen=True, slots=True)
class Shape:
    """How many services a configuration is, how much of it is left out, what it has to know."""

    services: int
    lost: int
    programs: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()


SHAPES = {
    "depot": Shape(12, 3, ("bin/tend", "bin/ledger", "bin/lookout")),
    "kitchen": Shape(3, 1, ("kitchen/cook",), (("COOKS", "3"), ("DISHES", "soup"))),
    "laundry": Shape(7, 2, ("bin/wash",)),
    "orchard": Shape(
        9,
        1,
        (
            *(
                f"orchard.d/{name}/{name}"
                for name in ["apple", "cherry", "damson", "fig", "medlar", "pear", "plum", "quince"]
            ),
            "bin/gate",
        ),
    ),
}


class Imports:
    """A folder with all of the configurations, and with stand-ins for their programs."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "imported"
        shutil.copytree(HERE, self.folder)
        monkeypatch.setenv("PATH", f"{self.folder}/bin", prepend=":")
        for shape in SHAPES.values():
            for name, value in shape.environment:
                monkeypatch.setenv(name, value)
            for program in shape.programs:
                path = self.folder / program
                path.parent.mkdir(exist_ok=True)
                path.write_text(STAND_IN)
                path.chmod(0o755)

    def nurseryd(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "supervisor", *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)

    def translated(self, name: str) -> str:
        done = self.nurseryd("import", f"{name}.conf", "--output", f"{name}.toml")
        shape = SHAPES[name]
        assert done.returncode == 1, done.stderr
        assert done.stderr.endswith(f"{shape.services} services; {shape.lost} left out\n")
        checked = self.nurseryd("check", "--strict", f"{name}.toml")
        assert (checked.returncode, checked.stderr) == (0, "")
        return (self.folder / f"{name}.toml").read_text()

    @asynccontextmanager
    async def running(self, name: str):
        """The daemon with every service up, and all said; and that it ends well."""
        text = self.translated(name)
        # The socket and, to save the time, the seconds until they count as up are the test's own.
        lines = (line for line in text.splitlines() if not line.startswith("socket = "))
        text = "\n".join(line for line in lines if line != "[supervisor]")
        for delay in (15, 300):
            text = text.replace(f"delay = {delay} ", "delay = 0.5 ")
        (self.folder.parent / "run").mkdir()
        async with daemon(self.folder.parent / "run", text) as it:
            services = tomllib.loads(text)["service"]
            assert len(services) == SHAPES[name].services
            for service in services:
                await it.seen(service=service, state="RUNNING")
            yield it
            it.process.terminate()
            assert await it.exit_code() == 0
            await it.seen(event="stopped")
            assert it.left() == set()

    async def log(self, name: str, *last: str, kept: Kept = all) -> list[str]:
        """The lines of a log file and of those put aside, once these have come, or any of them."""
        file = self.folder / name
        files = [file, *(file.with_name(f"{file.name}.{n}") for n in range(1, 10))]

        def lines() -> list[str] | None:
            try:
                texts = [it.read_text() for it in reversed(files) if it.exists()]
            except FileNotFoundError:  # just put aside
                return None
            found = "".join(texts).splitlines()
            whole = all(text.endswith("\n") for text in texts)
            return found if whole and kept(line in found for line in last) else None

        return await until(lines)

    async def put_aside(self, folder: str, name: str) -> dict[str, int]:
        """The sizes of a log file and of the two put aside, which may go on being renamed."""
        three = {f"{name}.log", f"{name}.log.1", f"{name}.log.2"}

        def sizes() -> dict[str, int] | None:
            try:
                found = self.sizes(f"{folder}/{name}.log*")
            except FileNotFoundError:
                return None
            return found if found.keys() == three else None

        found = await until(sizes)
        assert isinstance(found, dict)
        return found

    def sizes(self, pattern: str) -> dict[str, int]:
        return {it.name: it.stat().st_size for it in self.folder.glob(pattern)}


@pytest.fixture
def imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Imports:
    return Imports(tmp_path, monkeypatch)


def shown(it: Daemon) -> Counter[tuple[str, str]]:
    """How many lines of each service and stream are in the daemon's log."""
    return Counter((str(e["service"]), str(e["stream"])) for e in it.events if "stream" in e)


@pytest.mark.parametrize("name", sorted(SHAPES))
async def test_all_of_it_runs_and_supervisorctl_shows_it(imports: Imports, name: str):
    async with imports.running(name) as it:
        said = await Supervisorctl(it)("status")
        assert said.status == 0
        states = [line.split()[1] for line in said.text.splitlines()]
        assert states == ["RUNNING"] * SHAPES[name].services


async def test_each_program_of_the_orchard_has_a_file_that_is_put_aside(imports: Imports):
    async with imports.running("orchard") as it:
        for program in SHAPES["orchard"].programs:
            name = program.rpartition("/")[2]
            folder = "orchard.d/logs"
            files = f"{folder}/{name}.log"
            if name == "gate":  # with the size that it has by default
                lines = await imports.log(files, LAST, LAST_TROUBLE)
                assert imports.sizes(f"{files}*").keys() == {"gate.log"}
                assert len(lines) == 1 + 2 * LINES
                assert [line for line in lines if " in autumn, " in line]
            else:
                # What one stream said at the end is gone where all of the other's came after it.
                await imports.log(files, LAST, LAST_TROUBLE, kept=any)
                sizes = await imports.put_aside(folder, name)
                assert max(sizes.values()) <= 1024
        assert shown(it) == {}
        await tailed(Supervisorctl(it), "-20000 fig")


async def test_the_depot_is_one_group_and_its_lines_are_in_our_log(imports: Imports):
    async with imports.running("depot") as it:
        ctl = Supervisorctl(it)
        await it.seen(service="ledger", event=LAST)
        await it.seen(service="ledger", event=LAST_TROUBLE, stream="stderr")
        await it.seen(service="sweep", event=LAST_TROUBLE, stream="stderr")
        await tailed(ctl, "depot:sweep")
        assert (await ctl("stop depot:*")).text.count("stopped") == 10
        said = (await ctl("status")).text
        assert (said.count("STOPPED"), said.count("RUNNING")) == (10, 2)


async def test_the_kitchen_has_as_many_cooks_as_it_was_told(imports: Imports):
    async with imports.running("kitchen") as it:
        for number in range(3):
            begun = f"./cook --dish soup at  in , {imports.folder}/kitchen"
            await it.seen(service=f"cook-{number}", event=begun, stream="stdout")
            await it.seen(service=f"cook-{number}", event=LAST_TROUBLE, stream="stderr")


def last_of(file: Path) -> str:
    """The last line of a file; where it is just being begun anew there is none."""
    with suppress(FileNotFoundError, IndexError):
        return file.read_text().splitlines()[-1]
    return ""


async def tailed(ctl: Supervisorctl, program: str) -> None:
    """Wait for a last line of a program, of either stream.

    The daemon keeps the last lines of both together: where all of one stream is read before the
    other's, no line of it may be left.
    """
    with trio.fail_after(PATIENCE):
        while not (
            LAST in (await ctl(f"tail {program}")).text
            or LAST_TROUBLE in (await ctl(f"tail {program} stderr")).text
        ):
            pass


async def test_lines_go_where_the_laundry_says(imports: Imports):
    async with imports.running("laundry") as it:
        shirts = await imports.log("logs/shirts.log", LAST)
        assert not [line for line in shirts if not line.startswith("line ")]
        errors = await imports.log("logs/shirts.err", LAST_TROUBLE)
        assert not [line for line in errors if not line.startswith("trouble ")]
        for kind in "log", "err":
            sizes = imports.sizes(f"logs/shirts.{kind}*")
            assert sizes.keys() == {f"shirts.{kind}{n}" for n in ("", ".1", ".2")}
            assert max(sizes.values()) <= 1024

        await imports.log("logs/gloves.err", LAST_TROUBLE)
        assert len(await imports.log("logs/gloves.err")) == LINES
        ctl = Supervisorctl(it)
        await tailed(ctl, "socks")
        socks = imports.folder / "logs/socks.log"
        await until(lambda: last_of(socks) in (LAST, LAST_TROUBLE))
        sizes = imports.sizes("logs/*")
        assert {name.partition(".")[0] for name in sizes} == {"shirts", "socks", "gloves"}
        assert imports.sizes("logs/socks*").keys() == {"socks.log"}
        assert sizes["socks.log"] <= 1024

        for service in "sheets", "aprons", "hats":
            await it.seen(service=service, event=LAST, stream="stdout")
            await it.seen(service=service, event=LAST_TROUBLE, stream="stderr")
        assert shown(it) == {
            (service, stream): LINES + (stream == "stdout")
            for service in ("sheets", "aprons", "hats")
            for stream in ("stdout", "stderr")
        }
        await tailed(ctl, "towels")
