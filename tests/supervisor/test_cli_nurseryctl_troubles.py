"""nurseryctl where there is no daemon, or none that makes sense, and when it is interrupted."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from supervisor.cli import nurseryctl
from supervisor.socket.troubles import explain
from tests.supervisor.fake_daemon import FakeDaemon, Reply, line
from tests.supervisor.real import PATIENCE
from tests.supervisor.test_cli_nurseryctl_fake import beside


class TestErrors:
    """Every one of them is one line that says what to do."""

    def complaint(self, capfd, path: Path) -> str:
        code = nurseryctl.run(["-s", str(path), "status"])
        printed, complaints = capfd.readouterr()
        assert (code, printed) == (4, "")
        assert complaints.count("\n") == 1
        return complaints

    def test_no_socket(self, capfd, tmp_path: Path):
        assert self.complaint(capfd, tmp_path / "s") == (
            f"nurseryctl: cannot reach a daemon at {tmp_path}/s: No such file or directory;"
            " is nurseryd running? its socket can be named with --socket\n"
        )

    def test_a_socket_that_nobody_listens_on(self, capfd, tmp_path: Path):
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(tmp_path / "s"))
        assert "Connection refused; is nurseryd" in self.complaint(capfd, tmp_path / "s")

    def test_a_path_too_long_for_a_socket(self, capfd, tmp_path: Path):
        assert "path too long; is nurseryd" in self.complaint(capfd, tmp_path / ("x" * 200))

    def test_the_wrong_kind_of_file(self, capfd, tmp_path: Path):
        (tmp_path / "s").write_text("")
        assert "is no socket; name a daemon's" in self.complaint(capfd, tmp_path / "s")

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
    def test_a_socket_of_somebody_else(self, capfd, fake: FakeDaemon):
        os.seteuid(65534)
        try:
            complaint = self.complaint(capfd, Path(fake.path))
        finally:
            os.seteuid(0)
        assert complaint == (
            f"nurseryctl: cannot open {fake.path}: it belongs to another user;"
            " become that user, or root\n"
        )

    @pytest.mark.parametrize(
        ("raw", "complaint"),
        [
            (b"", "was closed; the daemon there is ending"),
            (b"SSH-2.0-OpenSSH\r\n", "what answers is none"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "what answers is none"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "what answers is none"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", "has ended"),
        ],
    )
    def test_garbage(self, ctl, fake: FakeDaemon, raw: bytes, complaint: str):
        fake.on("GET /v1/services", Reply(raw=raw))
        code, printed, complaints = ctl("status")
        assert (code, printed, complaints.count("\n")) == (4, "", 1)
        assert complaint in complaints

    def test_one_that_goes_while_it_is_looked_at_is_explained(self):
        assert "it is no socket" in explain("/gone", ConnectionRefusedError())

    def test_a_stream_that_breaks_off(self, ctl, fake: FakeDaemon):
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        fake.on("GET /v1/logs", Reply(raw=head + b"9\r\n"))
        code, _, complaints = ctl("logs")
        assert (code, complaints.count("\n")) == (4, 1)
        assert "the daemon there has ended" in complaints

    def test_an_error_without_a_word(self, ctl, fake: FakeDaemon):
        fake.on("GET /v1/services", Reply({}, 500))
        assert ctl("status") == (1, "", "nurseryctl: cannot say why: it answered 500\n")


class TestEndings:
    def test_an_interrupt_ends_it_quietly(self, fake: FakeDaemon):
        fake.on("GET /v1/logs?follow=1", Reply(records=[line("x")], hold=True))
        process = beside(fake, "logs", "-f")
        assert process.stdout.readline() == b"web | x\n"
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=PATIENCE)
        assert (process.returncode, complaints.strip()) == (130, b"")

    def test_an_interrupt_does_not_wait_for_the_daemon(self, fake: FakeDaemon):
        fake.on("POST /v1/services/web/start", Reply(records=[], hold=True))
        process = beside(fake, "start", "web")
        assert fake.held.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=PATIENCE)
        assert (process.returncode, complaints.strip()) == (130, b"")

    def test_a_closed_pipe_ends_it_quietly(self, fake: FakeDaemon):
        many = [line("x" * 1000, sequence=n) for n in range(500)]
        fake.on("GET /v1/logs?follow=1", Reply(records=many, hold=True))
        process = beside(fake, "logs", "-f")
        process.stdout.close()
        complaints = process.stderr.read()
        process.stderr.close()
        assert (process.wait(PATIENCE), complaints) == (141, b"")
