"""Who may have a browser keep a token."""

import pytest
from werkzeug.datastructures import Headers

from services.api.guard.keeping import Keeping, keeping

APP = "https://app.example.com"
WINDOW = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
FRAME = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({}, Keeping.WINDOW),
        (WINDOW, Keeping.WINDOW),
        (WINDOW | {"Sec-Fetch-Site": "none"}, Keeping.WINDOW),
        (
            WINDOW | {"Sec-Fetch-Site": "cross-site", "Referer": "https://evil.example/"},
            Keeping.WINDOW,
        ),
        ({"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, Keeping.NOT),
        ({"Sec-Fetch-Mode": "no-cors", "Referer": f"{APP}/"}, Keeping.NOT),
        ({"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-site"}, Keeping.NOT),
        (FRAME, Keeping.NOT),
        (FRAME | {"Referer": "https://evil.example/"}, Keeping.NOT),
        (FRAME | {"Referer": f"{APP}.evil.example/"}, Keeping.NOT),
        (FRAME | {"Referer": f"https://evil.example/{APP}"}, Keeping.NOT),
        (FRAME | {"Referer": "https://["}, Keeping.NOT),
        (FRAME | {"Referer": "null"}, Keeping.NOT),
        (FRAME | {"Referer": f"{APP}/a/page?of=it"}, Keeping.FRAME),
        (FRAME | {"Referer": f"{APP}/", "Sec-Fetch-Site": "same-site"}, Keeping.WINDOW),
        (FRAME | {"Referer": f"{APP}/", "Sec-Fetch-Dest": "object"}, Keeping.FRAME),
        (FRAME | {"Sec-Fetch-Site": "same-site"}, Keeping.NOT),
        (
            FRAME | {"Sec-Fetch-Site": "same-origin", "Referer": "https://evil.example/"},
            Keeping.NOT,
        ),
    ],
)
def test_a_link_may_and_a_frame_only_where_its_page_is_named(headers, kept):
    assert keeping(Headers(headers), (APP,)) is kept


def test_what_nobody_may_frame_is_kept_from_no_frame():
    assert keeping(Headers(FRAME | {"Referer": f"{APP}/"}), ()) is Keeping.NOT
