"""What a variable says in place of a secret, resolved by real boto3 at moto's server."""

from __future__ import annotations

import json

import pytest

from services.aws import Reference, Remembered, Secrets
from supervisor.desk import Refused
from tests.services.cloud import Cloud

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:site-AbCdEf"


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("secretsmanager:acme/site", Reference("acme/site")),
        ("secretsmanager:acme/site#GITHUB_TOKEN", Reference("acme/site", "GITHUB_TOKEN")),
        ("secretsmanager:acme/site#", Reference("acme/site")),
        (f"secretsmanager:{ARN}", Reference(ARN)),
        (f"secretsmanager:{ARN}#a:b#c", Reference(ARN, "a:b#c")),
        ("t0ken", None),
        ("", None),
        (ARN, None),
    ],
)
def test_a_reference_names_a_secret_and_a_key(value: str, meant: Reference | None) -> None:
    assert Reference.of(value) == meant


def test_it_is_read_once_and_anew_when_it_was_forgotten(cloud: Cloud) -> None:
    told: list[str] = []
    secrets = Remembered(Secrets().read, told.append)
    arn = cloud.put("site", json.dumps({"a": " old\n", "b": "other"}))
    for name in ("site", arn):
        assert secrets.text(Reference(name, "a")) == "old"
    cloud.put("site", json.dumps({"a": "new", "b": "other"}))
    assert secrets.text(Reference("site", "a")) == "old"
    secrets.forget(Reference("site", "b"))
    assert secrets.text(Reference("site", "a")) == "new"
    assert secrets.text(Reference(arn, "a")) == "old"
    assert {*told} == {"old", "new"}


def test_one_that_is_not_there_is_asked_for_again(cloud: Cloud) -> None:
    secrets = Remembered(Secrets().read)
    with pytest.raises(Refused, match="cannot read the secret site"):
        secrets.text(Reference("site"))
    cloud.put("site", "t0ken")
    assert secrets.text(Reference("site")) == "t0ken"


@pytest.mark.parametrize("text", ["t0ken", '["t0ken"]', '{"a": "t0ken"}', '{"key": 1}'])
def test_a_key_that_is_not_there_is_refused_and_nothing_repeated(cloud: Cloud, text: str) -> None:
    cloud.put("site", text)
    with pytest.raises(Refused, match="no JSON object with a text 'key'") as refusal:
        Remembered(Secrets().read).text(Reference("site", "key"))
    assert "t0ken" not in str(refusal.value)
    assert refusal.value.__context__ is None
