"""nurseryctl on a terminal: colours, and a table that is drawn in place."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios

from supervisor.cli.nurseryctl.screen import screen
from supervisor.cli.nurseryctl.watching import apply
from tests.supervisor.fake_daemon import FakeDaemon, Reply, line, status
from tests.supervisor.real import PATIENCE, ROOT

CODE = "from supervisor.cli.nurseryctl import main; main()"


class Terminal:
    """A command whose stdout is a terminal of 5 lines."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 5, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", CODE, *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        self.text = ""

    def until(self, text: str) -> None:
        while text not in self.text and (more := self._read()):
            self.text += more
        assert text in self.text

    def end(self) -> int:
        while more := self._read():
            self.text += more
        os.close(self._ours)
        return self.process.wait(PATIENCE)

    def _read(self) -> str:
        assert select.select([self._ours], [], [], PATIENCE)[0], f"nothing follows {self.text!r}"
        try:
            return os.read(self._ours, 65536).decode()
        except OSError:  # EIO: nobody has the other side any more
            return ""


def test_names_have_colours_on_a_terminal(fake: FakeDaemon):
    records = [line("a", "one"), line("\x1b[1mb\x1b[0m", "two")]
    fake.on("GET /v1/logs", Reply(records=records))
    terminal = Terminal("-s", fake.path, "logs")
    assert terminal.end() == 0
    assert terminal.text.splitlines() == [
        "\x1b[36mone | \x1b[0ma",
        "\x1b[33mtwo | \x1b[0m\x1b[1mb\x1b[0m",
    ]


def test_no_color_is_respected(fake: FakeDaemon):
    fake.on("GET /v1/logs", Reply(records=[line("a", "one")]))
    terminal = Terminal("-s", fake.path, "logs", NO_COLOR="1")
    assert terminal.end() == 0
    assert terminal.text == "one | a\r\n"


def test_a_watch_draws_the_table_in_place_and_leaves_it_behind_when_interrupted(fake: FakeDaemon):
    records = [
        {"snapshot": [status()]},
        {"before": status(), "now": status(state="FATAL", reason="no luck")},
    ]
    fake.on("GET /v1/events", Reply(records=records, hold=True))
    terminal = Terminal("-s", fake.path, "status", "--watch", TERM="xterm")
    terminal.until("no luck")
    drawn = len(terminal.text)
    terminal.until("\x1b[J" if terminal.text.endswith("no luck") else "no luck")
    assert terminal.text.startswith("\x1b[?1049h")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 130
    left = terminal.text[drawn:].partition("\x1b[?1049l")[2]
    assert left.split()[0] == "web"
    assert "FATAL" in left


def test_what_services_take_is_drawn_in_place(fake: FakeDaemon):
    taken = {"web": {"cpu": 1.0, "memory": 4096, "processes": 1}}
    records = [
        {"at": at, "restarts": 0, "taken": taken, "cores": {"web": at}} for at in (0.25, 0.5)
    ]
    fake.on("GET /v1/usage", Reply(records=records))
    terminal = Terminal("-s", fake.path, "top", "--watch")
    assert terminal.end() == 0
    assert terminal.text.startswith("\x1b[?1049h")
    assert terminal.text.count("\x1b[J") == 2
    drawn, _, left = terminal.text.partition("\x1b[?1049l")
    assert "25.0 %" in drawn
    assert left.split() == ["web", "50.0", "%", "4.0", "KB", "processes", "1"]


def test_ages_go_on_while_nothing_happens(fake: FakeDaemon):
    fake.on("GET /v1/events", Reply(records=[{"snapshot": [status()]}], hold=True))
    terminal = Terminal("-s", fake.path, "status", "--watch")
    terminal.until("\x1b[J")
    terminal.text = ""
    terminal.until("\x1b[J")
    fake.release.set()
    assert terminal.end() == 0
    assert len(fake.asked) == 1


def test_a_watch_says_why_it_ends(fake: FakeDaemon):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    fake.on("GET /v1/events", Reply(raw=head + b"9\r\n"))
    terminal = Terminal("-s", fake.path, "status", "--watch")
    assert terminal.end() == 4
    assert "the daemon there has ended" in terminal.text.partition("\x1b[?1049l")[2]


def test_more_than_fits_is_counted():
    assert screen(["a", "b"], 2) == "\x1b[Ha\x1b[K\nb\x1b[K\x1b[J"
    assert screen(["a", "b", "c"], 2) == "\x1b[Ha\x1b[K\n… and 2 more\x1b[K\x1b[J"


def test_a_snapshot_replaces_all_and_a_change_one():
    services = {"old": status("old")}
    assert apply(services, {"snapshot": [status("a"), status("b")]}) is None
    assert apply(services, {"before": status("a"), "now": None}) == "a"
    assert apply(services, {"before": None, "now": status("c")}) == "c"
    assert list(services) == ["b", "c"]
    assert apply(services, {"before": status("gone"), "now": None}) == "gone"
