"""What a person can get wrong about how services stand to one another and when they start."""

from __future__ import annotations

from pathlib import Path

import pytest

from supervisor.config import ConfigError, load
from supervisor.plan import plan

TRUE = 'kind = "process"\ncommand = ["true"]\n'
TWO = f"[service.a]\n{TRUE}[service.b]\n{TRUE}"


@pytest.fixture
def problems(tmp_path: Path):
    def problems(toml: str) -> list[str]:
        path = tmp_path / "a.toml"
        path.write_text(toml)
        try:
            plan(load(path, {}))
        except ConfigError as error:
            return [f"{one.table}.{one.key}: {one.text}" for one in error.problems]
        return []

    return problems


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ('requires = { a = "healthy" }', "requires: nobody would find a healthy: it has no check"),
        ('requires = { c = "started" }', "requires: 'c' is no service; there is a, b"),
        ('wants = ["c"]', "wants: 'c' is no service; there is a, b"),
        ('restarts_with = ["a"]', "restarts_with: 'a' is not in requires"),
        ("schedule = {}", "schedule: set exactly one of every and cron"),
        (
            "essential = true\nschedule = { every = 60 }",
            "essential: with a schedule it ends again and again",
        ),
        (
            "limits = [{ causes = [300], restarts = 0 }]",
            "limits[0].causes: 300 is no exit code: those are 0 to 255",
        ),
        (
            'limits = [{ causes = ["SEGV"], restarts = 100, period = 9 }]',
            "limits[0]: can never be used up: 100 restarts take at least",
        ),
        ('after = ["b"]', "after: waits for itself: b after b"),
    ],
)
def test_what_cannot_work_is_a_problem(problems, lines: str, problem: str):
    (found,) = problems(TWO + lines)
    assert found.startswith(f"service.b.{problem}")


def test_a_service_with_a_check_can_be_waited_for_until_it_is_healthy(problems):
    check = '[health.h]\nservice = "a"\nexec = ["true"]\n'
    assert problems(f'{TWO}requires = {{ a = "healthy" }}\n{check}') == []


def test_one_may_begin_anew_with_whatever_it_requires(problems):
    assert problems(f'{TWO}requires = ["a"]\nrestarts_with = ["a"]\n') == []


def test_what_is_no_pattern_hides_nothing_and_is_a_problem(problems):
    (found,) = problems('[supervisor]\nredact = ["sk-[a-z]+", "sk-["]')
    assert found.startswith("supervisor.redact[1]: ")


def test_what_a_circle_is_made_of_is_named_with_its_key(problems):
    (found,) = problems(f'[service.a]\n{TRUE}wants = ["b"]\n[service.b]\n{TRUE}wants = ["a"]')
    assert "wants: waits for itself" in found


def test_a_template_has_no_schedule(problems):
    found = problems(f'[service."t@"]\n{TRUE}schedule = {{ every = 1 }}')
    assert found == ["service.t@.schedule: a template is started on request alone"]


def test_a_check_that_restarts_what_never_restarts_is_a_problem(problems):
    check = '[health.h]\nservice = "b"\nexec = ["true"]\non_unhealthy = "restart"\n'
    assert problems(f'{TWO}restart = "never"\n{check}') == [
        'health.h.on_unhealthy: b has restart = "never"'
    ]


def test_members_of_a_group_are_services_and_in_no_other(problems):
    groups = '[group.g]\nmembers = ["a", "c", "t@"]\n[group.h]\nmembers = ["a"]\n'
    assert problems(f'{TWO}[service."t@"]\n{TRUE}{groups}') == [
        "group.g.members: 'a' is a member 2 times",
        "group.g.members: 'c' is no service; there is a, b, t@",
        "group.g.members: 't@' is a template; name a service",
        "group.h.members: 'a' is a member 2 times",
    ]


def test_the_order_of_a_group_and_the_order_of_its_services_must_agree(problems):
    group = '[group.g]\nmembers = ["b", "a"]\nstrategy = "one_for_all"\n'
    (found,) = problems(f'{TWO}after = ["a"]\n{group}')
    assert "waits for itself" in found


def test_a_group_whose_members_do_not_concern_one_another_has_no_order(problems):
    assert problems(f'{TWO}after = ["a"]\n[group.g]\nmembers = ["b", "a"]\n') == []


def test_the_order_of_a_group_counts_for_the_worst_case_stop(problems):
    slow = f"[service.a]\n{TRUE}stop_timeout = 20\n[service.b]\n{TRUE}stop_timeout = 20\n"
    assert problems(f'{slow}[group.g]\nmembers = ["a", "b"]\n') == []
    (found,) = problems(f'{slow}[group.g]\nmembers = ["a", "b"]\nstrategy = "rest_for_one"\n')
    assert found.startswith("supervisor.shutdown_timeout: is 25 s, and stopping in order may")


def test_a_service_with_the_name_of_whoever_probes_leaves_nobody_to_do_it(problems):
    checked = f'[service.prober]\n{TRUE}[health.a]\nservice = "prober"\ntcp = "h:1"\n'
    assert problems(checked) == [
        "service.prober.: whoever probes the checks has this name: call the service something else"
    ]
    ours = '[service.mine]\nkind = "task"\nrun = "supervisor.health:serve"\ncontrol = true\n'
    assert problems(checked + ours) == []
    assert problems(f"[service.prober]\n{TRUE}") == []


def test_a_template_answers_nobody(problems):
    run = 'kind = "task"\nrun = "tests.supervisor.fakes:serve"\n'
    toml = f'[service."t@"]\n{run}answers = ["x"]\n[service.a]\n{run}asks = ["x"]\n'
    assert problems(toml) == ["service.t@.answers: 'x' would have as many as there are instances"]


REPORTER = f'[service."p@"]\n{TRUE}reports = "said"\n'
READER = '[service.r]\nkind = "task"\nrun = "supervisor.health:serve"\n{} = ["said"]\n'


def test_what_a_program_reports_must_be_received(problems):
    assert problems(REPORTER) == ["service.p@.reports: nobody receives 'said'"]
    assert problems(REPORTER + READER.format("receives")) == []


def test_a_board_is_no_place_for_reports(problems):
    found = problems(REPORTER + READER.format("watches"))
    assert "service.r.watches: nobody publishes 'said'" not in found
    assert found[0].startswith("service.p@.reports")
