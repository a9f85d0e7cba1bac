"""nurseryd import: what the command prints, writes and exits with."""

from __future__ import annotations

from pathlib import Path

import pytest

from supervisor.cli.nurseryd import run
from tests.supervisor.test_supervisord import program


@pytest.fixture
def nurseryd(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.conf").write_text(program())
    (tmp_path / "some.conf").write_text(
        f"{program()}\n[eventlistener:a]\nx=y\n[ctlplugin:b]\nx=y\n"
    )

    def nurseryd(*arguments: str) -> tuple[int, str, str]:
        return run(arguments), *capfd.readouterr()

    return nurseryd


def test_all_of_it_is_exit_code_0(nurseryd, tmp_path: Path):
    code, printed, complaints = nurseryd("import", "good.conf")
    assert (code, complaints) == (0, "1 service; 0 left out\n")
    assert printed.splitlines()[:3] == [
        "# Made of good.conf by nurseryd import.",
        "",
        "[service.web]",
    ]
    assert nurseryd("import", "good.conf", "-o", "out.toml")[:2] == (0, "")
    assert (tmp_path / "out.toml").read_text() == printed
    assert nurseryd("check", "out.toml")[0] == 0


def test_something_left_out_is_exit_code_1_unless_it_is_accepted(nurseryd):
    code, _, complaints = nurseryd("import", "some.conf")
    assert code == 1
    assert complaints.endswith("\n1 service; 2 left out\n")
    assert "some.conf: [eventlistener:a]: left out: there are no event" in complaints
    assert nurseryd("import", "some.conf", "--accept")[0] == 0


def test_the_same_of_several_is_one_line(nurseryd, tmp_path: Path):
    text = "[program:a]\ncommand=x\nfoo=1\n[program:b]\ncommand=x\nfoo=1\n"
    (tmp_path / "two.conf").write_text(text)
    _, _, complaints = nurseryd("import", "two.conf")
    assert complaints.splitlines() == [
        "two.conf: [program:a], [program:b] foo: is no option that supervisord knows; it had"
        " no effect",
        "2 services; 0 left out",
    ]


def test_a_file_that_is_there_stays_as_it_is(nurseryd, tmp_path: Path):
    (tmp_path / "out.toml").write_text("mine")
    code, printed, complaints = nurseryd("import", "good.conf", "-o", "out.toml")
    assert (code, printed) == (2, "")
    assert complaints == "cannot write out.toml: it is there; write over it with --force\n"
    assert (tmp_path / "out.toml").read_text() == "mine"
    assert nurseryd("import", "good.conf", "-o", "out.toml", "--force")[0] == 0
    assert (tmp_path / "out.toml").read_text() != "mine"


def test_what_cannot_be_read_or_written_is_exit_code_2(nurseryd):
    assert nurseryd("import", "no.conf") == (
        2,
        "",
        "no.conf: cannot read it: No such file or directory\n",
    )
    code, _, complaints = nurseryd("import", "good.conf", "-o", "no/out.toml")
    assert code == 2
    assert complaints.startswith("cannot write no/out.toml: No such file")
