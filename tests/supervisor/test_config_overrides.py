from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config import Config, load
from supervisor.config.files import nodes
from supervisor.config.origin import Document
from supervisor.config.overrides import from_environment, from_option, layer
from supervisor.config.problem import ConfigError
from supervisor.spec import Condition

TOML = """
[service.web]
kind = "process"
command = ["web"]
environment = { A = "1" }
limits = [{ causes = [1] }]

[service."my-app.v2"]
kind = "task"
run = "m:f"
options = { deep = { er = 1 } }

[service."astro@"]
kind = "process"
command = ["astro"]

[health.web]
service = "web"
tcp = "h:1"
"""
Overridden = Callable[..., Config]


@pytest.fixture
def overridden(tmp_path: Path) -> Overridden:
    """Read the file above with these overrides, all of one kind."""

    def overridden(*options: str, **environment: str) -> Config:
        (tmp_path / "a.toml").write_text(TOML)
        return load(tmp_path / "a.toml", environment, options)

    return overridden


def said(config: Config) -> list[str]:
    return [str(problem) for problem in config.problems]


@pytest.mark.parametrize(
    ("name", "option", "path"),
    [
        ("service__web__stop_timeout", "service.web.stop_timeout", "web.stop_timeout"),
        ("SERVICE__WEB__STOP_TIMEOUT", "service . web . stop_timeout ", "web.stop_timeout"),
        ("SERVICE__WEB__BACKOFF__FIRST", "service.web.backoff.first", "web.backoff.first"),
        ("SERVICE__ASTRO__NICE", "service.astro@.nice", "astro@.nice"),
        ("SERVICE__ASTRO___NICE", "service.'astro@'.nice", "astro@.nice"),
        ("SERVICE__astro@__NICE", 'service."astro@".nice', "astro@.nice"),
        ("SERVICE__MY_APP_V2__STOP_TIMEOUT", "service.'my-app.v2'.stop_timeout", "my-app.v2"),
    ],
)
def test_a_name_is_found_as_a_shell_can_spell_it(
    overridden: Overridden, name: str, option: str, path: str
):
    for config in (overridden(f"{option}=7"), overridden(**{f"NURSERYD__{name}": "7"})):
        assert said(config) == []
        found = max((p for p, one in config.origins.items() if "a.toml" not in one.file), key=len)
        assert ".".join(map(str, found[1:])).startswith(path)
    assert str(config.origins[found]) == f"NURSERYD__{name}"


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("service.web.stop_timeout", "3", 3.0),
        ("service.web.stop_timeout", "${X:-4}", 4.0),
        ("service.web.autostart", "false", False),
        ("service.web.autostart", "0", False),
        ("service.web.directory", "/srv", "/srv"),
        ("service.web.directory", '"/srv"', "/srv"),
        ("service.web.directory", "", ""),
        ("service.web.directory", "a=b", "a=b"),
        ("service.web.directory", "1\nx = 2", "1\nx = 2"),
        ("service.web.directory", "[" * 100_000, "[" * 100_000),
        ("service.web.umask", "0755", "0755"),
        ("service.web.umask", "755", "755"),
        ("service.web.user", "1000", "1000"),
        ("service.web.restart", "always", "always"),
        ("service.web.command", '["a", "b"]', ("a", "b")),
        ("service.web.requires", '["astro@"]', ("astro@",)),
        ("service.web.requires", '{ db = "healthy" }', {"db": Condition.HEALTHY}),
        ("service.web.environment.A", "2", {"A": "2"}),
        ("service.web.environment.B", "true", {"A": "1", "B": "true"}),
        ("service.web.environment", "{ B = 'x' }", {"A": "1", "B": "x"}),
        ("service.web.limits", "[]", ()),
    ],
)
def test_a_value_is_toml_or_else_a_text(overridden: Overridden, key: str, text: str, value: object):
    config = overridden(f"{key}={text}")
    assert said(config) == []
    assert getattr(config.services[0], key.split(".")[2]) == value


def test_where_any_key_may_stand_it_is_taken_as_it_is_spelled(overridden: Overridden):
    config = overridden(
        NURSERYD__SERVICE__WEB__ENVIRONMENT__DJANGO__DEBUG="1",
        NURSERYD__SERVICE__WEB__ENVIRONMENT__a="2",
        NURSERYD__SERVICE__MY_APP_V2__OPTIONS__deep__er="2",
        NURSERYD__SERVICE__MY_APP_V2__OPTIONS__Deep="3",
        NURSERYD__CHANNELS__a__b="4",
        NURSERYD__SUPERVISOR__SOCKET="s",
        NURSERYD__HEALTH__WEB__PERIOD="5",
    )
    assert said(config) == []
    web, app, _ = config.services
    assert web.environment == {"A": "1", "DJANGO__DEBUG": "1", "a": "2"}
    assert app.options == {"deep": {"er": 2}, "Deep": 3}
    assert config.capacity == {"a__b": 4}
    assert config.settings.socket == "s"
    assert config.checks[0].period == 5
    assert config.origins["service", "my-app.v2", "options", "deep", "er"].file.endswith("er")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("SERVICE__WBE__NICE", "there is no 'WBE' in service; did you mean 'web'?"),
        ("SERVICE__WEB__NIECE", "there is no 'NIECE' in service.web; did you mean 'nice'?"),
        ("SERVICES__WEB__NICE", "there is no 'SERVICES' in the configuration; did you mean"),
        ("SERVICE__WEB__NICE__X", "there is no 'X' in service.web.nice"),
        ("SERVICE__WEB__LIMITS__0__PERIOD", "there is no '0' in service.web.limits"),
        ("SERVICE__WEB", "cannot set a whole table: name a key in it"),
        ("SUPERVISOR", "cannot set a whole table: name a key in it"),
        ("", "there is no '' in the configuration"),
        ("GROUP__G__MEMBERS", "there is no 'G' in group"),
        ("SUPERVISOR__INCLUDE", "cannot include from here"),
    ],
)
def test_an_override_that_hits_nothing_is_a_problem(overridden: Overridden, key: str, text: str):
    (problem,) = said(overridden(**{f"NURSERYD__{key}": "1"}))
    assert problem.startswith(f"NURSERYD__{key}: {text}")


@pytest.mark.parametrize("option", ["", "x", "=1", "service.web", "service..web=1", "a.=1", "'a=1"])
def test_an_option_of_another_form_is_a_problem(overridden: Overridden, option: str):
    (problem,) = said(overridden(option))
    assert problem.endswith("cannot set it: write it as service.NAME.KEY=VALUE")


def test_an_option_wants_names_as_they_are(overridden: Overridden):
    assert said(overridden("service.WEB.nice=1")) == [
        "--set service.WEB.nice: there is no 'WEB' in service; there is astro@, my-app.v2, web"
    ]


def test_a_value_that_does_not_fit_its_key_is_a_problem_of_the_override(overridden: Overridden):
    config = overridden(
        "service.web.stop_timeout=soon",
        "service.web.ready=now",
        "service.web.nice=0x" + "f" * 20,
        "service.web.environment.A.B=1",
    )
    assert said(config) == [
        "--set service.web.nice: cannot take it: a whole number of more than 64 bits",
        "--set service.web.environment.A.B: there is no 'B' in service.web.environment.A",
        "--set service.web.stop_timeout: service.web.stop_timeout: expected a number, got a text",
        "--set service.web.ready: service.web.ready: expected a table, got a text",
    ]


def test_two_spellings_of_one_key_are_a_problem_in_the_environment_alone(overridden: Overridden):
    assert said(overridden(NURSERYD__SERVICE__WEB__NICE="1", NURSERYD__service__web__nice="2")) == [
        "NURSERYD__service__web__nice: service.web.nice:"
        " cannot set what NURSERYD__SERVICE__WEB__NICE sets: keep one of them"
    ]
    config = overridden("service.web.nice=1", "service.'web'.nice=2")
    assert (said(config), config.services[0].nice) == ([], 2)


def test_a_spelling_that_fits_two_names_is_a_problem(tmp_path: Path):
    (tmp_path / "a.toml").write_text(TOML.replace("my-app.v2", "we.b").replace("astro@", "we-b"))
    config = load(tmp_path / "a.toml", {"NURSERYD__SERVICE__WE_B__NICE": "1"})
    assert said(config) == [
        "NURSERYD__SERVICE__WE_B__NICE: 'WE_B' may be we-b or we.b: use --set for it"
    ]


def test_a_table_comes_before_a_key_of_it(overridden: Overridden):
    config = overridden(
        NURSERYD__SERVICE__WEB__BACKOFF__FIRST="2",
        NURSERYD__SERVICE__WEB__BACKOFF="{ first = 1, factor = 3 }",
    )
    backoff = config.services[0].backoff
    assert (backoff.first, backoff.factor) == (2.0, 3.0)


@given(
    st.text(max_size=60),
    st.text(),
    st.sampled_from(["", "SERVICE__a__", "service.a.", "CHANNELS__"]),
)
def test_any_override_is_laid_somewhere_or_refused(key: str, text: str, start: str):
    tree = nodes({"service": {"a": {"kind": "task"}, "b@": 3}}, Document("f"))
    for read in (
        lambda: from_environment({f"NURSERYD__{start}{key}": text})[0],
        lambda: from_option(f"{start}{key}={text}"),
        lambda: from_option(start + key),
    ):
        try:
            path, node = layer(read(), tree)
        except ConfigError as error:
            assert error.problems  # noqa: PT017
        else:
            assert path
            assert node.written is not None
