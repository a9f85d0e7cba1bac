import msgspec
import pytest

from services.idle import Options
from services.idle.decide import Mode

SECRET = "a secret of this length"


def options(**values):
    return msgspec.convert(values, Options, strict=False)


def test_by_itself_it_is_five_minutes_and_what_ecs_says():
    assert options() == Options(5.0, Mode.AUTO, "", "")


def test_a_mode_that_is_none_is_refused():
    with pytest.raises(msgspec.ValidationError, match="Invalid enum value 'never'"):
        options(mode="never")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "^webhook: set IDLE_WEBHOOK"),
        ({"webhook": "https://a.example/"}, "^webhook_secret: set IDLE_WEBHOOK_SECRET or"),
        ({"webhook_secret": SECRET}, "^webhook: set IDLE_WEBHOOK"),
        ({"webhook": "http://a.example/", "webhook_secret": SECRET}, "^webhook: .* use https$"),
        ({"webhook": "a.example", "webhook_secret": SECRET}, "^webhook: write https://HOST/PATH"),
        (
            {"webhook": "https://a.example:80800/", "webhook_secret": SECRET},
            "^webhook: write https://HOST/PATH",
        ),
        ({"webhook": "https://a.example/", "webhook_secret": "short"}, "shorter than 16 bytes"),
    ],
)
def test_who_is_to_be_told_has_to_be_said(values, text):
    with pytest.raises(msgspec.ValidationError, match=text):
        options(mode="notify", **values)


def test_what_it_is_told_is_signed_by_the_secret_or_else_by_the_token():
    values = {"mode": "notify", "webhook": "https://a.example/"}
    token = "a token of some length"
    assert options(token=token, **values).secret == token
    assert options(token=token, webhook_secret=SECRET, **values).secret == SECRET
    with pytest.raises(msgspec.ValidationError, match="shorter than 16 bytes"):
        options(token="short", **values)


def test_a_secret_may_be_where_it_is_in_aws():
    where = "secretsmanager:a#b"
    url = "https://a.example/"
    assert options(mode="notify", webhook=url, webhook_secret=where).secret == where


def test_who_is_told_over_https_or_on_this_machine():
    for url in ("https://a.example/idle?key=1", "http://127.0.0.1:8000/"):
        assert options(mode="notify", webhook=url, webhook_secret=SECRET).webhook == url
