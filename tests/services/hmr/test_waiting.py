import pytest

from services.hmr.exchange import End
from services.hmr.waiting import broken, explain
from services.messages import BuildError, Preview, PreviewState
from supervisor.desk import Gone, NotFound
from tests.services.hmr.doors import KEY


def preview(state, reason="", error=None):
    return Preview(KEY.preview_id, KEY, state, 1, reason, error)


def notice(preview, refusal=None, *, asked=None, page):
    return explain(preview, refusal, asked=asked, page=page)


@pytest.mark.parametrize("state", list(PreviewState))
def test_the_page_says_why_retries_by_itself_and_needs_nothing_else(state):
    said = notice(preview(state, "because of <this> & that"), page=True)
    assert said.status == 503
    head = said.message(b"GET", b"close").partition(b"\r\n\r\n")[0]
    assert b"\r\ncache-control: no-store\r\n" in head
    headers = dict(said.headers)
    page = said.body.decode()
    assert int(headers[b"retry-after"]) > 0
    assert headers[b"x-preview-state"] == state.encode()
    assert "because of &lt;this&gt; &amp; that" in page
    assert "<this>" not in page
    assert 'http-equiv="refresh"' in page
    assert f"!== '{state}'" in page
    assert "prefers-color-scheme: dark" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "src=" not in page


def test_a_script_gets_one_short_line():
    said = notice(preview(PreviewState.INSTALLING, "installing dependencies 43 %"), page=False)
    assert said.kind.startswith(b"text/plain")
    assert said.body == b"Setting up your site. installing dependencies 43 %\n"


def test_with_no_preview_it_says_how_to_open_one():
    for refusal in (None, NotFound("there are no threads")):
        assert b"POST /api/init" in notice(None, refusal, page=True).body
        assert b"No site is open yet" in notice(None, refusal, page=False).body


def test_a_preview_that_nobody_knows_is_not_found():
    said = notice(None, NotFound("no <thread>"), asked="home-0123abcd4567ef89", page=True)
    assert said.status == 404
    assert b"no &lt;thread&gt;" in said.body


def test_any_other_refusal_is_told_as_it_is():
    said = notice(None, Gone("previews ended"), asked="home-0123abcd4567ef89", page=False)
    assert said.status == 503
    assert b"previews ended" in said.body


def test_a_mistake_in_the_source_is_shown_where_it_is():
    error = BuildError("no <b>", "src/a.astro", 3, 7, "  2 | x\n> 3 | <b")
    page = notice(preview(PreviewState.FAILED, "it failed", error), page=True).body.decode()
    assert "no &lt;b&gt;" in page
    assert "src/a.astro:3:7" in page
    assert "<pre>  2 | x\n&gt; 3 | &lt;b</pre>" in page
    text = notice(preview(PreviewState.FAILED, "it failed", error), page=False).body
    assert text == b"Your site cannot start. no <b> (src/a.astro:3)\n"


@pytest.mark.parametrize(
    ("end", "status"), [(End.UNANSWERED, 503), (End.UNREADABLE, 502), (End.LATE, 504)]
)
def test_a_dev_server_without_an_answer_is_told_as_what_it_is(end, status):
    said = broken(end, preview(PreviewState.READY), page=True)
    assert said.status == status
    assert dict(said.headers)[b"retry-after"]


def test_an_answer_to_head_has_the_length_and_not_the_body():
    said = notice(None, page=True)
    message = said.message(b"HEAD", b"close")
    assert b"content-length: %d\r\n" % len(said.body) in message
    assert message.endswith(b"\r\n\r\n")
