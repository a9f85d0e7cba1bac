from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config import Config, ConfigError, Problem, adapted, load
from supervisor.config.files import DEPTH, nodes
from supervisor.config.origin import Document
from supervisor.config.reader import read as read_tree
from supervisor.config.words import nearest
from supervisor.plan import Plan, plan
from supervisor.spec import (
    Backoff,
    Budget,
    GroupSpec,
    HealthSpec,
    Log,
    ProcessSpec,
    Ready,
    Restart,
    Settings,
    Strategy,
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
        "supervisor: log": "cannot be 'jsn'; did you mean 'json'?",
        "service.a: run": "is missing",
        "service.a: restart": "cannot be 'alway'; did you mean 'always'?",
        "service.b: kind": "no kind 'proces'; did you mean 'process'?",
        "service.b: essential": "expected true or false, got a text",
        "service.c d: ": "a name is letters, digits, '_', '.' and '-'",
        "service.e: command": "expected a list of length >= 1",
        "service.e.backoff: frist": "no such key; did you mean 'first'?",
        "service.e.backoff: factor": "expected a number >= 1.0",
        "service.e: ready": "expected a table, got a text",
        "health.h: service": "is missing",
        "health.h: http": "expected a text, got a whole number",
        "health.h: period": "expected a number > 0.0",
        "channels: news": "expected a whole number >= 1",
    }


def test_the_key_of_a_problem_leads_to_any_depth(read):
    config = read(
        """
        [service.a]
        kind = "process"
        command = ["a", 1]
        limits = [{ causes = ["x"] }, { causes = ["y", 1.5], restrts = 1 }]
        [service.a.environment]
        B = 1
        [health.h]
        service = "a"
        exec = "x"
        [group.g]
        membrs = ["a"]
        """
    )
    assert [(one.table, one.key, one.line) for one in config.problems] == [
        ("service.a", "command[1]", 4),
        ("service.a", "limits[1].causes[1]", 5),
        ("service.a", "limits[1].restrts", 5),
        ("service.a.environment", "B", 7),
        ("health.h", "exec", 10),
        ("group.g", "membrs", 12),
        ("group.g", "members", 11),
    ]


def test_a_group_is_read(read):
    config = read('[group.g]\nmembers = ["a", "b"]\nstrategy = "rest_for_one"')
    assert config.groups == (
        GroupSpec(name="g", members=("a", "b"), strategy=Strategy.REST_FOR_ONE),
    )


def test_of_many_names_only_some_are_told(read):
    names = " ".join(f"{i:02}" for i in range(30)).split()
    assert nearest("x", names).endswith("18, 19 and 10 more")


def test_a_dot_in_a_name_never_leads_to_the_wrong_line(read):
    config = read(
        """
        [service.a]
        kind = "process"
        command = ["a"]
        environment = { "b.c" = "1", b = "2" }
        options = {}
        [service."a.environment.b"]
        kind = "task"
        run = "m:f"
        """
    )
    lines = [
        config.problem("service.a", key, "").line for key in ("command", "environment.b.c", "nice")
    ]
    assert lines == [4, 5, 2]
    assert config.problem("service.a", "environment.b", "").line is None
    assert config.problem("no", "where", "").line is None


def test_a_problem_says_where_it_is():
    assert str(Problem("f", "service.a", "run", "is missing", 3)) == (
        "f:3: service.a.run: is missing"
    )
    assert str(Problem("f", "service.\x1b", "", "no\n\ud800")) == "f: service.\\x1b: no\\n\\ud800"
    assert len(str(Problem("f", "", "", "x" * 10**6))) < 2000
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
        ("${UNSET:-${X:-c}}", "of the environment"),
        ("${X:-${UNSET}}", "of the environment"),
        ("${UNSET:-${EMPTY:-c}}", "c"),
        ("${UNSET:-a ${EMPTY:-${X}} b}", "a of the environment b"),
        ("${UNSET:-a$b}", "a$b"),
        ("{placeholder}", "{placeholder}"),
    ],
)
def test_variables_are_filled_in(read, value: str, text: str):
    config = read(f"[supervisor]\nsocket = '{value}'", X="of the environment", EMPTY="")
    assert config.problems == ()
    assert config.settings.socket == text


def test_a_problem_names_the_variables_that_somebody_set(read):
    config = read(
        """
        [supervisor]
        log_level = "${LEVEL:-info}"
        shutdown_timeout = "${A:-${B:-1}}"
        socket = "${UNSET:-${GONE}}"
        """,
        LEVEL="verbose",
        B="-1",
    )
    assert texts(config) == {
        "supervisor: log_level": "LEVEL='verbose': cannot be 'verbose';"
        " there is debug, error, info, warning",
        "supervisor: shutdown_timeout": "B='-1': expected a number > 0.0",
        "supervisor: socket": "the variable GONE is not set; ${GONE:-…} has a default",
    }


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("yes", bool, True),
        ("Off", bool, False),
        ("true", bool, "true"),  # msgspec knows what that is
        ("a, b,,c ", tuple[str, ...], ["a", "b", "c"]),
        ("", tuple[str, ...] | None, []),
        ("INFO", Literal["info", "error"], "info"),
        ("Info", Literal["info", "error"] | None, "info"),
        ("yes", str, "yes"),
        ("a,b", str | tuple[str, ...], "a,b"),
        (True, bool, True),
        (["a,b"], tuple[str, ...], ["a,b"]),
    ],
)
def test_a_text_is_taken_as_its_key_wants_it(text: object, kind: object, value: object):
    assert adapted(text, kind) == value


def test_what_comes_from_a_variable_is_a_list_or_a_boolean_too(read):
    config = read(
        """
        [supervisor]
        log_level = "${LEVEL}"
        secrets = "${NAMES}"
        [service.a]
        kind = "task"
        run = "m:f"
        autostart = "${FLAG}"
        """,
        LEVEL="WARNING",
        NAMES="A, B",
        FLAG="no",
    )
    assert config.problems == ()
    assert (config.settings.log_level, config.settings.secrets) == ("warning", ("A", "B"))
    assert not config.services[0].autostart


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


def test_a_variable_that_is_no_utf_8_is_a_problem_where_not_every_text_will_do(read):
    config = read(
        """
        [supervisor]
        log_level = "${X}"
        socket = "/${X}"
        [service.a]
        kind = "task"
        run = "tests.supervisor.bodies:steady"
        stop_timeout = "${X}"
        options = { port = "${X}" }
        """,
        X="\udcff",
    )
    assert config.settings.socket == "/\udcff"
    with pytest.raises(ConfigError) as error:
        plan(config)
    found = [str(problem).partition(": ")[2] for problem in error.value.problems]
    assert found[:2] == [
        r"service.a.options.port: X='\udcff': is no UTF-8",
        r"service.a.stop_timeout: X='\udcff': is no UTF-8",
    ]
    assert found[2].startswith(r"supervisor.log_level: X='\udcff': cannot be '\udcff'; there is")


def test_a_variable_that_is_not_set_is_a_problem_of_its_key(read):
    config = read('[service.a]\nkind = "process"\ncommand = ["${NOT_SET}"]')
    assert texts(config) == {
        "service.a: command[0]": "the variable NOT_SET is not set; ${NOT_SET:-…} has a default"
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
        ("stable_after = inf", "expected a number <= 1000000000.0"),
        ("start_timeout = inf", "expected a number <= 1000000000.0"),
        ("environment = 'A=1'", "expected a table, got a text"),
        ("requires = 'b'", "expected a table or a list, got a text"),
        ("requires = [1]", "expected a text, got a whole number"),
        ("budget = 3", "expected a table, got a whole number"),
        ("restart = 'sometimes'", "cannot be 'sometimes'"),
        ("requires = { b = 'helthy' }", "cannot be 'helthy'; did you mean 'healthy'?"),
        ("limits = [{ causes = [] }]", "expected a list of length >= 1"),
        ("limits = [{}]", "is missing"),
        ("limits = [3]", "expected a table, got a whole number"),
        ("limits = {}", "expected a list, got a table"),
        (
            "listen = '127.0.0.1:80 \"a b\"'",
            'expected a list, got a text; write ["127.0.0.1:80", "a b"]',
        ),
        ('listen = "it\'s"', 'expected a list, got a text; write ["it\'s"]'),
        ("log = { fil = 'x' }", "no such key; did you mean 'file'?"),
        ("schedule = { evry = 3 }", "no such key; did you mean 'every'?"),
        ("rlimits = { nofile = [1] }", "expected a list of length 2"),
        ("environment = { A = 1 }", "expected a text, got a whole number"),
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
        (b"a = 0x" + b"f" * 100_000, "cannot take it: a whole number of more than 64 bits"),
        (b"a." * 2000 + b"b = 1", "cannot take it: tables within tables, more than 50 deep"),
        (b"[service.x]\nkind = [" + b"[" * 60 + b"]" * 61, "cannot take it: tables within"),
    ],
    ids=["half", "no UTF-8", "twice", "deep", "long", "big", "deep key", "deep list"],
)
def test_what_is_no_toml_is_one_problem(tmp_path: Path, content: bytes, text: str):
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(path)
    (problem,) = caught.value.problems
    assert problem.file == str(path)
    assert problem.text.startswith(text)


def test_the_line_of_what_is_no_toml_is_told(read, tmp_path: Path):
    with pytest.raises(ConfigError) as caught:
        read("a = 1\nb = \n")
    assert str(caught.value).startswith(f"{tmp_path / 'a.toml'}:2: is not TOML: ")


def test_a_mark_of_byte_order_and_lines_of_windows_are_taken(tmp_path: Path):
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbf[supervisor]\r\nsocket = 's'\r\nx = 1\r\n")
    config = load(path, {})
    assert config.settings.socket == "s"
    assert [problem.line for problem in config.problems] == [3]


def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot read it: No such file"):
        load(tmp_path / "missing.toml")
    with pytest.raises(ConfigError, match="cannot read it: Is a directory"):
        load(tmp_path)


# Anything that TOML can say, with enough real keys in it to get far.

KINDS = (TaskSpec, ProcessSpec, Ready, Backoff, Budget, HealthSpec, GroupSpec, Log, Settings)
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
        "group": st.dictionaries(WORDS, TABLES | VALUES, max_size=3) | VALUES,
        "channels": st.dictionaries(WORDS, VALUES, max_size=3) | VALUES,
        "else": VALUES,
    },
)


def read_data(data: object) -> Config:
    """What a file that says this would give."""
    return read_tree(nodes(data, Document("f")), {}, files=["f"])


def test_what_is_deep_but_not_too_deep_is_read():
    deep: object = 1
    for _ in range(DEPTH - 4):
        deep = {"a": deep}
    table = {"kind": "task", "run": "m:f", "options": deep}
    assert read_data({"service": {"a": table}}).services[0].options == deep


@given(FILES)
def test_any_table_gives_a_plan_or_the_list_of_its_problems(data):
    config = read_data(data)
    try:
        found: Plan | ConfigError = plan(config)
    except ConfigError as error:
        found = error
    assert isinstance(found, Plan) or all(problem.text for problem in found.problems)


@given(st.integers() | st.floats() | st.text())
def test_any_value_of_any_size_gives_a_config(value):
    table = {"budget": {"restarts": value}, "stop_timeout": value, "kind": value, "run": value}
    data = {"service": {"a": table}, "channels": {"n": value}}
    try:
        assert isinstance(read_data(data), Config)
    except ValueError as error:
        assert str(error) == "a whole number of more than 64 bits"  # noqa: PT017
