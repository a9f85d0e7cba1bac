"""Coming from supervisord: what each option becomes, and that what is written can be started."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config import load
from supervisor.config.convert import VARIABLE
from supervisor.plan import Plan, plan
from supervisor.supervisord.expansion import Expansion, variable, written
from supervisor.supervisord.note import Unreadable
from supervisor.supervisord.order import after, longest_stop
from supervisor.supervisord.reading import read
from supervisor.supervisord.translation import Translation, translate
from supervisor.supervisord.writing import write


class Imported:
    """An import of a text, down to the TOML and back."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self.found: Translation = translate(read(path, environment), environment)
        self.text = write(self.found, path.name)
        self.data: dict[str, Any] = tomllib.loads(self.text)
        self.notes = [str(note) for note in self.found.notes]
        self.lost = [str(note) for note in self.found.notes if note.lost]
        for note in self.notes:
            assert f"# {note}\n" in self.text
        target = path.with_suffix(".toml")
        target.write_text(self.text, encoding="utf-8")
        self._target, self._environment = target, environment

    def plan(self) -> Plan:
        return plan(load(self._target, self._environment))

    @property
    def service(self) -> dict[str, Any]:
        (service,) = self.data["service"].values()
        return service


@pytest.fixture
def imported(tmp_path: Path):
    def imported(text: str, **environment: str) -> Imported:
        path = tmp_path / "supervisord.conf"
        path.write_text(text, encoding="utf-8")
        return Imported(path, environment)

    return imported


# What a program is that says nothing but its command.
LEAST = {"kind": "process", "command": ["x"], "ready": {"delay": 1}, "stop_timeout": 10}


def program(*lines: str) -> str:
    return "\n".join(["[program:web]", "command=x", *lines])


def test_a_program_that_says_nothing_is_as_supervisord_has_it(imported):
    it = imported(program())
    assert it.service == LEAST
    assert it.notes == []
    assert list(it.data) == ["service"]


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        (["autostart=false"], {"autostart": False}),
        (["autostart=yes"], {}),
        (["autostart=%(ENV_A)s"], {"autostart": "${A}"}),
        (["autorestart=true"], {"restart": "always"}),
        (["autorestart=unexpected"], {}),
        (["autorestart=false"], {"restart": "never"}),
        (["exitcodes=0,2, 7"], {"success": [0, 2, 7]}),
        (["exitcodes=0"], {}),
        (["startsecs=0"], {"ready": None}),
        (["startsecs=40"], {"ready": {"delay": 40}, "start_timeout": 50.0}),
        (["startretries=5"], {}),
        (["startretries=3"], {"budget": {"restarts": 3, "period": 60}}),
        (
            ["startretries=8", "startsecs=10"],
            {"ready": {"delay": 10}, "budget": {"restarts": 8, "period": 182}},
        ),
        (["stopsignal=SIGINT"], {"stop_signal": "INT"}),
        (["stopsignal=quit"], {"stop_signal": "QUIT"}),
        (["stopsignal=1"], {"stop_signal": "HUP"}),
        (["stopwaitsecs=30"], {"stop_timeout": 30}),
        (["stopwaitsecs=5"], {"stop_timeout": None}),
        (["stopwaitsecs=%(ENV_A)s"], {"stop_timeout": "${A}"}),
        (["stopasgroup=true", "killasgroup=true"], {}),
        (["user=www-data"], {"user": "www-data"}),
        (["umask=22"], {"umask": "022"}),
        (["directory=/srv/%(program_name)s"], {"directory": "/srv/web"}),
        (['environment=A="b,c",D=e'], {"environment": {"A": "b,c", "D": "e"}}),
        (["stdout_events_enabled=true", "stdout_syslog=false"], {}),
    ],
)
def test_what_an_option_becomes(imported, lines: list[str], keys: dict[str, object]):
    it = imported(program(*lines), A="7")
    expected = {key: value for key, value in (LEAST | keys).items() if value is not None}
    assert it.service == expected
    assert it.notes == []


@pytest.mark.parametrize(
    ("lines", "log"),
    [
        (["stdout_logfile=/dev/stdout", "stderr_logfile=/dev/fd/2"], None),
        (["stdout_logfile=/proc/1/fd/1", "redirect_stderr=true"], None),
        (["stdout_logfile=NONE", "stderr_logfile=/dev/null"], {"daemon": False}),
        (["stdout_logfile=off", "redirect_stderr=true"], {"daemon": False}),
        (["stdout_logfile=/a", "redirect_stderr=1"], {"daemon": False, "file": "/a"}),
        (["stdout_logfile=/a", "stderr_logfile=/a"], {"daemon": False, "file": "/a"}),
        (["stdout_logfile=~/a", "redirect_stderr=1"], {"daemon": False, "file": "${HOME}/a"}),
        (
            ["stdout_logfile=/a", "stderr_logfile=/b"],
            {"daemon": False, "file": "/a", "error_file": "/b"},
        ),
        (["stdout_logfile=NONE", "stderr_logfile=/b"], {"daemon": False, "error_file": "/b"}),
        (
            [
                "stdout_logfile=/a",
                "redirect_stderr=true",
                "stdout_logfile_maxbytes=1MB",
                "stdout_logfile_backups=0",
            ],
            {"daemon": False, "file": "/a", "max_bytes": 1048576, "backups": 0},
        ),
        (
            ["stdout_logfile=NONE", "stderr_logfile=/b", "stderr_logfile_maxbytes=2kb"],
            {"daemon": False, "error_file": "/b", "max_bytes": 2048},
        ),
        (["stdout_logfile_maxbytes=0", "stdout_logfile_backups=0"], None),
    ],
)
def test_where_lines_go(imported, lines: list[str], log: dict[str, object] | None):
    it = imported(program(*lines), HOME="/root")
    assert it.service.get("log") == log
    assert it.notes == []
    it.plan()


@pytest.mark.parametrize(
    ("lines", "log", "note"),
    [
        (["stdout_logfile=/a"], {"daemon": False, "file": "/a"}, "stderr is in /a too"),
        (
            ["stdout_logfile=/a", "stderr_logfile=/dev/stderr"],
            {"file": "/a"},
            "stderr is in /a too",
        ),
        (["stderr_logfile=/b"], {"error_file": "/b"}, "in the daemon's log as well"),
        (["stdout_logfile=NONE"], None, "one stream alone is not dropped"),
        (["stderr_logfile=NONE"], None, "one stream alone is not dropped"),
        (
            ["stdout_logfile=/a", "redirect_stderr=true", "stdout_logfile_backups=2000"],
            {"daemon": False, "file": "/a", "backups": 1000},
            "at most 1000 are kept",
        ),
        (
            ["stdout_logfile=/a", "stderr_logfile=/b", "stderr_logfile_maxbytes=1"],
            {"daemon": False, "file": "/a", "error_file": "/b"},
            "both files have the one of stdout",
        ),
    ],
)
def test_mixtures_are_a_little_more_than_was_asked_for(imported, lines, log, note: str):
    it = imported(program(*lines))
    assert it.service.get("log") == log
    assert any(note in found for found in it.notes), it.notes
    assert it.lost == []


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("stdout_syslog=true", "stdout_syslog: left out: there is no syslog"),
        ("stderr_logfile=syslog", "stderr_syslog: left out: there is no syslog"),
        ("stdout_capture_maxbytes=1MB", "left out: nothing is captured"),
        ("autostart=perhaps", "autostart: left out: 'perhaps' is neither true nor false"),
        ("startsecs=1s", "startsecs: left out: '1s' is no whole number"),
        ("exitcodes=0,256", "'0,256' is not a list of exit codes from 0 to 255"),
        ("exitcodes=0,x", "'x' is no whole number"),
        ("stopsignal=TREM", "'TREM' is no signal"),
        ("stopsignal=99", "'99' is no signal"),
        ("umask=9", "'9' is no octal number"),
        ("environment=A", "cannot read 'A' as KEY"),
        ("environment=A=1,B", "cannot read 'A=1,B' as KEY"),
        ("environment=A='b", "No closing quotation"),
        ("directory=/%(nowhere)s", "directory: left out: there is no %(nowhere)s"),
        ("directory=/100%", "a percent sign is %%"),
        ("directory=%(ENV_A-B)s", "there is no %(ENV_A-B)s"),
        ("numprocs=%(ENV_MANY)s", "the variable MANY is not set; set it and import again"),
        ("process_name=%(ENV_NAME)s", "the variable NAME is not set"),
    ],
)
def test_what_has_no_counterpart_is_left_out_and_said(imported, line: str, note: str):
    it = imported(program(line))
    assert any(note in found for found in it.lost), it.notes
    it.plan()


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("stopasgroup=false", "a stop is always for the whole process group"),
        ("startretries=0", "startretries: is 1 here"),
        ("startretries=999999", "startretries: is 10000 here"),
        ("serverurl=AUTO", "SUPERVISOR_SERVER_URL"),
        ("username=me", "is no option that supervisord knows"),
        ("numprocs=%(ENV_N)s", "is 1 in this environment"),
    ],
)
def test_what_is_not_quite_the_same_is_said(imported, line: str, note: str):
    it = imported(program(line), N="1")
    assert any(note in found for found in it.notes), it.notes
    assert it.lost == []
    it.plan()


def test_what_is_never_restarted_is_not_started_again_either(imported):
    it = imported(program("autorestart=false", "startretries=2"))
    assert it.service == LEAST | {"restart": "never"}
    assert len(it.notes) == 1


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ('a  \'b c\' "d\\"e" f\\ g', ["a", "b c", 'd"e', "f g"]),
        ("a %(ENV_X)s-%(ENV_Y)s", ["a", "${X}-${Y}"]),
        ("a '%(ENV_X)s'", ["a", "${X}"]),
        ("a %(program_name)s %(group_name)s %(process_num)03d", ["a", "web", "web", "000"]),
        ("a 100%% ; a comment", ["a", "100%"]),
        ("a;b #c", ["a;b"]),
        ("a $HOME ${HOME} $$", ["a", "$HOME", "${HOME}", "$$"]),
        ("a $%(ENV_X)s", ["a", "$${X}"]),
        ("a\n  b", ["a", "b"]),
    ],
)
def test_a_command_is_split_as_supervisord_splits_it(imported, command: str, words: list[str]):
    it = imported(f"[program:web]\ncommand={command}", X="1", Y="2")
    (spec,) = [planned.spec for planned in it.plan().services]
    assert spec.command == tuple(
        word.replace("${X}", "1").replace("${Y}", "2") if "%(ENV" in command else word
        for word in words
    )


def test_a_variable_by_itself_may_have_been_several_arguments(imported):
    it = imported("[program:web]\ncommand=run 'a b' %(ENV_X)s %(ENV_X)s %(ENV_Y)s", X="1", Y="2")
    assert it.notes == [
        "[program:web] command: $X and $Y is one argument; where it holds several words, write"
        ' command = ["sh", "-c", "exec run \'a b\' $X $X $Y"]'
    ]
    assert it.lost == []


def test_variables_that_the_file_sets_are_put_in(imported):
    it = imported(
        "[supervisord]\nnodaemon=true\nenvironment=A=a,B='%(ENV_OUTSIDE)s'\n"
        "[program:web]\ncommand=x %(ENV_A)s %(ENV_B)s %(ENV_C)s\nenvironment=A=own,C=c",
        OUTSIDE="o",
    )
    assert it.service["command"] == ["x", "own", "${OUTSIDE}", "c"]
    assert it.service["environment"] == {"A": "own", "B": "${OUTSIDE}", "C": "c"}


@pytest.mark.parametrize("command", ["command=", "", "command='x", "command=%(no)s"])
def test_without_a_command_there_is_no_service(imported, command: str):
    it = imported(f"[program:web]\n{command}\n")
    assert "service" not in it.data
    assert "there is none, so there is no service" in it.lost[-1]


def test_several_processes_are_a_group(imported):
    it = imported(
        program(
            "numprocs=3",
            "numprocs_start=7",
            "process_name=%(program_name)s_%(process_num)02d",
            "stdout_logfile=/tmp/%(process_num)d",
            "redirect_stderr=true",
        )
    )
    assert list(it.data["service"]) == ["web_07", "web_08", "web_09"]
    assert it.data["service"]["web_08"]["log"]["file"] == "/tmp/8"
    assert it.data["group"] == {"web": {"members": ["web_07", "web_08", "web_09"]}}
    assert it.notes == []


def test_one_process_of_another_name_is_a_group_too(imported):
    it = imported(program("process_name=%(program_name)s_%(process_num)02d"))
    assert it.data["group"] == {"web": {"members": ["web_00"]}}


def test_processes_that_have_one_name_get_a_number(imported):
    it = imported(program("numprocs=2"))
    assert list(it.data["service"]) == ["web_00", "web_01"]
    assert "does not tell the processes apart" in it.notes[0]


def test_a_group_has_its_programs_in_its_own_order(imported):
    it = imported(
        "[program:a]\ncommand=x\n[program:b]\ncommand=x %(group_name)s\n"
        "[group:g]\nprograms=b, a,gone\nfoo=1\n"
    )
    assert it.data["group"] == {"g": {"members": ["b", "a"]}}
    assert it.data["service"]["b"]["command"] == ["x", "g"]
    assert it.lost == ["[group:g] programs: left out: there is no [program:gone]"]
    assert "[group:g] foo: is no option that supervisord knows; it had no effect" in it.notes


def test_a_program_in_two_groups_runs_twice(imported):
    it = imported(
        "[program:a]\ncommand=x\n[group:g]\nprograms=a\n[group:h]\nprograms=a\n"
        "[program:h-a]\ncommand=x\n[program:ä b]\ncommand=x\n[program:__]\ncommand=x"
    )
    assert it.data["group"] == {
        "g": {"members": ["a"]},
        "h": {"members": ["h-a"]},
        "h-a": {"members": ["h-a-h-a"]},
    }
    it.plan()
    assert [note for note in it.notes if "is 'h-a' here" in note]
    it = imported(
        "[program:a]\ncommand=x\n[program:a b]\ncommand=x\nprocess_name=a\n"
        "[program:-a]\ncommand=x\n[program:_a]\ncommand=x\n[program:.a]\ncommand=x"
    )
    assert len(it.data["service"]) == 5


@pytest.mark.parametrize(("name", "here"), [("_w", "w"), ("app@1", "app-1"), ("my+g", "my-g")])
def test_a_group_has_a_name_that_ours_may_have(imported, name: str, here: str):
    told = f"the group {name!r} is {here!r} here"
    it = imported(f"[program:{name}]\ncommand=x\nprocess_name=p%(process_num)d\nnumprocs=2")
    assert it.data["group"] == {here: {"members": ["p0", "p1"]}}
    assert it.notes == [f"[program:{name}]: {told}"]
    it.plan()
    it = imported(
        f"[program:a]\ncommand=x\n[program:h]\ncommand=x\n[program:h-a]\ncommand=x\n"
        f"[group:h]\nprograms=a\n[group:{name}]\nprograms=a,h\n[group:{here}]\nprograms=h-a\n"
    )
    assert it.data["group"] == {
        "h": {"members": ["a"]},
        here: {"members": [f"{here}-a", "h"]},
        f"{here}-2": {"members": ["h-a"]},
    }
    assert f"[group:{name}]: {told}" in it.notes
    it.plan()


class TestPriority:
    def test_is_an_order_of_starts(self, imported):
        it = imported(
            "[program:late]\ncommand=x\n[program:b]\ncommand=x\npriority=2\n"
            "[program:a]\ncommand=x\npriority=1\n[program:c]\ncommand=x\npriority=2\n"
        )
        services = it.data["service"]
        assert "after" not in services["a"]
        assert services["b"]["after"] == services["c"]["after"] == {"a": "started"}
        assert services["late"]["after"] == {"b": "started", "c": "started"}
        it.plan()

    def test_of_a_group_comes_first(self, imported):
        it = imported(
            "[program:a]\ncommand=x\npriority=50\n[program:b]\ncommand=x\npriority=1\n"
            "[group:g]\nprograms=a\npriority=10\n[program:c]\ncommand=x\npriority=20"
        )
        services = it.data["service"]
        assert services["a"]["after"] == {"b": "started"}
        assert services["c"]["after"] == {"a": "started"}

    def test_that_all_share_is_none(self, imported):
        it = imported("[program:a]\ncommand=x\npriority=5\n[program:b]\ncommand=x\npriority=5")
        assert not any("after" in service for service in it.data["service"].values())

    def test_waits_for_nobody_who_is_not_started(self):
        ranks = {"a": (1, 1), "b": (2, 1), "c": (3, 1)}
        assert after(ranks, ["a", "c"]) == {"a": [], "b": ["a"], "c": ["a"]}

    def test_makes_the_whole_stop_longer(self, imported):
        it = imported(
            "[program:a]\ncommand=x\npriority=1\nstopwaitsecs=20\n[program:b]\ncommand=x\n"
        )
        assert it.data["supervisor"] == {"shutdown_timeout": 30}
        assert it.plan().worst_stop == 30
        assert longest_stop({}, {}) == 0


class TestTheDaemon:
    def test_its_settings(self, imported):
        it = imported(
            "[supervisord]\nnodaemon=true\nloglevel=trace\nstrip_ansi=true\nuser=nobody\n"
            "pidfile=/p\nidentifier=i\nlogfile=/dev/stdout\nminfds=1024\nsilent=true\nfoo=1\n"
            "[unix_http_server]\nfile=~/s\nchmod=0700\nusername=a\npassword=b\n"
            f"[supervisorctl]\nserverurl=x\n{program()}",
            HOME="/root",
        )
        assert it.data["supervisor"] == {"log_level": "debug", "socket": "${HOME}/s"}
        assert it.service == LEAST | {"user": "nobody", "log": {"strip_ansi": True}}
        assert it.lost == []
        assert [note.partition(":")[0] for note in it.notes] == [
            "[supervisord] user",
            "[supervisord] pidfile",
            "[supervisord] identifier",
            "[supervisord] foo",
            "[unix_http_server] username",
            "[unix_http_server] password",
            "[supervisorctl]",
        ]

    def test_what_of_it_has_no_counterpart(self, imported):
        it = imported(
            "[supervisord]\nnodaemon=true\nlogfile=/var/log/s.log\nminfds=4096\nminprocs=900\n"
            "[unix_http_server]\nfile=/s\nchmod=0770\nchown=a:b\n[unix_http_server:two]\nfile=/t\n"
            "[inet_http_server]\nport=9001\n[rpcinterface:other]\nsupervisor.rpcinterface_factory=o:f\n"
            f"[ctlplugin:c]\nx=y\n{program()}"
        )
        assert [note.partition(": left")[0] for note in it.lost] == [
            "[supervisord] logfile",
            "[supervisord] minfds",
            "[supervisord] minprocs",
            "[unix_http_server] chmod",
            "[unix_http_server] chown",
            "[unix_http_server:two]",
            "[inet_http_server]",
            "[rpcinterface:other]",
            "[ctlplugin:c]",
        ]
        assert it.data["supervisor"] == {"socket": "/s"}

    def test_its_umask_and_folder_are_taken_only_in_the_background(self, imported):
        text = f"[supervisord]\numask=027\ndirectory=/srv\nloglevel=warn\n{program()}"
        it = imported(text)
        assert it.service == LEAST | {"umask": "027", "directory": "/srv"}
        assert it.notes == [
            "[supervisord] nodaemon: nurseryd always stays in the foreground; systemd or a"
            " container starts it",
            "[supervisord] loglevel: a higher log_level would hide what services write",
        ]
        it = imported(text.replace("umask=027", "nodaemon=on"))
        assert it.service == LEAST
        assert it.notes[0] == "[supervisord] directory: had no effect with nodaemon"
        it = imported(f"[unix_http_server]\nchmod=0700\n{program('umask=077')}\n[foo]\n")
        assert it.service == LEAST | {"umask": "077"}
        assert it.notes == ["[foo]: is no section that supervisord knows; it had no effect"]

    def test_root_is_who_it_is(self, imported):
        assert imported(f"[supervisord]\nnodaemon=1\nuser=root\n{program()}").notes == []

    def test_a_program_of_fastcgi_waits_until_it_can_take_its_socket(self, imported):
        it = imported(
            "[fcgi-program:php]\ncommand=php\nsocket=tcp://localhost:9000\nsocket_backlog=9\n"
        )
        assert it.service == LEAST | {
            "command": ["php"],
            "listen": ["localhost:9000"],
            "autostart": False,
        }
        assert len(it.lost) == 2
        it = imported("[fcgi-program:php]\ncommand=x\nsocket=unix:///run/%(program_name)s.sock")
        assert it.service["listen"] == ["/run/php.sock"]

    @pytest.mark.parametrize(
        ("events", "advice"),
        [
            ("PROCESS_STATE_EXITED,PROCESS_STATE_FATAL", "essential = true"),
            ("TICK_5", "schedule"),
            ("foo,PROCESS_LOG_STDOUT", "nurseryctl logs"),
            ("EVENT", "nurseryctl events"),
        ],
    )
    def test_an_event_listener_is_left_out_with_what_does_its_work(
        self, imported, events: str, advice: str
    ):
        it = imported(f"[eventlistener:e]\ncommand=x\nevents={events}\n{program()}")
        assert len(it.lost) == 1
        assert advice in it.lost[0]

    def test_the_name_of_the_machine_is_asked_for_when_it_starts(self, imported):
        it = imported(program("environment=NAME='%(host_node_name)s'"), HOSTNAME="h")
        assert it.service["environment"]["NAME"].startswith("${HOSTNAME:-")
        assert it.plan().services[0].spec.environment == {"NAME": "h"}
        it = imported(program("numprocs=1", "process_name=%(host_node_name)s"))
        assert it.notes == [] or "process_name" in it.notes[0]


class TestFiles:
    def test_what_is_included_knows_its_own_folder(self, tmp_path: Path):
        (tmp_path / "d").mkdir()
        main = tmp_path / "s.conf"
        main.write_text(
            "[supervisord]\nnodaemon=true\n[include]\nfiles=%(here)s/d/*.ini %(ENV_MORE)s n/*.x\n"
        )
        (tmp_path / "d" / "a.ini").write_text("[program:a]\ncommand=%(here)s/a\n")
        (tmp_path / "more.ini").write_text("[program:b]\ncommand=%(here)s/b\n")
        it = Imported(main, {"MORE": "more.ini"})
        assert it.data["service"]["a"]["command"] == [f"{tmp_path}/d/a"]
        assert it.data["service"]["b"]["command"] == [f"{tmp_path}/b"]
        assert it.notes == ["[include] files: no file fits 'n/*.x'"]
        assert "the variable MORE is not set" in Imported(main, {}).lost[0]
        main.write_text(f"[include]\n{program()}")
        assert Imported(main, {}).lost == ["[include]: left out: has no files"]

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"command=x\n", "cannot read it: File contains no section headers"),
            (b"[program:a]\n= x\n", "cannot read it: Source contains parsing errors"),
            (b"[program:a]\ncommand=\xff\n", "cannot read it: it is no UTF-8"),
            (b"[section]\na=b\n", "has no section of supervisord's"),
            (b"", "has no section of supervisord's"),
            (None, "cannot read it: No such file"),
        ],
    )
    def test_what_is_none_of_supervisords(self, tmp_path: Path, content, reason: str):
        path = tmp_path / "s.conf"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(Unreadable, match=r"s\.conf: ") as raised:
            read(path, {})
        assert reason in str(raised.value)


TEXT = st.text(st.characters(exclude_categories=["Cs", "Co"]))


@given(st.lists(st.one_of(TEXT, st.sampled_from(["$", "${A}", "$$", "{"]), st.just(None))))
def test_every_text_comes_through_with_its_variables(pieces: list[str | None]):
    text = "".join(variable("A") if piece is None else piece for piece in pieces)
    found = VARIABLE.sub(lambda v: "$" if v[1] is None else f"<{v[1]}>", written(text))
    assert found == "".join("<A>" if piece is None else piece for piece in pieces)


def test_what_has_to_be_known_now_is_looked_up():
    expansion = Expansion({"A": "1"})
    assert expansion.resolve(expansion.expand("%(ENV_A)s") + variable("B", "2")) == "12"


def test_it_costs_the_daemon_nothing():
    code = "import supervisor.cli.nurseryd, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "supervisor.supervisord.reading" not in done.stdout.split()
