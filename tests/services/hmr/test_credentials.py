import pytest

from services.hmr.credentials import is_for_us, is_token, read_shown, sets_ours, site_cookies


@pytest.mark.parametrize(
    ("cookies", "left"),
    [
        (b"a=1; nurseryd_token=secret ;b=2", b"a=1; b=2"),
        (b"nurseryd_preview=x; a=1; nurseryd_preview=y", b"a=1"),
        (b"nurseryd_token=secret", b""),
        (b"__Host-nurseryd_token=secret; a=1", b"a=1"),
        (b" nurseryd_token =secret", b""),
        (b"nurseryd_tokens=1; Nurseryd_token=2", b"nurseryd_tokens=1; Nurseryd_token=2"),
        (b"a=nurseryd_token=1; b", b"a=nurseryd_token=1; b"),
    ],
)
def test_a_site_never_sees_a_cookie_of_ours(cookies, left):
    assert site_cookies(cookies) == left


def test_a_site_sees_its_own_authorization_and_not_the_apis():
    assert is_for_us(b"Bearer secret", ["secret"])
    assert is_for_us(b"bearer  secret ", ["secret"])
    for own in (b"Basic c2VjcmV0", b"Bearer other", b"", b"Bearer"):
        assert not is_for_us(own, ["secret"])
    assert not is_for_us(b"Bearer ", [""])


def test_a_site_may_not_replace_a_cookie_of_ours():
    assert sets_ours(b"nurseryd_token=x; Path=/")
    assert sets_ours(b"__Host-nurseryd_token=x; Path=/; Secure")
    assert sets_ours(b" nurseryd_preview = ; Max-Age=0")
    assert not sets_ours(b"session=nurseryd_token=x")
    assert not sets_ours(b"=session=nurseryd_token=x")


def test_a_cookie_without_a_name_is_ours_when_it_is_sent_as_one_of_ours():
    assert sets_ours(b"=nurseryd_token=x; Path=/")
    assert sets_ours(b" = nurseryd_preview=x")
    assert sets_ours(b"=__Host-nurseryd_token=x; Path=/; Secure")


def test_all_that_is_shown_is_found():
    shown = read_shown(
        [
            (b"authorization", b"Bearer one"),
            (b"cookie", b'nurseryd_token="two"; nurseryd_preview=three'),
            (b"cookie", b"nurseryd_preview=four;other=five;__Host-nurseryd_token=seven"),
            (b"authorization", b"Basic six"),
        ]
    )
    assert shown.bearer == (b"one",)
    assert shown.token_cookies == (b"two", b"seven")
    assert shown.ticket_cookies == (b"three", b"four")


def test_no_token_is_shown_where_there_is_none():
    assert not is_token([b""], [""])
    assert not is_token([], ["secret"])
    assert is_token([b"x", b"secret"], ["secret"])
    assert not is_token(["é".encode()], ["secret"])
