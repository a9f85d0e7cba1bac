import pytest

from services.hmr.waiting import notice
from services.messages import Preview, PreviewState
from tests.services.hmr.doors import KEY


def preview(state, reason=""):
    return Preview(KEY.preview_id, KEY, state, 1, reason)


@pytest.mark.parametrize("state", list(PreviewState))
def test_the_page_says_why_retries_by_itself_and_needs_nothing_else(state):
    said = notice(preview(state, "because of <this> & that"), page=True)
    headers = dict(said.headers)
    page = said.body.decode()
    assert headers[b"cache-control"] == b"no-store"
    assert int(headers[b"retry-after"]) > 0
    assert headers[b"x-preview-state"] == state.encode()
    assert "because of &lt;this&gt; &amp; that" in page
    assert "<this>" not in page
    assert 'http-equiv="refresh"' in page
    assert f"!== '{state}'" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "src=" not in page


def test_a_script_gets_one_short_line():
    said = notice(preview(PreviewState.INSTALLING, "installing dependencies"), page=False)
    assert dict(said.headers)[b"content-type"].startswith(b"text/plain")
    assert said.body == b"Setting up your site. installing dependencies\n"


def test_with_no_preview_it_says_how_to_open_one():
    assert b"POST /api/init" in notice(None, page=True).body
    assert b"No site is open yet" in notice(None, page=False).body
