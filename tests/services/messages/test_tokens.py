import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.messages import EVERYTHING, Scope
from services.messages.tokens import (
    Access,
    BadToken,
    Grant,
    Verified,
    is_scoped,
    read_grant,
    sign,
    verify,
)

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True)
scopes = st.lists(ids, max_size=3).map(lambda given: Scope(*given))
ends = st.none() | st.integers(1, 10**11 - 1)
grants = st.builds(Grant, scopes, st.sampled_from(Access), ends)
signers = st.text(min_size=1, max_size=80).filter(lambda text: text.isprintable())
WORDS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+ =é"
ANN = Grant(Scope("acme", "ann"), Access.FULL, 1000)


@given(signers, grants)
def test_a_token_says_what_it_is_good_for_until_it_expires(signer, grant):
    token = sign(signer, grant)
    assert is_scoped(token)
    assert read_grant(token) == grant
    assert verify([signer], token, (grant.expires or 10**11) - 1) == Verified(grant, signer)
    if grant.expires is not None:
        with pytest.raises(BadToken, match="expired at"):
            verify([signer], token, grant.expires)


@given(signers, grants, st.data())
def test_any_change_of_a_token_makes_it_none(signer, grant, data):
    token = sign(signer, grant)
    at = data.draw(st.integers(0, len(token)))
    gone = data.draw(st.integers(0, 2))
    changed = token[:at] + data.draw(st.text(WORDS, max_size=2)) + token[at + gone :]
    if changed != token:
        with pytest.raises(BadToken):
            verify([signer], changed, 0)


@given(signers, signers, grants)
def test_it_is_good_as_long_as_the_one_that_signed_it_and_no_longer(signer, other, grant):
    token = sign(signer, grant)
    if signer != other:
        assert verify([other, signer], token, 0).signer == signer
        with pytest.raises(BadToken, match="retired"):
            verify([other], token, 0)
    with pytest.raises(BadToken, match="retired"):
        verify([], token, 0)


@given(st.text())
def test_what_somebody_makes_up_is_no_token(text):
    for made_up in (text, f"nt1.full.operator.never.{text}"):
        with pytest.raises(BadToken):
            verify(["known"], made_up, 0)


def test_nothing_can_be_written_in_front_of_a_known_signature():
    mac = sign("s", ANN).rpartition(".")[2]
    for said in (
        "nt1.full.user.acme.ann.01000",
        "nt1.full.user.acme.ann.9999",
        "nt1.full.user.acme.ann.never",
        "nt1.full.user.acme.ann.\uff11000",
        "nt1.full.client.acme.1000",
        "nt1.full.thread.acme.ann.1000.1000",
        "nt1.full.operator.1000",
        "nt1.read.user.acme.ann.1000",
        "nt1.ticket.user.acme.ann.1000",
        "nt1.full.user.acme.bob.1000",
        "NT1.full.user.acme.ann.1000",
    ):
        with pytest.raises(BadToken):
            verify(["s"], f"{said}.{mac}", 0)


def test_without_a_signer_nothing_is_signed_and_nothing_is_good():
    for signer, grant in (("", ANN), ("s", Grant(EVERYTHING, Access.FULL, 10**11))):
        with pytest.raises(ValueError, match="cannot sign"):
            sign(signer, grant)
    with pytest.raises(BadToken, match="retired"):
        verify([""], sign("s", ANN), 0)


@given(grants)
def test_a_token_stands_in_an_address_and_a_cookie_as_it_is(grant):
    assert not set(sign("s", grant)) - set(WORDS[:65])


def test_it_can_be_read_by_a_person_and_what_is_wrong_is_said():
    assert sign("s", ANN).startswith("nt1.full.user.acme.ann.1000.")
    with pytest.raises(BadToken, match="it expired at 1970-01-01T00:16:40Z"):
        verify(["s"], sign("s", ANN), 1000)
    with pytest.raises(BadToken, match="not whole"):
        verify(["s"], sign("s", ANN)[:-1], 0)
