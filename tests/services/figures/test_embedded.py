import json

from services.figures.embedded import records
from services.figures.samples import MOST, Figure, Samples
from tests.services.figures.emf import check

NOW = 1_790_000_000.25


def written(samples, fleet="site"):
    return [json.dumps(members) for members in records(samples.take(), fleet, NOW)]


def test_every_figure_is_as_the_specification_wants_it():
    samples = Samples()
    for figure in Figure:
        samples.add(figure, 1.23456)
    samples.add(Figure.TURN_SECONDS, 7)
    [line] = written(samples)
    assert check(line) == {
        "TurnSeconds": [1.235, 7],
        "TurnFailures": [1.235],
        "PreviewSeconds": [1.235],
        "ServiceFailures": [1.235],
        "MemoryMegabytes": [1.235],
    }
    record = json.loads(line)
    [directive] = record["_aws"]["CloudWatchMetrics"]
    assert record["_aws"]["Timestamp"] == 1_790_000_000_250
    assert (directive["Namespace"], directive["Dimensions"]) == ("nurseryd", [["Fleet"]])
    assert record["Fleet"] == "site"
    assert {each["Name"]: each["Unit"] for each in directive["Metrics"]} == {
        "TurnSeconds": "Seconds",
        "TurnFailures": "Count",
        "PreviewSeconds": "Seconds",
        "ServiceFailures": "Count",
        "MemoryMegabytes": "Megabytes",
    }


def test_nothing_makes_no_record_and_is_taken_once():
    samples = Samples()
    assert written(samples) == []
    samples.add(Figure.MEMORY, 200)
    assert [check(line) for line in written(samples)] == [{"MemoryMegabytes": [200]}]
    assert written(samples) == []


def test_more_values_than_a_record_may_have_go_on_in_the_next():
    samples = Samples()
    samples.add(Figure.MEMORY, 200)
    for number in range(250):
        samples.add(Figure.TURN_SECONDS, number)
    first, *others = [check(line) for line in written(samples)]
    assert first == {"TurnSeconds": list(range(100)), "MemoryMegabytes": [200]}
    assert others == [{"TurnSeconds": list(range(100, 200))}, {"TurnSeconds": [*range(200, 250)]}]


def test_what_waits_for_ever_takes_no_more_than_so_much():
    samples = Samples()
    for number in range(MOST + 5):
        samples.add(Figure.TURN_SECONDS, number)
    assert sum(len(check(line)["TurnSeconds"]) for line in written(samples)) == MOST
