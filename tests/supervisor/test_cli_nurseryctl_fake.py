"""nurseryctl against canned answers: what each command asks for, prints and exits with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from supervisor.cli.nurseryctl.probing import plain_health
from supervisor.socket.checkup import checkup
from supervisor.socket.troubles import Unreachable
from tests.supervisor.fake_daemon import FakeDaemon, Reply, line, status
from tests.supervisor.real import PATIENCE, ROOT

CODE = "from supervisor.cli.nurseryctl import main; main()"


def beside(fake: FakeDaemon, *arguments: str, **how: object) -> subprocess.Popen[bytes]:
    """The same as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", CODE, "-s", fake.path, *arguments],
        **{
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "cwd": ROOT,
            **how,
        },  # pyright: ignore
    )


class TestNames:
    @pytest.fixture(autouse=True)
    def services(self, fake: FakeDaemon):
        fake.services(
            status("db"), status("web_0", group="web"), status("web_1", group="web"), status("x")
        )
        for name in ("db", "web_0", "web_1", "x", "one@t1"):
            for verb in ("start", "stop", "restart"):
                state = "STOPPED" if verb == "stop" else "RUNNING"
                fake.on(f"POST /v1/services/{name}/{verb}", {"service": status(name, state=state)})

    def commanded(self, fake: FakeDaemon, verb: str) -> list[str]:
        return [what.split("/")[3] for what, _ in fake.asked if what.endswith(f"/{verb}")]

    @pytest.mark.parametrize(
        ("words", "meant"),
        [
            (["all"], ["db", "web_0", "web_1", "x"]),
            (["web:*"], ["web_0", "web_1"]),
            (["web:"], ["web_0", "web_1"]),
            (["web:web_1"], ["web_1"]),
            (["db:db"], ["db"]),
            (["web_?", "db", "web_0"], ["web_0", "web_1", "db"]),
            (["one@t1"], ["one@t1"]),
        ],
    )
    def test_words_mean_services(self, ctl, fake: FakeDaemon, words, meant):
        code, printed, complaints = ctl("start", *words)
        assert (code, complaints) == (0, "")
        assert [row.split()[0] for row in printed.splitlines()] == meant
        assert sorted(self.commanded(fake, "start")) == sorted(meant)

    def test_plain_names_need_no_list(self, ctl, fake: FakeDaemon):
        ctl("restart", "x")
        assert [what for what, _ in fake.asked] == ["POST /v1/services/x/restart"]

    def test_a_pattern_stops_the_last_first_and_names_stop_as_they_are_written(self, ctl, fake):
        assert ctl("stop", "all")[0] == 0
        assert self.commanded(fake, "stop") == ["x", "web_1", "web_0", "db"]
        fake.asked.clear()
        assert ctl("stop", "db", "x")[0] == 0
        assert self.commanded(fake, "stop") == ["db", "x"]

    @pytest.mark.parametrize("word", ["y*", "nobody:*", "web:db"])
    def test_a_pattern_that_fits_nothing_is_exit_status_4(self, ctl, word: str):
        assert ctl("stop", word) == (
            4,
            "",
            f"nurseryctl: cannot find a service for {word!r}; services are db, web_0, web_1, x\n",
        )

    def test_all_of_nothing_is_nothing(self, ctl, fake: FakeDaemon):
        fake.services()
        assert ctl("start", "all") == (0, "", "")
        assert ctl("status") == (0, "", "")
        assert ctl("status", "x") == (
            4,
            "",
            "nurseryctl: cannot find a service 'x'; there is no service\n",
        )

    def test_each_refusal_is_a_line_and_the_others_are_done(self, ctl, fake: FakeDaemon):
        fake.on("POST /v1/services/db/start", Reply({"error": "cannot: no"}, 409))
        code, printed, complaints = ctl("start", "db", "x")
        assert (code, printed.split()[:2]) == (1, ["x", "RUNNING"])
        assert complaints == "nurseryctl: cannot: no\n"
        code, _, complaints = ctl("start", "nobody", "db", "x")
        assert code == 4
        assert len(complaints.splitlines()) == 2

    def test_a_daemon_that_goes_away_ends_it_all(self, ctl, fake: FakeDaemon):
        fake.on("POST /v1/services/db/start", Reply(raw=b""))
        code, printed, complaints = ctl("start", "db", "x")
        assert (code, printed) == (4, "")
        assert len(complaints.splitlines()) == 1

    def test_status_takes_them_too(self, ctl):
        code, printed, _ = ctl("status", "web:*")
        assert code == 0
        assert [row.split()[0] for row in printed.splitlines()] == ["web_0", "web_1"]


class TestSignalAndWrite:
    @pytest.mark.parametrize("name", ["HUP", "SIGHUP", "hup", "1"])
    def test_a_signal_has_many_names(self, ctl, fake: FakeDaemon, name: str):
        fake.on("POST /v1/services/web/signal", {})
        assert ctl("signal", name, "web") == (0, "", "")
        assert fake.asked == [("POST /v1/services/web/signal", b'{"signal": "HUP"}')]

    @pytest.mark.parametrize("name", ["HOP", "99", "SIG"])
    def test_what_is_none_is_bad_usage(self, ctl, fake: FakeDaemon, name: str):
        code, _, complaints = ctl("signal", name, "web")
        assert code == 2
        assert "is no signal; 'kill -l' lists them" in complaints
        assert fake.asked == []

    def test_a_refusal_is_exit_status_1(self, ctl, fake: FakeDaemon):
        fake.on("POST /v1/services/web/signal", Reply({"error": "cannot signal web: down"}, 409))
        assert ctl("signal", "HUP", "web") == (1, "", "nurseryctl: cannot signal web: down\n")

    def test_standard_input_goes_to_the_service_as_it_comes(self, fake: FakeDaemon):
        fake.on("POST /v1/services/web/stdin", {})
        process = beside(fake, "write", "web", stdin=subprocess.PIPE)
        _, complaints = process.communicate(b"hello\n\xff\0", timeout=PATIENCE)
        assert (process.returncode, complaints) == (0, b"")
        assert b"".join(body for _, body in fake.asked) == b"hello\n\xff\0"

    @pytest.mark.parametrize(
        ("arguments", "asked"),
        [
            (("clear", "web"), "POST /v1/services/web/clear"),
            (("remove", "a b"), "DELETE /v1/services/a%20b"),
        ],
    )
    def test_clear_and_remove(self, ctl, fake: FakeDaemon, arguments, asked: str):
        fake.on(asked, {})
        assert ctl(*arguments) == (0, "", "")
        assert fake.asked == [(asked, b"")]


DIFFERENCES = [
    {"service": "new", "kind": "added", "live": {}, "restart": {}},
    {"service": "old", "kind": "removed", "live": {}, "restart": {}},
    {
        "service": "web",
        "kind": "changed",
        "live": {"stop_timeout": [5, 10]},
        "restart": {"command": [["a"], ["ä"]]},
    },
    {"service": "", "kind": "changed", "live": {}, "restart": {"socket": ["/a", "/b"]}},
]
SHOWN = """\
+ new  added
- old  removed
~ web  changed
    stop_timeout: 5 -> 10  (live)
    command: ["a"] -> ["ä"]  (with a restart)
~ the daemon  changed
    socket: "/a" -> "/b"  (when the daemon starts again)
"""


class TestReload:
    def test_it_says_what_changed(self, ctl, fake: FakeDaemon):
        fake.on("POST /v1/reload", {"differences": DIFFERENCES})
        assert ctl("reload") == (0, SHOWN, "")
        assert fake.asked == [("POST /v1/reload", b"{}")]

    @pytest.mark.parametrize("names", [("all",), ("web", "all")])
    def test_all_are_also_those_to_come(self, ctl, fake: FakeDaemon, names):
        fake.services(status("web"))
        fake.on("POST /v1/reload", {"differences": DIFFERENCES})
        fake.on("GET /v1/diff", {"differences": DIFFERENCES})
        assert ctl("reload", *names) == (0, SHOWN, "")
        assert fake.asked[-1] == ("POST /v1/reload", b"{}")
        for command in (("diff",), ("reload", "--dry-run")):
            assert ctl(*command, *names) == (0, SHOWN, "")

    def test_it_may_be_of_some(self, ctl, fake: FakeDaemon):
        fake.on("POST /v1/reload", {"differences": []})
        assert ctl("reload", "web", "new") == (0, "nothing changes\n", "")
        assert json.loads(fake.asked[0][1]) == {"only": ["web", "new"]}

    @pytest.mark.parametrize("arguments", [("diff",), ("reload", "--dry-run")])
    def test_beforehand_it_can_be_seen(self, ctl, fake: FakeDaemon, arguments):
        fake.on("GET /v1/diff", {"differences": DIFFERENCES})
        assert ctl(*arguments) == (0, SHOWN, "")
        code, printed, _ = ctl(*arguments, "new", "--json")
        assert (code, json.loads(printed)) == (0, DIFFERENCES[:1])

    def test_a_bad_configuration_is_refused_with_all_its_problems(self, ctl, fake: FakeDaemon):
        problems = [
            {"file": "a.toml", "table": "service.web", "key": "comand", "text": "no such key"},
            {"file": "a.toml", "table": "", "key": "", "text": "is not TOML"},
        ]
        refusal = {"error": "cannot reload: 2 problems; nothing changed", "problems": problems}
        fake.on("POST /v1/reload", Reply(refusal, 409))
        assert ctl("reload") == (
            1,
            "",
            "a.toml: service.web.comand: no such key\na.toml: is not TOML\n"
            "nurseryctl: cannot do that: 2 problems; mend them, nothing changed\n",
        )


class TestLogs:
    def test_of_one_service_they_are_as_they_were_written(self, ctl, fake: FakeDaemon):
        fake.on("GET /v1/services/web/logs", Reply(records=[line("one"), line("\x1b[1mtwo")]))
        assert ctl("logs", "web") == (0, "one\ntwo\n", "")

    def test_what_a_terminal_would_do_is_left_out_and_colours_are_not(self, ctl, fake: FakeDaemon):
        forged = line("true\rforged\x1b]0;title\x07", "db")
        fake.on("GET /v1/services/db/logs", Reply(records=[forged]))
        fake.on("GET /v1/logs", Reply(records=[forged]))
        seen = "true\ufffdforged\ufffd]0;title\ufffd"
        assert ctl("logs", "db") == (0, f"{seen}\n", "")
        assert ctl("logs") == (0, f"db | {seen}\n", "")

    def test_of_all_they_say_whose_they_are(self, ctl, fake: FakeDaemon):
        records = [line("a", "db"), line("b", "longer"), line("c", "db"), line("d", "nurseryd")]
        fake.on("GET /v1/logs?lines=4&stream=stdout", Reply(records=records))
        code, printed, _ = ctl("logs", "-n", "4", "--stream", "stdout")
        assert code == 0
        assert printed.splitlines() == [
            "db | a",
            "longer | b",
            "db     | c",
            "nurseryd | d",
        ]

    def test_of_several_they_are_in_order_and_none_comes_twice(self, ctl, fake: FakeDaemon):
        fake.on("GET /v1/services/a/logs?lines=9", Reply(records=[line("a2", "a", 2)]))
        fake.on("GET /v1/services/b/logs?lines=9", Reply(records=[line("b1", "b", 1)]))
        to_come = [line("a2", "a", 2), line("a3", "a", 3), line("c", "c", 9), line("b4", "b", 4)]
        fake.on("GET /v1/logs?lines=0&follow=1", Reply(records=to_come))
        code, printed, _ = ctl("logs", "-f", "-n", "9", "a", "b")
        assert (code, printed) == (0, "b | b1\na | a2\na | a3\nb | b4\n")
        code, printed, _ = ctl("logs", "-n", "9", "a", "b")
        assert (code, printed) == (0, "b | b1\na | a2\n")

    def test_what_came_too_fast_for_us_is_counted(self, ctl, fake: FakeDaemon):
        missed = [{"missed": 3, "service": name} for name in ("a", "b", "c")]
        for name in ("a", "b"):
            fake.on(f"GET /v1/services/{name}/logs", Reply(records=[]))
            fake.on(f"GET /v1/services/{name}/logs?follow=1", Reply(records=missed[:1]))
        assert ctl("logs", "-f", "a") == (0, "", "(3 lines of a missed)\n")
        fake.on("GET /v1/logs?lines=0&follow=1", Reply(records=missed))
        told = "(3 lines of a missed)\n(3 lines of b missed)\n"
        assert ctl("logs", "-f", "a", "b") == (0, "", told)

    def test_as_json_they_are_whole(self, ctl, fake: FakeDaemon):
        fake.on("GET /v1/services/web/logs", Reply(records=[line("x")]))
        code, printed, _ = ctl("logs", "--json", "web")
        assert (code, json.loads(printed)) == (0, line("x"))

    def test_of_nobody_are_exit_status_4(self, ctl):
        assert ctl("logs", "web")[0] == 4


class TestEvents:
    RECORDS = (
        {"snapshot": [status()]},
        {"before": status(), "now": status(state="STOPPING", ready=False, reason="as\nasked")},
        {"before": status(), "now": status(pid=7)},
        {"before": None, "now": status("new")},
        {"before": status("new"), "now": None},
    )

    def test_each_change_is_a_line(self, ctl, fake: FakeDaemon):
        fake.on("GET /v1/events", Reply(records=list(self.RECORDS)))
        code, printed, _ = ctl("events")
        assert code == 0
        assert [row.split(maxsplit=1)[1] for row in printed.splitlines()] == [
            "web  RUNNING -> STOPPING  ready false  as asked",
            "web  RUNNING  pid 7",
            "new  RUNNING",
            "new  vanished",
        ]

    def test_as_json_they_are_as_they_come(self, ctl, fake: FakeDaemon):
        fake.on("GET /v1/events", Reply(records=list(self.RECORDS)))
        _, printed, _ = ctl("events", "--json")
        assert [json.loads(row) for row in printed.splitlines()] == list(self.RECORDS)

    def test_a_watch_that_nobody_sees_is_a_line_a_change(self, ctl, fake: FakeDaemon):
        fake.on("GET /v1/events", Reply(records=list(self.RECORDS)))
        code, printed, _ = ctl("status", "--watch")
        assert code == 0
        assert [row.split()[:2] for row in printed.splitlines()] == [
            ["web", "RUNNING"],
            ["web", "STOPPING"],
            ["web", "RUNNING"],
            ["new", "RUNNING"],
        ]

    def test_a_watch_is_for_people(self, ctl):
        code, _, complaints = ctl("status", "--watch", "--json")
        assert code == 2
        assert "for a program there is 'events --json'" in complaints


class TestTop:
    @staticmethod
    def sample(cores: float) -> dict[str, Any]:
        return {
            "at": 10.0,
            "restarts": 0,
            "taken": {
                "web": {"cpu": 1.0, "memory": 5_000_000, "processes": 2},
                "big": {"cpu": 1.0, "memory": 3 * 2**30, "processes": 1},
                "tiny": {"cpu": 1.0, "memory": 512, "processes": 1},
            },
            "cores": {"web": cores, "big": 0.0, "tiny": 0.0},
        }

    def test_who_takes_most_comes_first(self, ctl, fake: FakeDaemon):
        fake.on("GET /v1/usage", Reply(records=[self.sample(1.25)], hold=True))
        code, printed, _ = ctl("top")
        assert code == 0
        assert printed.splitlines() == [
            "web    125.0 %    4.8 MB  processes 2",
            "big      0.0 %    3.0 GB  processes 1",
            "tiny     0.0 %     512 B  processes 1",
        ]

    def test_a_watch_goes_on_and_json_is_as_it_comes(self, ctl, fake: FakeDaemon):
        samples = [self.sample(0.1), self.sample(0.2)]
        fake.on("GET /v1/usage", Reply(records=samples))
        _, printed, _ = ctl("top", "--watch", "--json")
        assert [json.loads(row) for row in printed.splitlines()] == samples


WELL = {"healthy": True, "reasons": [], "checks": []}


class TestHealth:
    def test_exit_status_0_is_healthy(self, ctl, fake: FakeDaemon):
        fake.on("GET /v1/health?level=alive", WELL)
        assert ctl("health", "--level", "alive") == (0, "healthy\n", "")

    def test_exit_status_1_is_not_with_the_reasons_in_one_line(self, ctl, fake: FakeDaemon):
        report = {"healthy": False, "reasons": ["web is FATAL", "db: no\x1b\n"], "checks": []}
        fake.on("GET /v1/health?level=ready", Reply(report, 503))
        assert ctl("health") == (1, "web is FATAL; db: no  \n", "")
        code, printed, _ = ctl("health", "--json")
        assert (code, json.loads(printed)) == (1, report)

    @pytest.mark.parametrize(
        ("reply", "complaint"),
        [
            (Reply({"error": "cannot: ending"}, 503), "cannot: ending"),
            (Reply({"error": "no such thing"}, 404), "no such thing"),
            (Reply({}, 500), "it answered 500"),
            (Reply(records=[], hold=True), "cannot get an answer from the daemon"),
            (Reply(raw=b""), "it was closed"),
            (Reply(raw=b"SSH-2.0-OpenSSH\r\n"), "what answers is none"),
            (Reply(raw=b"HTTP/1.1 200 OK\r\n\r\n[]"), "what answers is none"),
            (Reply(raw=b"SIP/2.0 200 OK\r\n\r\n{}"), "what answers is none"),
            (Reply(raw=b"HTTP/1.1 200 OK\r\n\r\n{"), "what answers is none"),
            (Reply(text=" " * 1_100_000), "what answers is none"),
        ],
        ids=range(10),
    )
    def test_what_is_no_answer_is_not_healthy_either(self, ctl, fake, reply, complaint: str):
        fake.on("GET /v1/health?level=ready", reply)
        code, printed, complaints = ctl("health", "--timeout", "0.5" if reply.hold else "20")
        assert (code, printed, complaints.count("\n")) == (1, "", 1)
        assert complaint in complaints

    def test_in_no_time_nothing_is_asked(self, fake: FakeDaemon):
        with pytest.raises(Unreachable, match="in time"):
            checkup(fake.path, "ready", 0.0)
        assert fake.asked == []

    def test_the_short_way_says_what_the_long_one_says(self, ctl, fake: FakeDaemon):
        ill = {"healthy": False, "reasons": ["web is FATAL"], "checks": []}
        for report in (WELL, ill):
            for level in ("alive", "ready"):
                fake.on(f"GET /v1/health?level={level}", report)
                words = ["health", "--level", level]
                assert plain_health(words, fake.path) is not None
                long = [*words, "--timeout", "5"]
                assert plain_health(long, fake.path) is None
                assert ctl(*words) == ctl(*long)

    def test_the_short_way_finds_the_socket_as_the_long_one_does(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.chdir(tmp_path)
        for words, named, path in (
            (["health"], None, "/run/nurseryd.sock"),
            (["health"], "from-environment", "from-environment"),
            (["-s", "named", "health"], "from-environment", "named"),
            (["--socket", "named", "health", "--level", "alive"], None, "named"),
        ):
            asked = plain_health(words, named)
            assert asked is not None
            assert asked.path == path

    @pytest.mark.parametrize(
        "words",
        [[], ["status"], ["health", "--help"], ["health", "--level", "deep"], ["-s", "health"]],
    )
    def test_anything_else_goes_the_long_way(self, words: list[str]):
        assert plain_health(words, None) is None

    def test_nobody_reads_what_it_says(self, fake: FakeDaemon):
        fake.on("GET /v1/health?level=ready", WELL)
        reading, writing = os.pipe()
        os.close(reading)
        process = beside(fake, "health", stdout=writing)
        os.close(writing)
        _, complaints = process.communicate(timeout=PATIENCE)
        assert (process.returncode, complaints) == (141, b"")

    def test_it_imports_next_to_nothing(self, fake: FakeDaemon):
        fake.on("GET /v1/health?level=ready", WELL)
        code = (
            "import sys; before = set(sys.modules)\n"
            "from supervisor.cli.nurseryctl import run\n"
            f"code = run(['-s', {fake.path!r}, 'health'])\n"
            "print(code, *set(sys.modules) - before)"
        )
        unmeasured = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
        done = subprocess.run(
            # Without `site`, which in a checkout imports some of it for its own sake.
            [
                sys.executable,
                "-I",
                "-S",
                "-c",
                f"import sys; sys.path[:0] = [{str(ROOT)!r}]\n{code}",
            ],
            capture_output=True,
            text=True,
            env=unmeasured,
            timeout=PATIENCE,
            check=True,
        )
        said, status, *modules = done.stdout.split()
        assert (said, status) == ("healthy", "0")
        assert not {name.partition(".")[0] for name in modules} & {"click", "http", "email", "ssl"}
        assert len(modules) < 60, sorted(modules)


class TestTheDaemon:
    def test_explain_is_the_state_and_what_is_declared(self, ctl, fake: FakeDaemon):
        spec = {
            "kind": "process",
            "name": "web",
            "command": ["a", 'b"'],
            "user": None,
            "listen": [],
        }
        fake.services(status())
        fake.on("GET /v1/services/web/spec", {"spec": spec})
        code, printed, _ = ctl("explain", "web")
        assert code == 0
        assert printed.splitlines()[0].split()[:2] == ["web", "RUNNING"]
        assert printed.splitlines()[2:] == [
            "[service.web]",
            'kind = "process"',
            'command = ["a", "b\\""]',
        ]
        _, printed, _ = ctl("explain", "web", "--json")
        assert json.loads(printed) == {"service": status(), "spec": spec}

    def test_metrics_are_as_they_come(self, ctl, fake: FakeDaemon):
        fake.on("GET /metrics", Reply(text="# HELP x\nx 1\n"))
        assert ctl("metrics") == (0, "# HELP x\nx 1\n", "")
        fake.on("GET /metrics", Reply({"error": "cannot: no"}, 409))
        assert ctl("metrics") == (1, "", "nurseryctl: cannot: no\n")

    def test_version_is_of_both(self, ctl, fake: FakeDaemon):
        fake.on(
            "GET /v1/daemon",
            {"pid": 7, "version": "9.9", "state": "RUNNING", "config": "/etc/n.toml"},
        )
        code, printed, _ = ctl("version")
        assert code == 0
        assert printed.splitlines()[0].startswith("nurseryctl 0.")
        assert printed.splitlines()[1] == "nurseryd 9.9  pid 7  RUNNING  /etc/n.toml"

    @pytest.mark.parametrize(
        ("arguments", "body"),
        [
            (("shutdown",), {"reason": "asked by nurseryctl"}),
            (("shutdown", "--again"), {"reason": "asked by nurseryctl", "again": True}),
        ],
    )
    def test_shutdown_may_be_a_new_beginning(self, ctl, fake: FakeDaemon, arguments, body):
        fake.on("POST /v1/shutdown", Reply({}, 202))
        assert ctl(*arguments) == (0, "", "")
        assert json.loads(fake.asked[0][1]) == body


class TestCompletion:
    def completed(self, fake_path: str, *words: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", CODE],
            env={
                **os.environ,
                "_NURSERYCTL_COMPLETE": "bash_complete",
                "COMP_WORDS": " ".join(["nurseryctl", "-s", fake_path, *words]),
                "COMP_CWORD": str(len(words) + 2),
            },
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return [row.partition(",")[2] for row in done.stdout.split()]

    def test_services_are_completed_from_the_running_daemon(self, fake: FakeDaemon):
        fake.services(status("api"), status("app", group="a"), status("db"))
        assert self.completed(fake.path, "restart", "ap") == ["api", "app"]
        assert self.completed(fake.path, "restart", "a") == ["api", "app", "a:*", "all"]
        assert self.completed(fake.path, "rest") == ["restart"]

    def test_without_a_daemon_there_is_nothing_to_complete(self, tmp_path: Path, fake):
        assert self.completed(str(tmp_path / "none"), "restart", "a") == []
        fake.services()
        assert self.completed(fake.path, "restart", "a") == []

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_each_shell_has_its_script(self, ctl, shell: str):
        code, printed, _ = ctl("completion", shell)
        assert code == 0
        assert f"_NURSERYCTL_COMPLETE={shell}_complete" in printed

    def test_the_script_of_bash_is_one(self, ctl):
        script = ctl("completion", "bash")[1]
        subprocess.run(["bash", "-n"], input=script, text=True, check=True, timeout=PATIENCE)


def test_the_real_command_has_all_that_is_promised(ctl):
    _, printed, _ = ctl("--help")
    for verb in [
        "status",
        "top",
        "start",
        "stop",
        "restart",
        "signal",
        "write",
        "reload",
        "diff",
        "logs",
        "events",
        "health",
        "explain",
        "metrics",
        "version",
        "shutdown",
        "completion",
        "clear",
        "remove",
    ]:
        assert f"\n  {verb} " in printed, verb
