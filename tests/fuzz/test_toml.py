"""The configuration: any files are a plan or the list of their problems, and nothing hangs."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import strategies as st

from supervisor.config import ConfigError, load
from supervisor.config.lines import lines
from supervisor.desk import Refused
from supervisor.plan import Plan, plan
from supervisor.spec import ProcessSpec, Ready
from supervisor.template import fill
from tests.fuzz.claim import holds
from tests.fuzz.mutating import JSON, mutated
from tests.supervisor.real import ROOT

OURS = [(ROOT / "config" / name).read_bytes() for name in ("local.toml", "container.toml")]
SERVICES = (ROOT / "config" / "services.toml").read_bytes()
# A key of every kind, in every way that TOML writes one.
ALL = b"""\
[supervisor]
socket = "s"
http = "127.0.0.1:9999"
shutdown_timeout = 60
redact = ["sk-[a-z]+"]
secrets = ['A', 'B']

[channels]
news = 3

[service.web]
kind = "process"
command = ["sh", "-c", '''
    exec sleep ${SECONDS:-1000}''']
directory = "/"
environment = { A = "${B:-x}", "C.D" = "$$" }
ready = { http = "http://127.0.0.1:8000/" }
requires = ["task"]
restart = "on-failure"
backoff = { first = 0.5, factor = 2.0, limit = 1e1 }
budget.restarts = 0x3
budget.period = 1_000
stop_signal = "INT"
schedule = { cron = "*/5 * * * *" }
user = "root"

[[service.web.limits]]
causes = [3, "101-103", "KILL"]
restarts = 2
period = 60.0

[service.task]
kind = "task"
run = "tests.supervisor.bodies:steady"
options = { port = 1, hosts = ["a", "b"] }
sends = ["news"]

[service.other]
kind = "task"
run = "tests.supervisor.bodies:steady"
receives = ["news"]
after.web = "started"

[service."page@"]
kind = "process"
command = ["echo", "{instance}", "{more...}"]

[health.web]
service = "web"
tcp = "127.0.0.1:8000"
period = 10

[group.pair]
members = ["web", "task"]
"""
WORDS = (
    b"[",
    b"[[",
    b"]",
    b"{",
    b"}",
    b'"""',
    b"'''",
    b"= ",
    b"inf",
    b"-nan",
    b"0xffffffffffffffffff",
    b"1979-05-27",
    b"9999-12-31T23:59:60Z",
    b"${A",
    b"${A}",
    b"${A:-${B:-${A}}}",
    b"{x...}",
    b'"\\ud800"',
    b'"\\U0010ffff"',
    b'["services.toml", "main.toml", "/etc/passwd", "missing.toml", "*.toml", "\\u0000", "", "["]',
    b'run = "os:path"\n',
    b'run = ".:x"\n',
    b'run = "os\\u0000:x"\n',
    b'cron = "0-99999999 * * * *"',
    b'redact = ["(", "(a+)+$", "(?P<a>", "\\\\"]\n',
    b'http = "127.0.0.1:99999"\n',
    b'kind = "process"\n',
    b'service."a@".',
    b"." * 300,
    b"a." * 3000 + b"a = 1\n",
    b"x = " + b"[" * 5000,
    b"x = " + b"[" * 60 + b"]" * 60,
    b"x = " + b"{a=" * 60 + b"1" + b"}" * 60,
)


def planned(
    files: Mapping[str, bytes],
    environment: Mapping[str, str] | None = None,
    overrides: Sequence[str] = (),
) -> bool:
    """Whether a plan comes of `main.toml` among these files; raises nothing but `ConfigError`."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        try:
            found: Plan | ConfigError = plan(
                load(Path(folder, "main.toml"), environment or {}, overrides)
            )
        except ConfigError as error:
            found = error
    if isinstance(found, Plan):
        return True
    # Each of them can be told: where it is, and in words.
    assert found.problems
    assert all(str(problem) and problem.text for problem in found.problems)
    return False


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What has no folder of its own is looked for here."""
    monkeypatch.chdir(tmp_path)


def test_the_examples_can_be_planned():
    for ours in OURS:
        assert planned({"main.toml": ours, "services.toml": SERVICES})
    assert planned({"main.toml": ALL})


def test_any_file_is_a_plan_or_its_problems():
    def one_file(data: bytes) -> bool:
        return planned({"main.toml": data})

    holds(mutated([ALL], WORDS), one_file)


def test_any_files_beside_one_another_are_a_plan_or_their_problems():
    def several_files(files: tuple[bytes, bytes, bytes]) -> bool:
        main, services, drop_in = files
        return planned(
            {"main.toml": main, "services.toml": services, "main.toml.d/a.toml": drop_in}
        )

    drop_ins = [b"", b"[service.api]\nstop_timeout = 1\n", b"channels.routes = 2\n"]
    holds(
        st.tuples(mutated(OURS, WORDS), mutated([SERVICES], WORDS), mutated(drop_ins, WORDS)),
        several_files,
    )


INCLUDES = st.lists(
    st.sampled_from(["main.toml", "a.toml", "b.toml", "*.toml", "./a.toml", "*/../a.toml", "no"])
)


def test_files_that_include_one_another_in_any_way_are_read_once_or_refused():
    def including(includes: tuple[list[str], list[str], list[str]]) -> bool:
        files = {
            f"{name}.toml": f"[supervisor]\ninclude = {each}\n[service.{name}]\nkind = 'task'\n"
            f"run = 'tests.supervisor.bodies:steady'\n".encode()
            for name, each in zip(("main", "a", "b"), includes, strict=True)
        }
        return planned(files)

    holds(st.tuples(INCLUDES, INCLUDES, INCLUDES), including)


def test_any_override_is_laid_over_or_refused():
    def overridden(said: tuple[bytes, bytes, bytes]) -> bool:
        option, name, value = (each.decode("utf-8", "surrogateescape") for each in said)
        environment = {f"NURSERYD__{name}".replace("\0", ""): value, "B": value}
        return planned({"main.toml": ALL}, environment, [option])

    options = [b"service.web.stop_timeout=3", b'service."page@".command=["a"]', b"channels.news=1"]
    names = [b"SERVICE__WEB__STOP_TIMEOUT", b"SUPERVISOR__LOG", b"SERVICE__PAGE__COMMAND"]
    values = [b"3", b'"text"', b'["a", "b"]', b"{ a = 1 }"]
    holds(
        st.tuples(mutated(options, WORDS), mutated(names), mutated(values, WORDS)),
        overridden,
        known=[(options[0], names[0], b"\xff")],
    )


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from paths(item, (*path, place))


def test_whatever_is_toml_has_lines_and_no_wrong_ones():
    def lines_of(data: bytes) -> bool:
        text = data.decode()
        found = tomllib.loads(text)
        assert lines(text).keys() <= set(paths(found))
        return True

    holds(mutated([ALL, *OURS, SERVICES], WORDS), lines_of, ValueError, RecursionError)


def test_any_parameters_fill_a_template_or_are_refused():
    declared = ProcessSpec(
        name="page@",
        command=("{more...}",),
        directory="/{a}",
        environment={"{a}": "{b}"},
        success=("{a}",),
        requires=("{a}", "{more...}"),
        ready=Ready(http="http://127.0.0.1:{a}/"),
    )

    def filled(said: tuple[bytes, bytes, dict[str, str]]) -> bool:
        a, more = (each.decode("utf-8", "surrogateescape") for each in said[:2])
        return fill(declared, {"a": a, "more": more, **said[2]}, name="page@1").name == "page@1"

    given = st.tuples(
        mutated([b"x", b"{b}"]),
        mutated([b'["1", "{a}"]', b"[]"], JSON),
        st.fixed_dictionaries({"b": st.text()}, optional={"more...": st.text()}),
    )
    holds(given, filled, Refused, known=[(b"", b"[]", {"b": ""}), (b"", b"\xff", {"b": ""})])
