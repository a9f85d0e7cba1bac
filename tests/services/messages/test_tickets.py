import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.messages import PREVIEW_ID, ThreadKey
from services.messages.tickets import admits, issue, read

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True)
keys = st.builds(ThreadKey, ids, ids, ids)
previews = keys.flatmap(lambda key: st.sampled_from([key.preview_id, key.built_id]))
tokens = st.text(min_size=1, max_size=80).filter(lambda text: text.isprintable())
times = st.integers(1, 10**12 - 1)
WORDS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+ =é"
KEY = ThreadKey("acme", "ann", "first")


@given(keys)
def test_every_preview_of_a_thread_has_an_id_of_the_known_shape(key):
    assert PREVIEW_ID.fullmatch(key.preview_id)
    assert PREVIEW_ID.fullmatch(key.built_id)


@given(tokens, previews, times, st.data())
def test_a_ticket_is_good_until_it_expires(token, preview, expires, data):
    ticket = issue(token, preview, expires)
    assert read([token], ticket, expires - 1) == (preview, expires)
    assert read([token], ticket, expires) is None
    assert read([token], ticket, data.draw(st.integers(expires, 10**13))) is None


@given(tokens, previews, times, st.data())
def test_any_change_of_a_ticket_makes_it_none(token, preview, expires, data):
    ticket = issue(token, preview, expires)
    at = data.draw(st.integers(0, len(ticket)))
    gone = data.draw(st.integers(0, 2))
    changed = ticket[:at] + data.draw(st.text(WORDS, max_size=2)) + ticket[at + gone :]
    if changed != ticket:
        assert read([token], changed, 0) is None


@given(st.text(), st.text(max_size=3))
def test_what_somebody_makes_up_is_no_ticket(text, token):
    assert read([token], text, 0) is None
    assert read([token], f"{KEY.preview_id}.99999999999.{text}", 0) is None


@given(tokens, tokens, previews, times)
def test_it_is_good_as_long_as_the_token_that_signed_it(token, other, preview, expires):
    if token != other:
        ticket = issue(token, preview, expires)
        assert read([other], ticket, 0) is None
        assert read([other, token], ticket, 0) == (preview, expires)
        assert read([], ticket, 0) is None


def test_a_later_end_cannot_be_written_in_front_of_a_known_signature():
    _, _, mac = issue("t", KEY.preview_id, 1000).split(".")
    assert read(["t"], f"{KEY.preview_id}.1000.{mac}", 0)
    for expires in ("01000", "+1000", "1_000", "1000.0", "9999", "\uff11000"):
        assert read(["t"], f"{KEY.preview_id}.{expires}.{mac}", 0) is None


def test_without_a_token_nothing_is_signed_and_nothing_is_good():
    with pytest.raises(ValueError, match="cannot sign"):
        issue("", KEY.preview_id, 1000)
    assert read([""], issue("t", KEY.preview_id, 1000), 0) is None


def test_what_is_no_preview_gets_no_ticket():
    with pytest.raises(ValueError, match="cannot sign"):
        issue("t", "first.1", 1000)


def test_a_ticket_stands_in_an_address_and_a_cookie_as_it_is():
    assert not set(issue("t", KEY.built_id, 1000)) - set(WORDS[:65])


@given(keys, keys)
def test_one_ticket_admits_to_a_threads_preview_and_to_its_built_twin_alone(one, two):
    assert admits(one.preview_id, one.built_id)
    assert admits(one.built_id, one.preview_id)
    if one != two:
        assert not admits(one.preview_id, two.preview_id)
        assert not admits(one.built_id, two.preview_id)


def test_no_two_previews_have_one_id_however_many_ids_somebody_tries():
    """With 32 bits of a hash four of these would be another one's, too."""
    keys = [ThreadKey("acme", f"user-{number}", "first") for number in range(200_000)]
    assert len({key.preview_id for key in keys}) == len(keys)


def test_the_id_of_a_preview_is_one_label_of_the_dns():
    key = ThreadKey("a" * 64, "b" * 64, "c" * 64)
    assert len(key.built_id) == 63
    assert PREVIEW_ID.fullmatch(key.built_id)
