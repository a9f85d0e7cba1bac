"""Records of the runner's stdout, which the site's own code may have written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.messages import BuildError, Preview, PreviewBroken, PreviewState, PreviewUpdated
from services.previews.reports import Broken, Clients, Fixed, Ready, Updated, news, read, shown
from tests.services.previews.fakes import KEY

PREVIEW = Preview("id", KEY, PreviewState.READY, 20000)
WRONG = BuildError("no", "src/a.astro", 3, 7, "3 | {")

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
names = st.sampled_from(
    ["event", "type", "paths", "message", "file", "line", "column", "frame", "count", "port", "ms"]
)
events = st.sampled_from(
    ["astro.ready", "astro.hmr", "astro.error", "astro.fixed", "astro.clients"]
)


def test_what_the_runner_says_is_understood():
    assert read({"event": "astro.ready", "port": 1, "ms": 2, "address": "::1"}) == Ready(1, 2)
    hmr = {"event": "astro.hmr", "type": "update", "paths": ["a", "b"]}
    assert read(hmr) == Updated("update", ("a", "b"))
    error = {"event": "astro.error", "message": "no", "file": "a", "line": 3, "column": 7}
    assert read(error) == Broken("no", "a", 3, 7)
    assert read({"event": "astro.fixed"}) == Fixed()
    assert read({"event": "astro.clients", "count": 0}) == Clients(0)


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"event": ["astro.fixed"]},
        {"event": "astro.hmr", "type": "delete"},
        {"event": "astro.hmr", "type": "update", "paths": [1]},
        {"event": "astro.error"},
        {"event": "astro.error", "message": "no", "line": 0},
        {"event": "astro.error", "message": "no", "line": 1.5},
        {"event": "astro.clients", "count": -1},
        {"event": "astro.clients", "count": 10**30},
        {"event": "astro.ready", "port": 70000, "ms": 1},
    ],
)
def test_what_is_not_as_it_should_be_is_nothing(record):
    assert read(record) is None


@given(st.dictionaries(names | st.text(), anything | events))
def test_whatever_a_site_writes_is_a_report_of_bounded_size_or_nothing(record):
    report = read(record)
    if report is None:
        return
    event = news(PREVIEW, report)
    preview = shown(PREVIEW, report)
    assert (preview.id, preview.key, preview.state) == (PREVIEW.id, KEY, PREVIEW.state)
    if isinstance(event, PreviewUpdated):
        assert len(event.paths) <= 20
    assert event is None or event.key == KEY


def test_what_is_long_is_cut():
    long = {"message": "m" * 10_000, "file": "f" * 10_000, "frame": "x" * 10_000}
    report = read({"event": "astro.error", **long})
    assert isinstance(report, Broken)
    assert len(report.error.message + report.error.file + report.error.frame) == 9000
    report = read({"event": "astro.hmr", "type": "update", "paths": ["p" * 2000] * 50})
    assert report is not None
    event = news(PREVIEW, report)
    assert isinstance(event, PreviewUpdated)
    assert [len(path) for path in event.paths] == [1000] * 20


def test_a_mistake_is_shown_and_told_until_it_is_mended():
    broken = Broken("no", "src/a.astro", 3, 7, "3 | {")
    after = shown(PREVIEW, broken)
    assert after.error == WRONG
    assert news(PREVIEW, broken) == PreviewBroken(KEY, WRONG)
    for mended in (Fixed(), Ready(20000, 5)):
        assert shown(after, mended).error is None
        assert news(after, mended) == PreviewBroken(KEY, None)
        assert news(PREVIEW, mended) is None


def test_what_becomes_of_a_build_is_no_news_of_its_thread():
    built = replace(PREVIEW, built=1.0, error=WRONG)
    for report in (Broken("no"), Fixed(), Ready(20000, 5), Updated("update")):
        assert news(built, report) is None
    assert shown(built, Ready(20000, 5)).error is None


def test_browsers_are_counted_and_no_news_for_the_thread():
    assert shown(PREVIEW, Clients(3)).clients == 3
    assert news(PREVIEW, Clients(3)) is None
    assert shown(shown(PREVIEW, Clients(3)), Ready(20000, 5)).clients == 0


def test_an_update_changes_nothing_on_the_board():
    assert shown(PREVIEW, Updated("update", ("a",))) == PREVIEW
    assert news(PREVIEW, Updated("prune")) == PreviewUpdated(KEY, "prune")


def test_a_file_that_is_being_written_is_no_news():
    paths = ("src/.nurseryd-edit-0123456789ab.tmp", "src/a.astro", "src/nurseryd-edit-it.tmp")
    event = news(PREVIEW, Updated("full-reload", paths))
    assert event == PreviewUpdated(KEY, "full-reload", paths[1:])
