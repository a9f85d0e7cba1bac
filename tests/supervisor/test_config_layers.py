from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config import Config, ConfigError, load
from supervisor.config.files import nodes
from supervisor.config.layers import lay
from supervisor.config.origin import Document, Node, plain
from supervisor.spec import Condition, ProcessSpec, Ready

WEB = '[service.web]\nkind = "process"\ncommand = ["web"]\n'
DB = '[service.db]\nkind = "process"\ncommand = ["db"]\n'
Layered = Callable[..., Config]


@pytest.fixture
def layered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layered:
    """Read `a.toml` after writing these files."""
    monkeypatch.chdir(tmp_path)

    def layered(files: dict[str, str], **environment: str) -> Config:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return load(Path("a.toml"), environment)

    return layered


def told(config: Config) -> list[str]:
    return [str(problem) for problem in config.problems]


def include(*patterns: str) -> str:
    return f"[supervisor]\ninclude = {list(patterns)}\n"


def test_included_files_add_to_the_first_in_the_order_of_their_names(layered: Layered):
    config = layered(
        {
            "a.toml": include("conf.d/*.toml", "more/db.toml") + WEB,
            "conf.d/2.toml": WEB.replace("web", "two") + "[channels]\nx = 1",
            "conf.d/1.toml": WEB.replace("web", "one") + "[supervisor]\nsocket = 's'",
            "conf.d/readme.md": "not TOML",
            "more/db.toml": DB,
        }
    )
    assert told(config) == []
    assert [spec.name for spec in config.services] == ["web", "one", "two", "db"]
    assert config.settings.socket == "s"
    assert config.settings.include == ("conf.d/*.toml", "more/db.toml")
    assert config.capacity == {"x": 1}
    assert config.files == ("a.toml", "conf.d/1.toml", "conf.d/2.toml", "more/db.toml")
    assert str(config.origins["service", "db", "command"]) == "more/db.toml:3"


def test_an_included_file_includes_from_its_own_folder_and_each_file_is_read_once(
    layered: Layered,
):
    config = layered(
        {
            "a.toml": include("x/b.toml", "x/y/c.toml", "a.toml", "x/**/*.toml"),
            "x/b.toml": include("y/*.toml", "../a.toml", "b.toml") + WEB,
            "x/y/c.toml": include("../b.toml") + DB,
        }
    )
    assert told(config) == []
    assert config.files == ("a.toml", "x/b.toml", "x/y/c.toml")


def test_a_pattern_may_hold_a_variable_and_may_be_absolute(layered: Layered, tmp_path: Path):
    config = layered(
        {"a.toml": include("${WHERE}/*.toml", "/${NO}"), "x/b.toml": WEB}, WHERE=str(tmp_path / "x")
    )
    assert told(config) == [
        "a.toml:2: supervisor.include[1]: the variable NO is not set; ${NO:-…} has a default"
    ]
    config = layered({"a.toml": include("${WHERE}/*.toml")}, WHERE=str(tmp_path / "x"))
    assert config.names == {"web"}


def test_a_pattern_may_find_nothing_but_a_name_must_be_there(layered: Layered):
    assert told(layered({"a.toml": include("none/*.toml")})) == []
    with pytest.raises(ConfigError, match="cannot include"):
        layered({"a.toml": '[supervisor]\ninclude = ["x\\u0000"]'})
    with pytest.raises(ConfigError) as caught:
        layered({"a.toml": include("b.toml", "conf.d") + WEB, "conf.d/c": ""})
    assert [str(one) for one in caught.value.problems] == [
        "a.toml:2: supervisor.include: cannot include 'b.toml': there is no file b.toml",
        "a.toml:2: supervisor.include: cannot include 'conf.d': there is no file conf.d",
    ]


@pytest.mark.parametrize("pattern", ["loop/*.toml", "l*/b.toml", "loop/b.toml", "*/y/[ab].toml"])
def test_a_folder_that_cannot_be_looked_at_is_no_empty_one(
    layered: Layered, tmp_path: Path, pattern: str
):
    (tmp_path / "loop").symlink_to("loop")  # as it is for root, too
    with pytest.raises(ConfigError) as caught:
        layered({"a.toml": include(pattern), "x/b.toml": WEB})
    (problem,) = caught.value.problems
    why = f"cannot include '{pattern}': [Errno 40] Too many levels of symbolic links: 'loop"
    assert problem.text.startswith(why)


def test_but_for_one_that_is_found_on_the_way(layered: Layered, tmp_path: Path):
    (tmp_path / "loop").symlink_to("loop")
    config = layered({"a.toml": include("**/b.toml", "a.toml/*"), "x/b.toml": WEB})
    assert told(config) == []
    assert [spec.name for spec in config.services] == ["web"]


@pytest.mark.parametrize("pattern", ["conf.d/*.toml", "conf.d/web.toml", "**/web.toml"])
def test_a_link_to_a_file_that_is_gone_cannot_be_read(
    layered: Layered, tmp_path: Path, pattern: str
):
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "web.toml").symlink_to("gone.toml")
    with pytest.raises(ConfigError) as caught:
        layered({"a.toml": include(pattern)})
    (problem,) = caught.value.problems
    assert str(problem) == "conf.d/web.toml: cannot read it: No such file or directory"


def test_files_are_hidden_from_patterns_by_a_dot(layered: Layered):
    files = {"conf.d/.web.toml": WEB, "conf.d/db.toml": DB, "conf.d/x.toml/y": ""}
    config = layered({"a.toml": include("conf.d/*.toml"), **files})
    assert [spec.name for spec in config.services] == ["db"]
    config = layered({"a.toml": include("conf.d/.*.toml"), **files})
    assert [spec.name for spec in config.services] == ["web"]


def test_a_file_that_cannot_be_read_is_named_with_all_others_of_its_kind(layered: Layered):
    with pytest.raises(ConfigError) as caught:
        layered(
            {
                "a.toml": include("*.inc"),
                "b.inc": "= 1",
                "c.inc": "[supervisor]\ninclude = 3",
                "a.toml.d/x.toml": "\n= 1",
            }
        )
    places = [problem.place for problem in caught.value.problems]
    assert places == ["b.inc:1", "a.toml.d/x.toml:2", "c.inc:2: supervisor.include"]


def test_what_is_said_twice_is_a_problem_that_names_both_files(layered: Layered):
    config = layered(
        {
            "a.toml": include("b.toml") + WEB + "[channels]\nx = 1\n",
            "b.toml": "health = 3\n[channels]\nx = 2\n[service.web]\nkind = 'task'\n",
            "a.toml.d/c.toml": "",
        }
    )
    rule = "already; only a drop-in or an override may say it again"
    assert told(config) == [
        f"b.toml:3: channels.x: is in a.toml:7 {rule}",
        f"b.toml:5: service.web.kind: is in a.toml:4 {rule}",
        "b.toml:1: health: write [health.NAME] tables",
    ]
    config = layered({"a.toml": "health = 1\n" + include("b.toml")})
    assert told(config)[0] == f"b.toml:1: health: is in a.toml:1 {rule}"


def test_a_table_may_be_in_several_files_each_of_its_keys_in_one(layered: Layered):
    config = layered(
        {
            "a.toml": include("b.toml") + "[service.web]\nstop_timeout = 2\nenvironment.A = '1'\n",
            "b.toml": WEB + "environment.B = '2'\n",
        }
    )
    assert told(config) == []
    [web] = config.services
    assert isinstance(web, ProcessSpec)
    assert (web.stop_timeout, web.environment) == (2, {"A": "1", "B": "2"})
    assert config.problem("service.web", "environment.B", "x").place.startswith("b.toml:4")


def test_drop_ins_lie_over_the_file_in_the_order_of_their_names(layered: Layered):
    config = layered(
        {
            "a.toml": include("b.toml") + WEB + "environment = { A = '1', B = '1' }\n"
            "requires = ['db']\nbackoff = { first = 1, factor = 3 }",
            "b.toml": DB,
            "a.toml.d/2.toml": "[service.web]\nstop_timeout = 2\ncommand = ['two']\n"
            "[service.web.environment]\nB = '2'\nC = '2'\n",
            "a.toml.d/10.toml": "[service.web]\nstop_timeout = 1\nrequires.db = 'healthy'\n"
            "backoff.first = 4\n[service.db]\ncommand = ['b', 'c']\n",
            "a.toml.d/.hidden.toml": "not TOML",
            "a.toml.d/other.md": "not TOML",
            "b.toml.d/no.toml": "not TOML",
        }
    )
    assert told(config) == []
    web, db = config.services
    assert web.stop_timeout == 2.0
    assert web.command == ("two",)
    assert web.environment == {"A": "1", "B": "2", "C": "2"}
    assert web.requires == {"db": Condition.HEALTHY}
    assert (web.backoff.first, web.backoff.factor) == (4.0, 3.0)
    assert db.command == ("b", "c")
    origins = {path[2:]: str(origin) for path, origin in config.origins.items()}
    assert origins["environment", "A"] == "a.toml:6"
    assert origins["environment", "B"] == "a.toml.d/2.toml:5"
    assert origins["backoff", "first"] == "a.toml.d/10.toml:4"
    assert origins["backoff", "factor"] == "a.toml:8"
    assert ("backoff", "limit") not in origins


@pytest.mark.parametrize(
    ("below", "above", "ready"),
    [
        ("tcp = 'h:1', every = 2", "http = 'http://h'", Ready(http="http://h", every=2)),
        ("tcp = 'h:1'", "every = 2", Ready(tcp="h:1", every=2)),
        ("tcp = 'h:1'", "tcp = 'h:2'", Ready(tcp="h:2")),
    ],
)
def test_of_keys_that_exclude_each_other_the_last_one_stays(
    layered: Layered, below: str, above: str, ready: Ready
):
    config = layered(
        {
            "a.toml": f"{WEB}ready = {{ {below} }}\nschedule = {{ every = 1, at_start = true }}\n"
            "[health.w]\nservice = 'web'\nhttp = 'http://h'\nany_status = true",
            "a.toml.d/b.toml": f"[service.web]\nready = {{ {above} }}\nschedule.cron = '* * * * *'"
            "\n[health.w]\ntcp = 'h:1'\n",
        }
    )
    (web,) = config.services
    assert web.ready == ready
    assert (web.schedule.every, web.schedule.cron, web.schedule.at_start) == (
        None,
        "* * * * *",
        True,
    )
    (check,) = config.checks
    assert (check.http, check.tcp, check.any_status) == (None, "h:1", True)


def test_a_drop_in_neither_includes_nor_has_drop_ins_of_its_own(layered: Layered):
    config = layered({"a.toml": WEB, "a.toml.d/b.toml": include("c.toml")})
    assert told(config) == [
        "a.toml.d/b.toml:2: supervisor.include: cannot include from a drop-in: name the file in"
        " a.toml"
    ]


def test_a_folder_of_drop_ins_that_is_none_is_a_problem(layered: Layered):
    with pytest.raises(ConfigError, match=r"a\.toml\.d: cannot look for drop-ins: Not a directory"):
        layered({"a.toml": WEB, "a.toml.d": "a file"})


def test_a_mistake_is_told_with_the_layer_that_made_it(layered: Layered):
    config = layered(
        {
            "a.toml": include("b.toml") + WEB,
            "b.toml": "[service.db]\nkind = 'proces'\n\nessential = 3",
            "a.toml.d/c.toml": "[service.web]\nstop_timeot = 3\nnice = 20\n[group.g]\n",
        },
        NURSERYD__SERVICE__WEB__OOM_SCORE="x",
    )
    assert told(config) == [
        "a.toml.d/c.toml:2: service.web.stop_timeot: no such key; did you mean 'stop_timeout'?",
        "a.toml.d/c.toml:3: service.web.nice: expected a whole number <= 19",
        "NURSERYD__SERVICE__WEB__OOM_SCORE: service.web.oom_score:"
        " expected a whole number, got a text",
        "b.toml:2: service.db.kind: no kind 'proces'; did you mean 'process'?",
        "b.toml:4: service.db.essential: expected true or false, got a whole number",
        "a.toml.d/c.toml:4: group.g.members: is missing",
    ]


# Any layers whatever: what a later one says holds, and what nobody overrides stays.

KEYS = st.sampled_from(["a", "b", "c"])
TREES = st.recursive(
    st.integers(0, 9) | st.lists(st.integers(0, 9), max_size=2),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=9,
).filter(lambda value: isinstance(value, dict))


def merged(layers: list[dict[str, Any]]) -> Node:
    tree = nodes({}, Document("0"))
    for number, layer in enumerate(layers, 1):
        lay(tree, nodes(layer, Document(str(number))))
    return tree


def expected(under: Any, over: Any) -> Any:
    if isinstance(under, dict) and isinstance(over, dict):
        keys = under.keys() | over.keys()
        return {k: expected(under.get(k, over.get(k)), over.get(k, under.get(k))) for k in keys}
    return over


@given(st.lists(TREES, max_size=4))
def test_the_last_layer_that_says_a_key_wins(layers: list[dict[str, Any]]):
    result: dict[str, Any] = {}
    for layer in layers:
        result = expected(result, layer)
    assert plain(merged(layers)) == result


@given(st.lists(TREES, max_size=4))
def test_every_value_comes_from_the_layer_that_says_it(layers: list[dict[str, Any]]):
    def look(node: Node, path: tuple[str, ...]) -> None:
        for key, child in node.table.items():
            look(child, (*path, key))
        if not node.is_table:
            said: Any = layers[int(node.origin.file) - 1]
            for key in path:
                said = said[key]
            assert said == plain(node)

    look(merged(layers), ())


@given(
    st.integers(0, 9),
    st.none() | st.integers(0, 9),
    st.none() | st.integers(0, 9),
    st.none() | st.integers(0, 9),
)
def test_an_option_wins_over_the_environment_that_over_drop_ins_and_they_over_the_file(
    file: int, drop_in: int | None, variable: int | None, option: int | None
):
    with TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.toml")
        Path(path).write_text(f"{WEB}stop_timeout = {file}")
        os.mkdir(f"{path}.d")
        if drop_in is not None:
            Path(path + ".d/b.toml").write_text(f"service.web.stop_timeout = {drop_in}")
        key = "NURSERYD__SERVICE__WEB__STOP_TIMEOUT"
        environment = {} if variable is None else {key: str(variable)}
        options = [] if option is None else [f"service.web.stop_timeout={option}"]
        (web,) = load(Path(path), environment, options).services
    said = [value for value in (file, drop_in, variable, option) if value is not None]
    assert web.stop_timeout == said[-1]
