import pytest

from services.navigation import is_navigation, wants_page

PAGE = {b"accept": b"text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("method", "headers", "counts"),
    [
        (b"GET", {b"sec-fetch-mode": b"navigate", **PAGE}, True),
        (b"GET", PAGE, True),
        (b"GET", {b"sec-fetch-mode": b"cors", **PAGE}, False),
        (b"GET", {b"sec-fetch-mode": b"no-cors", b"accept": b"*/*"}, False),
        (b"GET", {b"accept": b"*/*"}, False),
        (b"GET", {}, False),
        (b"HEAD", PAGE, False),
        (b"POST", {b"sec-fetch-mode": b"navigate"}, False),
        (b"GET", {b"sec-fetch-mode": b"navigate", b"sec-purpose": b"prefetch"}, False),
        (b"GET", {b"sec-fetch-mode": b"websocket", b"upgrade": b"websocket"}, False),
        (b"GET", {b"upgrade": b"websocket", **PAGE}, False),
    ],
)
def test_only_opening_a_page_counts(method, headers, counts):
    assert is_navigation(method, headers) is counts


def test_a_page_is_for_eyes_and_a_module_is_not():
    assert wants_page(PAGE)
    assert not wants_page({b"accept": b"*/*"})
    assert not wants_page({b"sec-fetch-mode": b"cors", b"accept": b"text/html"})
