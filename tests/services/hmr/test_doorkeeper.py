import os

import msgspec
import pytest
from structlog.testing import capture_logs

from services.hmr import Options
from services.hmr.access import Admit, Refuse
from services.hmr.doorkeeper import Doorkeeper
from services.keyring.file import retire, rotate
from services.keyring.ring import LOOK_AGAIN

HOST = [(b"host", b"localhost")]


def ask(keeper, token, peer="203.0.113.7", host=HOST):
    headers = [*host, (b"authorization", b"Bearer " + token.encode())]
    return keeper.decide(b"GET", b"/", headers, peer)


def signed(**options):
    return Doorkeeper(Options(access="signed", **options))


def test_the_token_may_be_given():
    assert isinstance(ask(signed(token="t"), "t"), Admit)
    assert isinstance(ask(signed(token="t"), "u"), Refuse)


class Clock:
    time = 1_800_000_000.0

    def __call__(self):
        return self.time


def test_a_token_that_the_api_makes_later_is_known_at_once_and_the_old_one_soon_forgotten(tmp_path):
    file = tmp_path / "token"
    clock = Clock()
    keeper = Doorkeeper(Options(access="signed", token_file=str(file)), clock)
    assert isinstance(ask(keeper, "t"), Refuse)
    first = rotate(file)
    assert isinstance(ask(keeper, first), Admit)
    second = rotate(file)
    retire(file)
    clock.time += LOOK_AGAIN
    assert isinstance(ask(keeper, first), Refuse)
    assert isinstance(ask(keeper, second), Admit)
    third = rotate(file)
    retire(file)
    assert isinstance(ask(keeper, third), Admit)
    assert keeper.tokens == (third,)
    file.unlink()
    clock.time += LOOK_AGAIN
    assert isinstance(ask(keeper, third), Refuse)
    assert keeper.tokens == ()


def test_an_empty_file_admits_nobody_who_shows_nothing(tmp_path):
    (tmp_path / "token").touch()
    assert isinstance(ask(signed(token_file=str(tmp_path / "token")), ""), Refuse)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_of_ours_holds_nobody_up_and_is_said_once(tmp_path, make):
    make(tmp_path / "token")
    keeper = signed(token_file=str(tmp_path / "token"))
    with capture_logs() as logs:
        assert isinstance(ask(keeper, "t"), Refuse)
        assert isinstance(ask(keeper, "t"), Refuse)
    assert [entry["event"] for entry in logs] == ["token not read"]


def test_a_link_to_a_file_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_text("known")
    (tmp_path / "token").symlink_to(tmp_path / "elsewhere")
    with capture_logs():
        assert isinstance(ask(signed(token_file=str(tmp_path / "token")), "known"), Refuse)


def test_domains_are_taken_however_they_are_spelled():
    keeper = Doorkeeper(Options(domains=(".Preview.Example.COM.",)))
    assert isinstance(ask(keeper, "", host=[(b"host", b"preview.example.com")]), Admit)
    assert isinstance(ask(keeper, "", host=[(b"host", b"example.com")]), Refuse)


@pytest.mark.parametrize("name", ["https://preview.example.com", "*.example.com", "a.example/", ""])
def test_what_is_no_domain_is_refused_before_anything_starts(name):
    with pytest.raises(ValueError, match=r"domains: .* is no domain; write preview\.example"):
        Options(domains=(name,))


def test_a_load_balancer_is_believed_where_it_is_trusted():
    keeper = Doorkeeper(Options(trusted=("10.0.0.0/8",)))
    assert [keeper.trusts(each) for each in ("10.0.0.1", "::ffff:10.0.0.1", "::1")] == [1, 1, 0]
    headers = [*HOST, (b"x-forwarded-for", b"198.51.100.9"), (b"x-forwarded-proto", b"https")]
    for peer, client, scheme in [
        ("10.0.0.1", "198.51.100.9", "https"),
        ("127.0.0.1", "127.0.0.1", "http"),
    ]:
        seen = keeper.decide(b"GET", b"/", headers, peer).seen
        assert (seen.client, seen.scheme) == (client, scheme)


@pytest.mark.parametrize(
    "table", [{"trusted": ["10.0.0.1/8"]}, {"access": "signed"}, {"access": "closed"}]
)
def test_options_that_cannot_work_are_refused_before_anything_starts(table):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(table, Options)
