from __future__ import annotations

import os
from datetime import date, datetime, time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config import Config, ConfigError, Problem, _Reader, load
from supervisor.plan import Plan, plan
from supervisor.spec import (
    Backoff,
    Budget,
    HealthSpec,
    ProcessSpec,
    Ready,
    Restart,
    Settings,
    TaskSpec,
)


@pytest.fixture
def read(tmp_path: Path):
    def read(toml: str, **environment: str) -> Config:
        path = tmp_path / "a.toml"
        path.write_text(toml)
        return load(path, environment)

    return read


def texts(config: Config) -> dict[str, str]:
    """Where each problem is, and what it is."""
    return {f"{one.table}: {one.key}": one.text for one in config.problems}


def test_a_file_becomes_specs(read):
    config = read(
        """
        [supervisor]
        socket = "here"

        [service.a]
        kind = "task"
        run = "m:f"
        restart = "always"
        backoff = { first = 1 }

        [service."b@"]
        kind = "process"
        command = ["b", "{x}"]
        ready = { tcp = "localhost:{port}" }

        [health.a]
        service = "a"
        tcp = "localhost:1"

        [channels]
        news = 3
        """
    )
    assert config.problems == ()
    assert config.settings == Settings(socket="here")
    task, process = config.services
    assert isinstance(task, TaskSpec)
    assert task.restart is Restart.ALWAYS
    assert (task.backoff.first, task.backoff.factor) == (1.0, 2.0)
    assert isinstance(process, ProcessSpec)
    assert process.is_template
    assert process.stop_timeout == 5.0
    assert config.checks == (HealthSpec(name="a", service="a", tcp="localhost:1"),)
    assert config.capacity == {"news": 3}


def test_every_problem_is_named_at_once(read, tmp_path: Path):
    config = read(
        """
        colour = "red"
        [supervisor]
        sockett = "s"
        log = "jsn"
        [service.a]
        kind = "task"
        restart = "alway"
        [service.b]
        kind = "proces"
        command = ["x"]
        essential = "yes"
        [service."c d"]
        kind = "task"
        [service.e]
        kind = "process"
        command = []
        backoff = { frist = 1, factor = 0.5 }
        ready = "soon"
        [health.h]
        http = 3
        period = 0
        [channels]
        news = 0
        """
    )
    assert {problem.file for problem in config.problems} == {str(tmp_path / "a.toml")}
    assert texts(config) == {
        "colour: ": "no such table; there is channels, group, health, service, supervisor",
        "supervisor: sockett": "no such key; did you mean 'socket'?",
        "supervisor: log": "invalid enum value 'jsn'; did you mean 'json'?",
        "service.a: run": "is missing",
        "service.a: restart": "invalid enum value 'alway'; did you mean 'always'?",
        "service.b: kind": "no kind 'proces'; did you mean 'process'?",
        "service.b: essential": "expected true or false, got a text",
        "service.c d: ": "a name is letters, digits, '_', '.' and '-'",
        "service.e: command": "expected a list of length >= 1",
        "service.e.backoff: frist": "no such key; did you mean 'first'?",
        "service.e.backoff: factor": "expected a number >= 1.0",
        "service.e.ready: ": "is not a table",
        "health.h: service": "is missing",
        "health.h: http": "expected a text, got a whole number",
        "health.h: period": "expected a number > 0.0",
        "channels: news": "a channel's buffer is a whole number above 0",
    }


def test_a_problem_says_where_it_is():
    assert str(Problem("f", "service.a", "run", "is missing")) == "f: service.a.run: is missing"
    assert str(Problem("f", "", "", "is not TOML")) == "f: is not TOML"


def test_a_name_with_nothing_near_gets_the_list_of_names(read):
    config = read('[service.a]\nkind = "thread"')
    assert texts(config)["service.a: kind"] == "no kind 'thread'; there is process, task"


def test_a_broken_service_is_known_by_name_all_the_same(read):
    config = read('[service.a]\nkind = "task"\n[service.b]\nkind = "nothing"')
    assert config.names == {"a", "b"}
    assert config.broken == {"a"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("${X}", "of the environment"),
        ("${X:-default}", "of the environment"),
        ("${UNSET:-default}", "default"),
        ("${UNSET:-}", ""),
        ("${EMPTY:-default}", "default"),
        ("a ${X} b ${UNSET:-c}", "a of the environment b c"),
        ("$${X}", "${X}"),
        ("$$", "$"),
        ("$X ${not a name} 5$", "$X ${not a name} 5$"),
        ("${UNSET:-a:-b}", "a:-b"),
        ("{placeholder}", "{placeholder}"),
    ],
)
def test_variables_are_filled_in(read, value: str, text: str):
    config = read(f"[supervisor]\nsocket = '{value}'", X="of the environment", EMPTY="")
    assert config.problems == ()
    assert config.settings.socket == text


def test_a_variable_may_be_part_of_anything(read):
    config = read(
        """
        [service.a]
        kind = "process"
        command = ["run", "${X}"]
        environment = { HOME = "${X}" }
        autostart = "${FLAG}"
        stop_timeout = "${NUMBER}"
        budget = { restarts = "${NUMBER}" }
        ready = { log = "$${X}" }
        [service.b]
        kind = "task"
        run = "m:f"
        options = { deep = [{ er = "${X}" }] }
        """,
        X="x",
        FLAG="false",
        NUMBER="3",
    )
    assert config.problems == ()
    a, b = config.services
    assert a.command == ("run", "x")
    assert a.environment == {"HOME": "x"}
    assert (a.autostart, a.stop_timeout, a.budget.restarts) == (False, 3.0, 3)
    assert a.ready.log == "${X}"
    assert b.options == {"deep": [{"er": "x"}]}


def test_a_variable_that_is_not_set_is_a_problem_of_its_key(read):
    config = read('[service.a]\nkind = "process"\ncommand = ["${NOT_SET}"]')
    assert texts(config) == {
        "service.a: command": "the variable NOT_SET is not set; ${NOT_SET:-…} has a default"
    }


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("directory = 3", "expected a text, got a whole number"),
        ("directory = true", "expected a text, got true or false"),
        ("directory = []", "expected a text, got a list"),
        ("directory = {}", "expected a text, got a table"),
        ("directory = 1.5", "expected a text, got a number"),
        ("directory = 1979-05-27", "expected a text, got a date"),
        ("directory = 1979-05-27T00:00:00", "expected a text, got a date"),
        ("directory = 00:00:00", "expected a text, got a time"),
        ("environment_allow = 3", "expected a list, got a whole number"),
        ("autostart = 1", "expected true or false, got a whole number"),
        ("stop_timeout = 'soon'", "expected a number, got a text"),
        ("stop_timeout = -1", "expected a number >= 0.0"),
        ("stop_timeout = nan", "expected a number >= 0.0"),
        ("environment = 'A=1'", "expected a table, got a text"),
        ("requires = 'b'", "expected a table or a list, got a text"),
        ("requires = [1]", "expected a text, got a whole number - at `$[0]`"),
        ("budget = 3", "is not a table"),
        ("restart = 'sometimes'", "invalid enum value 'sometimes'"),
    ],
)
def test_a_bad_value_is_told_in_plain_words(read, line: str, text: str):
    config = read(f'[service.a]\nkind = "process"\ncommand = ["a"]\n{line}')
    (problem,) = config.problems
    assert problem.text.startswith(text)
    assert problem.table.startswith("service.a")


@pytest.mark.parametrize(
    "toml",
    [
        "service = 3",
        "service = []",
        "[service]\na = 3",
        "health = 'x'",
        "[health]\na = []",
        "supervisor = 1",
        "channels = 3",
        "[[channels]]\nnews = 3",
        "[channels]\nnews = true",
        "[service.a]\nkind = []",
        "[service.a]\nkind = {}",
        "[service.a]\nkind = 3",
        "[service.a]",
    ],
)
def test_a_table_of_another_shape_is_one_problem(read, toml: str):
    assert len(read(toml).problems) == 1


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a = ", "is not TOML: "),
        (b"\xff\xfe", "is not TOML: "),
        (b"a = 1\na = 2", "is not TOML: "),
        (b"a = " + b"[" * 100_000, "is not TOML: "),
        (b"a = " + b"9" * 100_000, "is not TOML: "),
    ],
    ids=["half", "no UTF-8", "twice", "deep", "long"],
)
def test_what_is_no_toml_is_one_problem(tmp_path: Path, content: bytes, text: str):
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(path)
    (problem,) = caught.value.problems
    assert problem.file == str(path)
    assert problem.text.startswith(text)


def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot read it: No such file"):
        load(tmp_path / "missing.toml")
    with pytest.raises(ConfigError, match="cannot read it: Is a directory"):
        load(tmp_path)


# Anything that TOML can say, with enough real keys in it to get far.

KINDS = (TaskSpec, ProcessSpec, Ready, Backoff, Budget, HealthSpec, Settings)
KEYS = {field.encode_name for kind in KINDS for field in msgspec.structs.fields(kind)}
NAMES = st.sampled_from(sorted(KEYS | {"kind", "a", "b", "c@"}))
WORDS = NAMES | st.sampled_from(
    ["", "always", "shutdown", "${X}", "${X:-1}", "$$", "m:f", "os:path", "h:1", "http://h/"]
)
SCALARS = (
    WORDS
    | st.text()
    | st.booleans()
    | st.integers(-100, 100)
    | st.floats()
    | st.sampled_from([datetime(2000, 1, 1), date(2000, 1, 1), time(1)])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)
TABLES = st.dictionaries(NAMES, VALUES, max_size=6)
SERVICES = st.one_of(
    TABLES,
    TABLES.map(lambda table: table | {"kind": "task", "run": "tests.supervisor.bodies:steady"}),
    TABLES.map(lambda table: table | {"kind": "process", "command": ["true"]}),
)
FILES = st.fixed_dictionaries(
    {},
    optional={
        "supervisor": TABLES | VALUES,
        "service": st.dictionaries(st.sampled_from(["a", "b", "c@"]), SERVICES) | VALUES,
        "health": st.dictionaries(WORDS, TABLES | VALUES, max_size=3),
        "channels": st.dictionaries(WORDS, VALUES, max_size=3) | VALUES,
        "else": VALUES,
    },
)


@given(FILES)
def test_any_table_gives_a_plan_or_the_list_of_its_problems(data):
    config = _Reader("f", {}).read(data)
    try:
        found: Plan | ConfigError = plan(config)
    except ConfigError as error:
        found = error
    assert isinstance(found, Plan) or all(problem.text for problem in found.problems)


@given(st.integers() | st.floats() | st.text())
def test_any_value_of_any_size_gives_a_config(value):
    table = {"budget": {"restarts": value}, "stop_timeout": value, "kind": value, "run": value}
    config = _Reader("f", os.environ).read({"service": {"a": table}, "channels": {"n": value}})
    assert isinstance(config, Config)
