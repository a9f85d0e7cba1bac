import pytest

from supervisor.desk import Refused
from supervisor.spec import HealthSpec, ProcessSpec, Ready, TaskSpec
from supervisor.template import fill, sample, template_of

ASTRO = ProcessSpec(
    name="astro@",
    requires=("previews",),
    command=("node", "{runner}", "--port={port}"),
    directory="/{root}/{root}",
    environment={"WHO": "{instance}"},
    ready=Ready(http="http://127.0.0.1:{port}/", any_status=True),
    stop_timeout=3.0,
)
PARAMETERS = {"runner": "run.mjs", "port": "4000", "root": "site", "instance": "t1"}


def test_every_text_is_filled_in_and_the_rest_stays():
    assert fill(ASTRO, PARAMETERS, name="astro@t1") == ProcessSpec(
        name="astro@t1",
        requires=("previews",),
        command=("node", "run.mjs", "--port=4000"),
        directory="/site/site",
        environment={"WHO": "t1"},
        ready=Ready(http="http://127.0.0.1:4000/", any_status=True),
        stop_timeout=3.0,
    )


def test_a_checks_target_is_filled_in_too():
    check = HealthSpec(name="page", service="astro@", http="http://127.0.0.1:{port}/")
    assert fill(check, PARAMETERS).http == "http://127.0.0.1:4000/"


def test_a_tasks_options_are_filled_in_at_any_depth():
    spec = TaskSpec(name="t@", run="m:f", options={"a": ["{port}", {"b": "{root}"}], "n": 3})
    assert fill(spec, PARAMETERS).options == {"a": ["4000", {"b": "site"}], "n": 3}


def test_all_that_is_missing_is_named_at_once():
    with pytest.raises(Refused, match="cannot fill in port, runner: pass a parameter"):
        fill(ASTRO, {"root": "r", "instance": "t1"})


def test_a_value_is_taken_as_it_is_and_never_filled_in_again():
    filled = fill(ASTRO, PARAMETERS | {"runner": "{port}"})
    assert filled.command[1] == "{port}"


def test_an_item_with_dots_becomes_as_many_as_its_parameter_has():
    spec = ProcessSpec(name="i@", command=("{program}", "{arguments...}", "x{arguments...}"))
    given = {"program": "npm", "arguments": '["ci", "a \\"b\\"", "{program}"]'}
    assert fill(spec, given).command == ("npm", "ci", 'a "b"', "{program}", "x{arguments...}")
    assert fill(spec, given | {"arguments": "[]"}).command == ("npm", "x{arguments...}")
    assert sample(spec).command == ("1", "1", "x{arguments...}")


def test_items_that_are_missing_or_no_array_are_refused():
    spec = ProcessSpec(name="i@", command=("npm", "{arguments...}"))
    with pytest.raises(Refused, match="cannot fill in arguments: pass a parameter"):
        fill(spec, {})
    for wrong in ("ci", "[1]", '{"a": "b"}', "\udcff"):
        with pytest.raises(Refused, match="pass a JSON array of texts"):
            fill(spec, {"arguments": wrong})


def test_what_comes_of_it_must_be_a_service_that_could_be_declared():
    spec = ProcessSpec(name="i@", command=("{command...}",))
    with pytest.raises(Refused, match=r"array. of length >= 1 - at .\$.command.; pass parameters"):
        fill(spec, {"command": "[]"})


@pytest.mark.parametrize("text", ["{PORT}", "{}", "{ port }", "${HOME}", "{0}"])
def test_other_braces_are_no_placeholders(text):
    assert fill(TaskSpec(name="t@", run=text), {}).run == text


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("astro@t1", "astro@"),
        ("astro@a.b-c_d:9", "astro@"),
        ("astro@" + "x" * 128, "astro@"),
        ("astro@" + "x" * 129, None),
        ("astro@", None),
        ("astro", None),
        ("@t1", None),
        ("astro@../../etc", None),
        ("astro@-t1", None),
        ("astro@t1@t2", None),
        ("astro@t1\n", None),
    ],
)
def test_an_instance_is_named_by_its_template_and_a_plain_word(name, template):
    assert template_of(name) == template
