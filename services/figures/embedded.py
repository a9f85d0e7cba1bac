"""CloudWatch's embedded metric format: values in a record of a log, and how to read them. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.figures.samples import Figure

NAMESPACE = "nurseryd"
DIMENSION = "Fleet"
MOST = 100  # values of a metric in one record


def records(
    values: Mapping[Figure, list[float]], fleet: str, now: float
) -> Iterator[dict[str, Any]]:
    """The members of as many records as it takes; none for nothing. `now` is in Unix seconds."""
    for begin in range(0, max(map(len, values.values()), default=0), MOST):
        some = {name: each[begin : begin + MOST] for name, each in values.items() if each[begin:]}
        metrics = [{"Name": str(name), "Unit": name.unit} for name in some]
        directive = {"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics}
        yield {
            "_aws": {"Timestamp": int(now * 1000), "CloudWatchMetrics": [directive]},
            DIMENSION: fleet,
            **{str(name): each[0] if len(each) == 1 else each for name, each in some.items()},
        }
