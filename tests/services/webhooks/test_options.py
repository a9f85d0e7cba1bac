import msgspec
import pytest

from services.messages import Scope
from services.webhooks import Options
from services.webhooks.hook import Hook
from tests.services.posting.receiver import SECRET


def hook(**more):
    return msgspec.convert({"url": "https://example.com/in", "secrets": [SECRET], **more}, Hook)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"url": "ftp://example.com/"}, "url: write https"),
        ({"url": "https:///in"}, "url: write https"),
        ({"url": "https://example.com:80800/in"}, "url: write https"),
        ({"url": "https://example.com:443O/in"}, "url: write https"),
        ({"url": "https://exa mple.com/in"}, "url: write https"),
        ({"url": "https://exa\x01mple.com/in"}, "url: write https"),
        ({"url": "https://[::1/in"}, "url: write https"),
        ({"url": "https://me:pw@example.com/"}, "holds a user"),
        ({"url": "http://example.com/"}, "plain http leaves this machine"),
        ({"url": "http://10.0.0.1/"}, "plain http leaves this machine"),
        ({"secrets": []}, "at least one"),
        ({"events": []}, "at least one"),
        ({"events": ["turn.begun"]}, "Invalid enum value"),
        ({"secrets": ["short"]}, "shorter than 16"),
        ({"scope": "user:acme"}, "scope: "),
        ({"scope": "client:../x"}, "scope: "),
        ({"retries": 1}, "unknown field"),
    ],
)
def test_what_cannot_be_meant_is_refused(more, said):
    with pytest.raises(msgspec.ValidationError, match=said):
        hook(**more)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://[::1]/", "http://localhost/x?y=1", "https://example.com"]
)
def test_plain_http_stays_on_this_machine(url):
    assert hook(url=url).url == url


def test_plain_http_elsewhere_is_for_who_insists():
    assert hook(url="http://10.0.0.1/", insecure=True).host == "10.0.0.1"


def test_a_hook_is_known_by_where_it_goes_and_about_what():
    same = hook(secrets=["another secret text"], events=["idle.stop"])
    assert hook().id == same.id
    assert hook().id != hook(scope="client:acme").id
    assert hook().id != hook(url="https://example.com/out").id
    assert hook(scope="user:acme/ann").reach == Scope("acme", "ann")


def test_the_same_hook_twice_is_refused():
    with pytest.raises(ValueError, match="number 3 is there twice"):
        Options(state="x", hooks=(hook(), hook(url="https://example.org/"), hook()))
