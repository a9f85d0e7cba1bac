"""A whole configuration of supervisord's as tables of ours. Pure but for what `read` read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct, field

from supervisor.spec import Settings
from supervisor.supervisord import programs
from supervisor.supervisord.expansion import Expansion, written
from supervisor.supervisord.listeners import advice
from supervisor.supervisord.logfiles import destination, home
from supervisor.supervisord.naming import fitting, free
from supervisor.supervisord.note import Note
from supervisor.supervisord.options import Options, boolean, integer, names, octal, variables
from supervisor.supervisord.order import after, longest_stop
from supervisor.supervisord.programs import Service, Shared
from supervisor.supervisord.reading import Section, Source

FOREGROUND = "nurseryd always stays in the foreground; systemd or a container starts it"
MINIMA = {"minfds": (1024, "nofile"), "minprocs": (200, "nproc")}
MAIN_RPC = "supervisor.rpcinterface:make_main_rpcinterface"


class Group(Struct, frozen=True):
    """A table of the TOML. `section` is the title of the one that declared it, if one did."""

    name: str
    section: str
    members: tuple[str, ...]


class Translation(Struct, frozen=True):
    """`sections` are the titles of all, in order; `why` is what to say of a setting."""

    sections: tuple[str, ...]

    settings: Mapping[str, object]
    services: tuple[Service, ...]
    groups: tuple[Group, ...]
    notes: tuple[Note, ...]
    why: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def lost(self) -> int:
        return sum(note.lost for note in self.notes)


def translate(source: Source, environment: Mapping[str, str]) -> Translation:
    """`environment` is for what must be known now, such as `numprocs=%(ENV_WORKERS)s`."""
    return _Translator(source, environment).translate()


def _program_of(service: Service) -> str:
    return service.section.partition(":")[2].strip()


class _Translator:
    def __init__(self, source: Source, environment: Mapping[str, str]) -> None:
        self._sections = source.sections
        self._expansion = Expansion(environment)
        self._notes = list(source.notes)
        self._settings: dict[str, object] = {}
        self._shared = Shared()
        self._taken: set[str] = set()
        self._members: dict[str, list[str]] = {}

    def translate(self) -> Translation:
        for section in self._sections:
            if section.kind == "supervisord":
                self._daemon(self._options(section))
        services, group_ranks = self._services()
        ranks = {s.name: (group_ranks.get(s.group, s.priority), s.priority) for s in services}
        started = [service.name for service in services if service.autostart]
        follows = after(ranks, started)
        for service in services:
            if follows[service.name]:
                service.content["after"] = dict.fromkeys(follows[service.name], "started")
        worst = longest_stop(follows, {s.name: s.stop_timeout for s in services})
        why: dict[str, str] = {}
        if worst > Settings().shutdown_timeout:
            self._settings["shutdown_timeout"] = int(worst)
            why["shutdown_timeout"] = "the stop_timeouts in order; Docker waits 10 s unless told"
        for section in self._sections:
            self._other(section)
        return Translation(
            tuple(section.title for section in self._sections),
            self._settings,
            tuple(services),
            self._groups(services),
            tuple(self._notes),
            why,
        )

    def _options(self, section: Section) -> Options:
        return Options(section, self._expansion, self._notes)

    def _daemon(self, options: Options) -> None:
        """[supervisord]. Its umask and directory are taken only by one that leaves the foreground
        (`options.py`: _daemonize).
        """
        environment = options.marked("environment", variables, {}, self._expansion)
        self._expansion = self._expansion.defining(environment)
        foreground = options.value("nodaemon", boolean, default=False)
        umask = options.value("umask", octal, "") or None
        directory = options.text("directory")
        user = options.text("user")
        if user is not None and user not in ("root", "0"):
            options.note("user", "every service has it; the daemon itself is whoever starts it")
        else:
            user = None
        if not foreground:
            options.note("nodaemon", FOREGROUND)
        elif umask or directory:
            options.note("umask" if umask else "directory", "had no effect with nodaemon")
        self._shared = Shared(
            environment,
            user,
            None if foreground else umask,
            None if foreground or directory is None else written(directory),
            options.value("strip_ansi", boolean, default=False),
        )
        if destination(options.text("logfile") or "/dev/stdout") not in ("none", "daemon"):
            options.note(
                "logfile", "the daemon's log goes to its stdout: send that there", lost=True
            )
        self._level(options)
        for key, (usual, limit) in MINIMA.items():
            if (wanted := options.value(key, integer, usual)) > usual:
                text = f"where it is needed, write rlimits = {{ {limit} = {wanted} }}"
                options.note(key, text, lost=True)
        options.ignore("logfile_maxbytes", "logfile_backups", "silent", "nocleanup", "childlogdir")
        options.given(
            {
                "pidfile": "there is none; nurseryctl version says the pid",
                "identifier": "daemons are told apart by their sockets",
            }
        )
        options.rest()

    def _level(self, options: Options) -> None:
        level = options.value("loglevel", str.lower, "info")
        if level in ("debug", "trace", "blather"):
            self._settings["log_level"] = "debug"
        elif level != "info":
            options.note("loglevel", "a higher log_level would hide what services write")

    def _services(self) -> tuple[list[Service], dict[str, int]]:
        """In the order of the file, and the priority of each group that has one of its own."""
        groups = {
            section.name: self._options(section)
            for section in self._sections
            if section.kind == "group"
        }
        members = {
            name: options.marked("programs", names, [], self._expansion)
            for name, options in groups.items()
        }
        ranks = {
            name: options.value("priority", integer, programs.PRIORITY)
            for name, options in groups.items()
        }
        services: list[Service] = []
        known: set[str] = set()
        for section in self._sections:
            if section.kind not in ("program", "fcgi-program"):
                continue
            known.add(section.name)
            theirs = [name for name, programs_ in members.items() if section.name in programs_]
            for group in theirs or [section.name]:
                services += self._program(section, group)
        for name, options in groups.items():
            for missing in (program for program in members[name] if program not in known):
                options.note("programs", f"there is no [program:{missing}]", lost=True)
            options.rest()
        self._members = members
        return services, ranks

    def _program(self, section: Section, group: str) -> list[Service]:
        found = programs.translate(
            section, group, self._shared, self._expansion, self._notes, self._name
        )
        if section.kind == "fcgi-program":
            options = self._options(section)
            socket = options.text("socket", self._expansion.having(program_name=section.name))
            listen = re.sub(r"^(tcp|unix)://", "", written(socket or ""))
            options.note(
                "socket",
                "is not handed over as stdin but as descriptor 3 (LISTEN_FDS); let the program take"
                " it there, then remove autostart = false",
                lost=True,
            )
            options.given(
                dict.fromkeys(
                    ("socket_backlog", "socket_owner", "socket_mode"), "cannot be set here"
                ),
                lost=True,
            )
            for service in found:
                service.content.update(listen=[listen], autostart=False)
        return found

    def _name(self, name: str, group: str) -> str:
        """One that our services may have, and that nobody has yet."""
        name = fitting(name)
        return free(name, f"{fitting(group)}-{name}", taken=self._taken)

    def _groups(self, services: list[Service]) -> tuple[Group, ...]:
        """Those that say more than that a service is alone."""
        found: dict[str, list[Service]] = {}
        for service in services:
            found.setdefault(service.group, []).append(service)
        titles = {one.name: one.title for one in self._sections if one.kind == "group"}
        taken: set[str] = set()
        groups: list[Group] = []
        for given, members in found.items():
            ranks = {program: n for n, program in enumerate(self._members.get(given, ()))}
            members.sort(key=lambda service, r=ranks: r.get(_program_of(service), 0))
            name = free(fitting(given), taken=taken)
            group = Group(name, titles.get(given, ""), tuple(one.name for one in members))
            if group.members == (name,):
                continue
            groups.append(group)
            if name != given:
                text = f"the group {given!r} is {name!r} here"
                self._notes.append(Note(group.section or members[0].section, "", text))
        return tuple(groups)

    def _other(self, section: Section) -> None:
        options = self._options(section)
        match section.kind:
            case "unix_http_server":
                self._socket(options)
            case "inet_http_server":
                options.note(
                    "",
                    "nobody is commanded over TCP: use the socket, through ssh or docker exec;"
                    ' http = "host:port" shows /health and /metrics alone',
                    lost=True,
                )
            case "eventlistener":
                options.note(
                    "", advice(options.marked("events", names, [], self._expansion)), lost=True
                )
            case "supervisorctl":
                options.note("", "nurseryctl finds the socket by --socket or NURSERYD_SOCKET")
            case "rpcinterface":
                if section.options.get("supervisor.rpcinterface_factory") != MAIN_RPC:
                    options.note("", "only supervisord's own XML-RPC is spoken", lost=True)
            case "ctlplugin":
                options.note("", "nurseryctl has further commands from entry points", lost=True)
            case "supervisord" | "program" | "fcgi-program" | "group" | "include":
                pass
            case _:
                options.note("", "is no section that supervisord knows; it had no effect")

    def _socket(self, options: Options) -> None:
        if "socket" in self._settings:
            options.note("", "there is one control socket", lost=True)
            return
        path = options.text("file")
        if path:
            self._settings["socket"] = written(home(path))
        if options.value("chmod", octal, "700") not in ("700", "600"):
            options.note("chmod", "the socket is for the daemon's user and root alone", lost=True)
        options.given({"chown": "the socket is for the daemon's user and root alone"}, lost=True)
        options.given(
            dict.fromkeys(
                ("username", "password"),
                "the socket asks the kernel who it is, and nobody for this",
            )
        )
        options.rest()
