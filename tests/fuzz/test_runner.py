"""What a site's runner says, whose code anybody may have written: a report or nothing."""

from __future__ import annotations

import msgspec

from services.messages import Preview, PreviewState, ThreadKey
from services.previews import asking, reports
from supervisor.record import read as read_record
from supervisor.redact import Redactor
from tests.fuzz.claim import holds
from tests.fuzz.mutating import JSON, mutated

KEY = ThreadKey("acme", "ann", "t1")
PREVIEW = Preview(KEY.preview_id, KEY, PreviewState.READY, 4321)
REPORTS = [
    b'{"event": "astro.ready", "port": 4321, "ms": 900}',
    b'{"event": "astro.hmr", "type": "update", "paths": ["/src/a.css", "/.a.astro.nd-1"]}',
    b'{"event": "astro.error", "message": "no", "file": "a.astro", "line": 3, "column": 1,'
    b' "frame": "> 3 |"}',
    b'{"event": "astro.fixed"}',
    b'{"event": "astro.clients", "count": 2}',
    b'{"message": "what a site logs", "level": "info"}',
]
ANSWERS = [
    b'{"pages": ["/", "/a"], "errors": [{"message": "no", "file": "a.astro", "line": 1}]}',
    b'{"failed": "no such page"}',
    b"{}",
]
WORDS = (b'"event": "astro.error",', b'"' + b"x" * 9000 + b'"', b"[" + b'"/",' * 500 + b'"/"]')


def test_any_line_of_a_runner_is_a_report_or_what_a_site_logs():
    redactor = Redactor(["hunter22"])

    def line(data: bytes) -> bool:
        found = read_record(data.decode("utf-8", "replace"), redactor)
        if found is None:
            return False
        record, written = found
        assert b"hunter22" not in written
        msgspec.json.decode(written)
        report = reports.read(record)
        if report is None:
            return "message" in record
        shown = reports.shown(PREVIEW, report)
        # However much it says, so much of it is passed on.
        assert len(msgspec.json.encode((shown, reports.news(shown, report)))) < 200_000
        return True

    holds(mutated(REPORTS, (b'"hunter\\u00322"', b"hunter22", *WORDS, *JSON)), line)


def test_any_answer_of_a_runner_is_one_or_it_gave_none():
    def answer(data: bytes) -> bool:
        found = asking.read(data)
        assert len(msgspec.json.encode(found)) < 2_000_000
        return True

    holds(mutated(ANSWERS, (*WORDS, *JSON)), answer, asking.Unanswered)
