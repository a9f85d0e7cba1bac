"""What the documentation has people type, typed as it stands there."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import FENCED, pages, scripts
from tests.whole.api import until
from tests.whole.daemon import Daemon, free_ports

pytestmark = pytest.mark.system

BIN = Path(sys.prefix) / "bin"
# How each block begins: those that are run here, in their order, and why the others are not.
RUN = [
    "TOKEN=$(head",
    "curl -sS http://127.0.0.1:8080/api/execute",
    "git -C .nurseryd",
    "THREAD=http",
    "curl -sS -X POST http",
    ".venv/bin/nurseryctl doctor",
    ".venv/bin/nurseryctl status",
    ".venv/bin/nurseryctl token --help",
]
OF_A_FILE = [
    "nurseryd check my.toml",
    "nurseryd check [FILE]",
    "nurseryd import",
]
ELSEWHERE = {
    "make ": "tests/test_docs.py holds that it can be made; images have tests/container",
    "{client}/{user}/project/": "a list of files",
    "fields @timestamp": "asked of CloudWatch",
    "aws ": "asked of AWS: tests/ecs has the template",
    ".venv/bin/nurseryctl fleet": "the same: tests/ecs and tests/services/fleet have the commands",
    "AGENT_BACKEND=bedrock": "tests/whole/turns has the daemon before a stand-in",
    "python3 -m venv /opt/nurseryd": "tests/contracts/test_distribution.py builds the wheel",
    "docker build --tag mine": "tests/docs has its Dockerfile, and tests/container images",
    "nurseryd -c nurseryd.toml": "tests/supervisorctl has what was imported, and supervisorctl",
}


def block(page: str, start: str) -> str:
    [found] = [each for each in scripts()[page] if each.startswith(start)]
    return found


def test_each_block_is_run_here_or_has_its_reason() -> None:
    starts = (*RUN, *OF_A_FILE, *ELSEWHERE)
    there = [
        each
        for blocks in scripts().values()
        for each in blocks
        if "──" not in each  # a picture
    ]
    assert [one for one in there if not one.startswith(starts)] == []
    assert [start for start in starts if not any(one.startswith(start) for one in there)] == []


def shell(
    script: str, folder: Path, *, expected: int = 0, **variables: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["sh", "-eu", "-c", script.replace(".venv/bin/", f"{BIN}/")],
        cwd=folder,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == expected, done.stdout + done.stderr
    return done


def test_the_first_edit_and_what_follows_it_work_as_they_are_shown(
    tmp_path: Path, cache: Path
) -> None:
    with Daemon(tmp_path, cache, NURSERYD_TOKEN="") as daemon:

        def type_in(*blocks: tuple[str, str]) -> str:
            script = "\n".join(block(*each) for each in blocks)
            script = script.replace(":8080", f":{daemon.api_port}")
            # A stream goes on until somebody has seen enough.
            script = re.sub(r"curl -sN ([^#\n]*)", r"timeout 5 curl -sN \1 || true ", script)
            return shell(script, tmp_path).stdout

        first = [("README.md", start) for start in RUN[:3]]
        shown = type_in(*first)
        assert shown.count('"success":true') == 3, shown
        assert "Thread-ID: first" in shown
        assert "nothing to commit, working tree clean" in shown
        daemon.shown("Grüß Gott")

        token = ("README.md", RUN[0])
        shown = type_in(token, ("services/README.md", "THREAD=http"))
        assert '"state":"committed"' in shown
        assert "event: turn.finished" in shown
        shown = type_in(token, ("services/README.md", "curl -sS -X POST http"))
        assert "?nurseryd_ticket=" in shown

        doctor = block("services/README.md", RUN[5]).splitlines()
        walks = [line for line in doctor if "--url" not in line]  # from another machine
        assert len(walks) == 2
        told = shell("\n".join(walks), tmp_path).stdout
        assert told.count("The preview works.") == 2

        tokens = shell(block("services/README.md", RUN[7]), tmp_path).stdout
        assert "1 retired" in tokens
        shown = type_in(("README.md", ".venv/bin/nurseryctl status"))
        assert re.search(r"^api +RUNNING", shown, re.MULTILINE)
        assert daemon.process is not None
        assert daemon.process.wait(25) == 0


def test_a_file_of_your_own_works_as_it_is_shown(tmp_path: Path) -> None:
    [port] = free_ports(1)
    example = next(
        text
        for kind, text in FENCED.findall(pages()["README.md"])
        if kind == "toml" and "http.server" in text
    )
    socket = str(tmp_path / "nurseryd.sock")
    settings = f'[supervisor]\nsocket = "{socket}"\n'
    file = tmp_path / "my.toml"
    file.write_text(settings + example.replace("8000", str(port)), encoding="utf-8")
    check, run, status = block("supervisor/README.md", "nurseryd check my.toml").splitlines()
    assert "web (process)" in shell(check, tmp_path).stdout
    assert block("README.md", "nurseryd check my.toml").splitlines()[1] == run
    words = run.partition("#")[0].split()
    with subprocess.Popen([BIN / words[0], *words[1:]], cwd=tmp_path) as daemon:
        try:
            until("the file's service", lambda: _runs(status, tmp_path, socket), 30)
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(25) == 0
        finally:
            daemon.kill()


def _runs(status: str, folder: Path, socket: str) -> bool:
    script = f"{status.partition('#')[0]} || true"
    return "RUNNING" in shell(script, folder, NURSERYD_SOCKET=socket).stdout


def test_the_way_from_supervisord_and_the_commands_about_files_work_as_they_are_shown(
    tmp_path: Path,
) -> None:
    (tmp_path / "supervisord.conf").write_text(
        "[program:web]\ncommand=sleep 1000\nautorestart=true\n", encoding="utf-8"
    )
    assert "web (process)" in shell(block("supervisor/README.md", OF_A_FILE[2]), tmp_path).stdout
    script = block("config/README.md", OF_A_FILE[1])
    script = script.replace("[FILE]", "").replace("SERVICE", "web")
    script = re.sub(r"^ .*\n", "", script, flags=re.MULTILINE)  # the rest of a comment
    assert '["sleep", "1000"]' in shell(script, tmp_path).stdout
    assert (tmp_path / "nurseryd.schema.json").stat().st_size > 1000
