"""Secrets Manager, asked over HTTP: moto's server in its place, and the real boto3."""

from __future__ import annotations

import pytest

from services.aws import Secrets
from supervisor.desk import Refused
from tests.services.cloud import Cloud


def test_a_secret_is_read_by_its_name_or_arn(cloud: Cloud) -> None:
    arn = cloud.put("acme/site", "t0ken")
    assert Secrets().read("acme/site") == "t0ken"
    assert Secrets().read(arn) == "t0ken"


def test_a_secret_is_read_as_it_now_is(cloud: Cloud) -> None:
    secrets = Secrets()
    cloud.put("site", "old")
    assert secrets.read("site") == "old"
    cloud.put("site", "new")
    assert secrets.read("site") == "new"


def test_a_secret_that_does_not_exist_is_refused_by_its_name(cloud: Cloud) -> None:
    with pytest.raises(Refused, match=r"cannot read the secret nothing: .*ResourceNotFound"):
        Secrets().read("nothing")


def test_a_secret_that_is_no_text_is_refused(cloud: Cloud) -> None:
    cloud.put("bytes", b"\0\1")
    with pytest.raises(Refused, match="it is no text"):
        Secrets().read("bytes")


def test_without_a_region_it_says_so(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(Refused, match=r"cannot read the secret site: .*region"):
        Secrets().read("site")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    cloud.put("site", "t0ken")
    assert Secrets().read("site") == "t0ken"


def test_a_cloud_that_is_not_there_is_a_refusal(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Refused, match=r"cannot read the secret site: Could not connect"):
        Secrets().read("site")
