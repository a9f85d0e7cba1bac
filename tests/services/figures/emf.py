"""The specification of CloudWatch's embedded metric format as a JSON schema, and its other rules.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json

import jsonschema

UNITS = [
    "Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits",
    "Megabits Gigabits Terabits Percent Count None Bytes/Second Kilobytes/Second Megabytes/Second",
    "Gigabytes/Second Terabytes/Second Bits/Second Kilobits/Second Megabits/Second",
    "Gigabits/Second Terabits/Second Count/Second",
]
TARGET = {"type": "string", "minLength": 1, "maxLength": 1024}
METRIC = {
    "type": "object",
    "required": ["Name"],
    "additionalProperties": False,
    "properties": {
        "Name": TARGET,
        "Unit": {"enum": " ".join(UNITS).split()},
        "StorageResolution": {"enum": [1, 60]},
    },
}
DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "additionalProperties": False,
    "properties": {
        "Namespace": TARGET,
        "Dimensions": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "array", "maxItems": 30, "items": {**TARGET, "maxLength": 250}},
        },
        "Metrics": {"type": "array", "minItems": 1, "maxItems": 100, "items": METRIC},
    },
}
SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer", "minimum": 10**12},  # milliseconds
                "CloudWatchMetrics": {"type": "array", "minItems": 1, "items": DIRECTIVE},
            },
        }
    },
}
VALUE = {"type": "number"}
VALUES = {"anyOf": [VALUE, {"type": "array", "minItems": 1, "maxItems": 100, "items": VALUE}]}
DIMENSION = {"type": "string", "minLength": 1, "maxLength": 1024, "pattern": r"^[!-9;-~][ -~]*$"}
# What Docker's log driver hands on in one piece; CloudWatch itself takes far more.
MOST_BYTES = 16 * 1024


def check(line: str) -> dict:
    """One line of a log as what CloudWatch makes of it: metrics by name, each with its values."""
    assert len(line.encode()) < MOST_BYTES
    record = json.loads(line)
    jsonschema.validate(record, SCHEMA)
    found: dict = {}
    for directive in record["_aws"]["CloudWatchMetrics"]:
        for dimension in (name for names in directive["Dimensions"] for name in names):
            jsonschema.validate(record[dimension], DIMENSION)
        for metric in directive["Metrics"]:
            value = record[metric["Name"]]
            jsonschema.validate(value, VALUES)
            found[metric["Name"]] = value if isinstance(value, list) else [value]
    return found
