"""The README's sums are right, whatever the prices are."""

from __future__ import annotations

import re

import pytest

from tests.ecs.stack import ROOT, template

HOURS = 730  # of a month
SECTION = " ".join((ROOT / "config/ecs/README.md").read_text(encoding="utf-8").split())
TIMES = "\N{MULTIPLICATION SIGN}"
TERMS = rf"(?:\d[\d.]*|\()[\d.{TIMES}+() ]*[{TIMES}+][\d.{TIMES}+() ]*?"
SUM = re.compile(rf"({TERMS}) (?:=|are) (\d+\.\d+)")
VCPU, GB, ADDRESS, USED = (0.04048, 0.03238), (0.004445, 0.00356), 0.005, 43.75


def test_every_sum_adds_up() -> None:
    sums = SUM.findall(SECTION)
    assert len(sums) >= 9
    for terms, total in sums:
        digits = len(total.partition(".")[2])
        value = eval(terms.replace(TIMES, "*"))
        assert value == pytest.approx(float(total), abs=0.51 * 10**-digits), terms


def test_the_table_of_months_follows_from_the_prices_and_the_template() -> None:
    resources = template()["Resources"].values()
    alarms = [one["Properties"] for one in resources if one["Type"] == "AWS::CloudWatch::Alarm"]
    watched = sum(sum("MetricStat" in m for m in one.get("Metrics", ())) or 1 for one in alarms)
    metrics = sum(one.get("Namespace") == "nurseryd" for one in alarms)
    stack = HOURS * (0.0225 + 2 * ADDRESS) + 0.30 * metrics + 0.10 * watched + 0.40
    each = 0.5 * 0.30 + 1 * 0.03 + 0.5 * 0.06 + 0.002 * USED * 0.50
    x86, arm = (cpu + 2 * memory for cpu, memory in zip(VCPU, GB, strict=True))
    for editors, load in ((1, 0), (50, 0), (1000, 24.5 * 0.008 * 168)):
        months = [
            f"{stack + load + editors * (USED * (hour + ADDRESS) + each):,.2f}"
            for hour in (x86, arm, 0.3 * x86)
        ]
        what = f"{editors:,} editor" + "s" * (editors > 1)
        assert f"| {what} | {' | '.join(months)} |" in SECTION
