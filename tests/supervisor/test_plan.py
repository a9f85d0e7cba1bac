from __future__ import annotations

import sys
from pathlib import Path

import pytest

from supervisor.config import Config, ConfigError, load
from supervisor.kinds import KINDS
from supervisor.plan import Plan, plan
from supervisor.sequence import worst_stop
from supervisor.spec import TARGETS, WAYS, ProcessSpec, ServiceSpec, TaskSpec
from tests.supervisor.fakes import steady
from tests.supervisor.real import ROOT

STEADY = 'kind = "task"\nrun = "tests.supervisor.bodies:steady"'
TRUE = 'kind = "process"\ncommand = ["true"]'


@pytest.fixture
def planned(tmp_path: Path):
    def planned(toml: str) -> Plan:
        path = tmp_path / "a.toml"
        path.write_text(toml)
        return plan(load(path, {}))

    return planned


@pytest.fixture
def problems(planned):
    def problems(toml: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            planned(toml)
        return [f"{one.table}.{one.key}: {one.text}" for one in caught.value.problems]

    return problems


def names(planned: Plan) -> list[str]:
    return [one.spec.name for one in planned.services]


def test_services_start_after_what_they_follow(planned):
    it = planned(
        f"""
        [service.c]\n{STEADY}\nafter = ["b"]
        [service.a]\n{STEADY}
        [service.b]\n{STEADY}\nrequires = ["a"]
        """
    )
    assert names(it) == ["a", "b", "c"]


def test_members_of_a_group_start_and_stop_in_its_order_where_one_begins_anew_with_another(planned):
    services = f"""
        [service.a]\n{TRUE}\nstop_timeout = 3
        [service.b]\n{TRUE}\nstop_timeout = 4
        [service.c]\n{TRUE}\nstop_timeout = 1
        [group.g]\nmembers = ["c", "b", "a"]
        """
    in_order = planned(services + 'strategy = "rest_for_one"')
    assert (names(in_order), in_order.worst_stop) == (["c", "b", "a"], 8.0)
    any_order = planned(services + 'strategy = "one_for_one"')
    assert (names(any_order), any_order.worst_stop) == (["a", "b", "c"], 4.0)


def test_a_template_is_planned_and_not_started(planned):
    it = planned(f'[service."a@"]\n{TRUE}\n[service.b]\n{STEADY}')
    assert names(it) == ["b"]
    assert [spec.name for spec in it.templates] == ["a@"]


def test_a_configuration_of_nothing_is_a_plan_of_nothing(planned):
    assert planned("") == Plan()


def test_unknown_names_get_the_nearest(problems):
    assert problems(
        f"""
        [service.database]\n{STEADY}
        [service.a]\n{STEADY}\nrequires = ["databose"]\nafter = ["zzz"]
        [health.h]\nservice = "datbase"\ntcp = "h:1"
        """
    ) == [
        "health.h.service: 'datbase' is no service; did you mean 'database'?",
        "service.a.after: 'zzz' is no service; there is a, database, prober",
        "service.a.requires: 'databose' is no service; did you mean 'database'?",
    ]


def test_a_template_cannot_be_required(problems):
    assert problems(f'[service."t@"]\n{TRUE}\n[service.a]\n{STEADY}\nrequires = ["t@"]') == [
        "service.a.requires: 't@' is a template; name a service"
    ]


def test_a_mistake_in_one_service_is_not_told_again_by_those_that_name_it(problems):
    assert problems(
        f"""
        [service.a]\nkind = "task"
        [service.b]\nkind = "tusk"
        [service.c]\n{STEADY}\nrequires = ["a", "b"]\nasks = ["x"]
        """
    ) == [
        "service.a.run: is missing",
        "service.b.kind: no kind 'tusk'; did you mean 'task'?",
    ]


def test_a_circle_is_shown_as_one(problems):
    (problem,) = problems(
        f"""
        [service.a]\n{STEADY}\nafter = ["c"]
        [service.b]\n{STEADY}\nrequires = ["a"]
        [service.c]\n{STEADY}\nafter = ["b"]
        """
    )
    where, _, circle = problem.partition(".after: waits for itself: ")
    services = circle.split(" after ")
    assert where == f"service.{services[0]}"
    assert services[0] == services[-1]
    follows = {"a": "c", "b": "a", "c": "b"}
    assert [follows[name] for name in services[:-1]] == services[1:]


def test_a_circle_is_told_by_the_key_that_closes_it(problems):
    assert problems(f'[service.a]\n{STEADY}\nrequires = ["a"]') == [
        "service.a.requires: waits for itself: a after a"
    ]


def test_where_there_is_a_check_there_is_somebody_who_probes(planned):
    check = '[health.a]\nservice = "a"\ntcp = "127.0.0.1:80"'
    probed = planned(f"[service.a]\n{TRUE}\n{check}")
    assert [service.spec.name for service in probed.services] == ["a", "prober"]
    own = '[service.mine]\nkind = "task"\nrun = "supervisor.health:serve"\ncontrol = true'
    mine = planned(f"[service.a]\n{TRUE}\n{own}\n{check}")
    assert [service.spec.name for service in mine.services] == ["a", "mine"]


def test_a_service_cannot_come_after_itself(problems):
    assert problems(f'[service.a]\n{STEADY}\nafter = ["a"]') == [
        "service.a.after: waits for itself: a after a"
    ]


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ('sends = ["x"]', "sends: nobody receives 'x'"),
        ('receives = ["x"]', "receives: nobody sends 'x'"),
        ('asks = ["x"]', "asks: nobody answers 'x'"),
        ('answers = ["x"]', "answers: nobody asks 'x'"),
        ('publishes = ["x"]', "publishes: nobody watches 'x'"),
        ('watches = ["x"]', "watches: nobody publishes 'x'"),
    ],
)
def test_a_channel_needs_both_ends(problems, ends: str, text: str):
    assert problems(f"[service.a]\n{STEADY}\n{ends}") == [f"service.a.{text}"]


def test_a_desk_has_one_who_answers(problems):
    assert problems(
        f"""
        [service.a]\n{STEADY}\nasks = ["x"]\nanswers = ["x"]
        [service.b]\n{STEADY}\nanswers = ["x"]
        """
    ) == ["service.b.answers: 'x' has several: a, b"]


def test_streams_and_boards_may_have_many_ends(planned):
    ends = 'sends = ["s"]\nreceives = ["s"]\npublishes = ["b"]\nwatches = ["b"]'
    it = planned(f"[service.a]\n{STEADY}\n{ends}\n[service.b]\n{STEADY}\n{ends}")
    assert {name: (c.writers, c.readers) for name, c in it.channels.items()} == {
        "s": (("a", "b"), ("a", "b")),
        "b": (("a", "b"), ("a", "b")),
    }


def test_a_channel_has_one_pattern(problems):
    assert problems(
        f"""
        [service.a]\n{STEADY}\nsends = ["x"]\nreceives = ["x"]
        [service.b]\n{STEADY}\nasks = ["x"]\nanswers = ["x"]
        """
    ) == ["service.b.asks: 'x' is sends/receives and asks/answers"]


def test_a_buffer_belongs_to_a_channel(problems, planned):
    ends = 'sends = ["activity"]\nreceives = ["activity"]'
    assert planned(f"[service.a]\n{STEADY}\n{ends}\n[channels]\nactivity = 5").capacity == {
        "activity": 5
    }
    assert problems(f"[service.a]\n{STEADY}\n{ends}\n[channels]\nactivty = 5") == [
        "channels.activty: no service names this channel; did you mean 'activity'?"
    ]


@pytest.mark.parametrize(
    ("run", "text"),
    [
        ("no.such.module:f", "cannot import no.such.module: ModuleNotFoundError: No module named"),
        ("tests.supervisor.bodies:missing", "tests.supervisor.bodies has no function 'missing'"),
        ("tests.supervisor.bodies:NO_FUNCTION", "tests.supervisor.bodies has no function 'NO_"),
        ("bodies", "'bodies' is not of the form package.module:function"),
        (":f", "':f' is not of the form"),
        ("m:", "'m:' is not of the form"),
        (".m:f", "cannot import .m: TypeError"),
    ],
)
def test_what_runs_must_be_there(problems, run: str, text: str):
    (problem,) = problems(f'[service.a]\nkind = "task"\nrun = "{run}"')
    assert problem.startswith(f"service.a.run: {text}")


def test_a_module_that_breaks_on_import_is_a_problem(problems, tmp_path: Path, monkeypatch):
    (tmp_path / "breaks_on_import.py").write_text("import nowhere_to_be_found")
    (tmp_path / "no_python.py").write_text("def")
    (tmp_path / "a_script.py").write_text("raise SystemExit(3)")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    found = problems(
        """
        [service.a]\nkind = "task"\nrun = "breaks_on_import:f"
        [service.b]\nkind = "task"\nrun = "no_python:f"
        [service.c]\nkind = "task"\nrun = "a_script:f"
        """
    )
    assert found[0].startswith("service.a.run: cannot import breaks_on_import: ModuleNotFound")
    assert found[1].startswith("service.b.run: cannot import no_python: SyntaxError")
    assert found[2] == "service.c.run: cannot import a_script: SystemExit: 3"


def test_every_bad_option_of_a_task_is_named(problems):
    assert problems(
        f'[service.a]\n{STEADY}\noptions = {{ prot = 1, port = "x", hosts = [1], mode = "odd" }}'
    ) == [
        "service.a.options.hosts: expected a text, got a whole number - at `$[0]`",
        "service.a.options.mode: cannot be 'odd'; there is fast, safe",
        "service.a.options.port: expected a whole number, got a text",
        "service.a.options.prot: no such option; did you mean 'port'?",
    ]


def test_an_option_without_a_default_must_be_there(problems):
    needy = '[service.a]\nkind = "task"\nrun = "tests.supervisor.needy:serve"\n'
    assert problems(needy) == ["service.a.options.first: is missing"]
    assert problems(f"{needy}options = {{ frst = 1 }}") == [
        "service.a.options.first: is missing",
        "service.a.options.frst: no such option; did you mean 'first'?",
    ]


def test_options_that_do_not_fit_together_are_a_problem_of_all_of_them(problems):
    needy = '[service.a]\nkind = "task"\nrun = "tests.supervisor.needy:serve"\n'
    assert problems(f"{needy}options = {{ first = 2, last = 1 }}") == [
        "service.a.options: last is before first"
    ]


def test_an_option_may_be_a_text_that_says_a_number(planned):
    planned(f'[service.a]\n{STEADY}\noptions = {{ port = "81" }}')


def test_a_module_without_options_takes_none(problems):
    assert problems('[service.a]\nkind = "task"\nrun = "trio:sleep"\noptions = { x = 1 }') == [
        "service.a.options: trio:sleep takes no options"
    ]


def test_everything_wrong_with_a_process_is_named(problems):
    assert problems(
        f'[service.a]\n{TRUE}\nstop_signal = "TREM"\nready = {{ tcp = "h:1", delay = 1 }}'
    ) == [
        f"service.a.ready: set exactly one of {', '.join(WAYS)}",
        "service.a.stop_signal: 'TREM' is no signal",
    ]


@pytest.mark.parametrize(
    ("ready", "text"),
    [
        ("{}", f"set exactly one of {', '.join(WAYS)}"),
        ('{ log = "(" }', "log is not a regular expression: "),
        ('{ log = "x{99999999999}" }', "log is not a regular expression: "),
        pytest.param(
            '{ log = "' + "(" * 5000 + ")" * 5000 + '" }',
            "log is not a regular expression: ",
            id="too deep",
        ),
        ('{ http = "https://h/" }', "http is not an address such as http://127.0.0.1:8080/health"),
        ('{ http = "http://h/a b" }', "http is not an address"),
        ('{ http = "http://h/é" }', "http is not an address"),
        ('{ http = "http://h:99999/" }', "http is not an address"),
        ('{ http = "http://[h/" }', "http is not an address"),
        ('{ tcp = "h" }', "tcp is not of the form host:port"),
        ('{ tcp = ":80" }', "tcp is not of the form host:port"),
        ('{ tcp = "h:0" }', "tcp is not of the form host:port"),
        ('{ tcp = "h:²" }', "tcp is not of the form host:port"),
    ],
)
def test_what_can_never_be_ready_is_a_problem(problems, ready: str, text: str):
    (problem,) = problems(f"[service.a]\n{TRUE}\nready = {ready}")
    assert problem.startswith(f"service.a.ready: {text}")


@pytest.mark.parametrize(
    ("check", "text"),
    [
        ('http = "http://h/"\ntcp = "h:1"', f"http: set exactly one of {', '.join(TARGETS)}"),
        ("", f"http: set exactly one of {', '.join(TARGETS)}"),
        ('http = "ftp://h/"', "http: http is not an address"),
        ('tcp = "h"', "tcp: tcp is not of the form"),
        ('tcp = "h:1"\ntimeout = 20', "timeout: is 20 s, and the period 10 s; raise the period"),
        ('tcp = "h:1"\nperiod = 2', "timeout: is 3 s, and the period 2 s; raise the period"),
    ],
)
def test_a_check_that_cannot_work_is_a_problem(problems, check: str, text: str):
    (problem,) = problems(f'[service.a]\n{TRUE}\n[health.h]\nservice = "a"\n{check}')
    assert problem.startswith(f"health.h.{text}")


def test_a_stop_must_fit_into_the_shutdown(problems, planned):
    chain = f"""
        [service.a]\n{TRUE}\nstop_timeout = 10
        [service.b]\n{TRUE}\nstop_timeout = 10\nafter = ["a"]
        [service.c]\n{TRUE}\nstop_timeout = 6\nrequires = ["b"]
        [service.beside]\n{TRUE}\nstop_timeout = 20
        """
    assert problems(chain) == [
        "supervisor.shutdown_timeout: is 25 s, and stopping in order may take 26 s;"
        " raise it or lower a stop_timeout"
    ]
    assert planned(f"[supervisor]\nshutdown_timeout = 26\n{chain}").worst_stop == 26.0


def test_what_stands_side_by_side_stops_side_by_side():
    specs = [
        ProcessSpec(name="a", command=("a",), stop_timeout=3),
        ProcessSpec(name="b", command=("b",), stop_timeout=4),
        TaskSpec(name="c", run="c:c", stop_timeout=1, requires=("a",), after=("b", "a")),
    ]
    assert worst_stop({spec.name: spec for spec in specs}, ()) == 5.0
    assert worst_stop({}, ()) == 0.0


def test_what_no_instance_could_ever_do_is_a_problem_of_its_template(problems, planned):
    bad = problems(
        f"""
        [service."a@"]\n{TRUE}\nready = {{ tcp = "{{host}}" }}
        [health.a]\nservice = "a@"\nhttp = "ftp://127.0.0.1:{{port}}/"
        """
    )
    assert [problem.split(": ")[0] for problem in bad] == ["health.a.http", "service.a@.ready"]
    assert planned(f'[service."a@"]\n{TRUE}\nready = {{ tcp = "127.0.0.1:{{port}}" }}')


def test_a_budget_beyond_all_measure_is_refused_at_once(problems):
    (problem,) = problems(f"[service.a]\n{TRUE}\nbudget = {{ restarts = 1000000000 }}")
    assert problem.startswith("service.a.budget.restarts: ")


def test_a_budget_that_can_never_be_used_up_is_a_problem(problems, planned):
    budget = "backoff = { first = 10, limit = 10, jitter = 0 }\nbudget = { restarts = 3, period = "
    assert problems(f"[service.a]\n{TRUE}\n{budget} 30 }}") == [
        "service.a.budget: can never be used up: 3 restarts take at least 30 s of backoff,"
        " and its period is 30 s"
    ]
    assert planned(f"[service.a]\n{TRUE}\n{budget} 31 }}")


def test_problems_of_reading_and_of_planning_come_together(problems):
    assert problems(
        f"""
        [supervisor]\nlogg = "json"
        [service.a]\n{STEADY}\nrequires = ["c"]
        [service.b]\n{TRUE}\nstop_signal = "NO"
        """
    ) == [
        "service.a.requires: 'c' is no service; there is a, b",
        "service.b.stop_signal: 'NO' is no signal",
        "supervisor.logg: no such key; did you mean 'log'?",
    ]


@pytest.mark.parametrize("file", ["local.toml", "container.toml"])
def test_a_shipped_configuration_can_be_planned(file: str):
    config = load(ROOT / "config" / file, {})
    assert names(plan(config))


def test_a_service_of_another_kind_need_have_no_channels(monkeypatch: pytest.MonkeyPatch):
    class Third(ServiceSpec, frozen=True, kw_only=True, tag="third"):
        """A kind that somebody adds."""

    monkeypatch.setitem(KINDS, "third", lambda _: steady())
    services = (Third(name="one"), TaskSpec(name="two", run="tests.supervisor.bodies:steady"))
    planned = plan(Config("a.toml", services=services, names=frozenset({"one", "two"})))
    assert names(planned) == ["one", "two"]
