"""Every method of supervisord's API: what it takes, what it returns, what it is for.

Looked up by its full name and in no other way: nobody can reach an attribute that is not here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias, cast

from msgspec import Struct

from supervisor.socket.xmlrpc.asking import Asking
from supervisor.socket.xmlrpc.configuration_calls import ConfigurationCalls
from supervisor.socket.xmlrpc.daemon_calls import DaemonCalls
from supervisor.socket.xmlrpc.faults import Code, Fault
from supervisor.socket.xmlrpc.log_calls import LogCalls
from supervisor.socket.xmlrpc.process_calls import ProcessCalls

Call: TypeAlias = Callable[..., Awaitable[object]]


class Parameter(Struct, frozen=True):
    type: str
    name: str
    text: str
    optional: bool = False

    @property
    def public_type(self) -> str:
        return "string" if self.type == "signal" else self.type

    def accept(self, value: Any) -> Any:
        """The value as a call wants it; raises `Fault`."""
        match self.type, value:
            case "string" | "signal", str():
                return value
            case "string", bytes():
                return value.decode("utf-8", "surrogateescape")
            case "signal", int():
                return str(value)
            case "int", int():
                return int(value)
            case "boolean", int():
                return bool(value)
            case "array", list():
                return cast("list[object]", value)
            case _:
                raise Fault(Code.INCORRECT_PARAMETERS, f"{self.name} is no {self.public_type}")


class Method(Struct, frozen=True):
    call: Call
    returns: str
    parameters: tuple[Parameter, ...]
    text: str
    always: bool = False  # also while the daemon shuts down

    async def __call__(self, values: tuple[Any, ...]) -> object:
        least = sum(not parameter.optional for parameter in self.parameters)
        if not least <= len(values) <= len(self.parameters):
            raise Fault(Code.INCORRECT_PARAMETERS)
        accepted = [p.accept(value) for p, value in zip(self.parameters, values, strict=False)]
        return await self.call(*accepted)

    @property
    def signature(self) -> list[str]:
        return [self.returns, *(parameter.public_type for parameter in self.parameters)]

    @property
    def help(self) -> str:
        lines = [self.text, ""]
        lines += [f"@param {p.public_type} {p.name}  {p.text}" for p in self.parameters]
        return "\n".join([*lines, f"@return {self.returns} result"])


NAME = Parameter("string", "name", "A process, as name or group:name")
NAME_OR_GROUP = Parameter("string", "name", "A process, as name or group:name, or group:*")
GROUP = Parameter("string", "name", "The name of a group")
WAIT = Parameter("boolean", "wait", "Answer when it is done; true unless said", optional=True)
SIGNAL = Parameter("signal", "signal", "A signal's name (HUP) or number (1)")
RANGE = (
    Parameter("int", "offset", "Where to begin; below zero, so many bytes before the end"),
    Parameter("int", "length", "How many bytes; 0 for all"),
)
NEWEST = (
    Parameter("int", "offset", "The end of the log as it was when last asked"),
    Parameter("int", "length", "How many bytes at most"),
)


def methods(asking: Asking) -> Mapping[str, Method]:
    """The methods of the namespace `supervisor`."""
    daemon, configuration = DaemonCalls(asking), ConfigurationCalls(asking)
    process, log = ProcessCalls(asking), LogCalls(asking)
    main_log = Method(log.read_log, "string", RANGE, "Read from the daemon's log.")
    api = Method(daemon.api_version, "string", (), "The version of this API.")
    read = Method(log.read_stdout, "string", (NAME, *RANGE), "Read what it wrote to stdout.")
    tail = Method(
        log.tail_stdout,
        "array",
        (NAME, *NEWEST),
        "The newest of what it wrote to stdout: the text, the end of the log, and whether more"
        " came than fits.",
    )
    clear = Method(log.clear, "boolean", (NAME,), "Drop what it wrote.")
    return {
        f"supervisor.{name}": method
        for name, method in {
            "getAPIVersion": api,
            "getVersion": api,
            "getSupervisorVersion": Method(
                daemon.daemon_version, "string", (), "The version of the daemon."
            ),
            "getIdentification": Method(
                daemon.identification, "string", (), "What the daemon calls itself."
            ),
            "getState": Method(
                daemon.state, "struct", (), "The daemon's state: its statecode and statename."
            ),
            "getPID": Method(daemon.pid, "int", (), "The process id of the daemon."),
            "readLog": main_log,
            "readMainLog": main_log,
            "clearLog": Method(log.clear_log, "boolean", (), "Drop what the daemon has logged."),
            "shutdown": Method(daemon.shutdown, "boolean", (), "Stop everything."),
            "restart": Method(
                daemon.restart, "boolean", (), "Stop everything, and begin anew from the files."
            ),
            "reloadConfig": Method(
                configuration.reload_config,
                "array",
                (),
                "Read the files and say which groups came, changed and went: [[added, changed,"
                " removed]]. Nothing is done about it yet.",
            ),
            "addProcessGroup": Method(
                configuration.add_group, "boolean", (GROUP,), "Take over a group from the files."
            ),
            "removeProcessGroup": Method(
                configuration.remove_group, "boolean", (GROUP,), "Forget a group that is stopped."
            ),
            "getAllConfigInfo": Method(
                configuration.all_config_info, "array", (), "What is declared of every process."
            ),
            "getProcessInfo": Method(process.info, "struct", (NAME,), "How a process is."),
            "getAllProcessInfo": Method(process.all_info, "array", (), "How all of them are."),
            "startProcess": Method(
                process.start, "boolean", (NAME_OR_GROUP, WAIT), "Start a process."
            ),
            "startProcessGroup": Method(
                process.start_group, "array", (GROUP, WAIT), "Start all of a group."
            ),
            "startAllProcesses": Method(process.start_all, "array", (WAIT,), "Start all."),
            "stopProcess": Method(
                process.stop, "boolean", (NAME_OR_GROUP, WAIT), "Stop a process."
            ),
            "stopProcessGroup": Method(
                process.stop_group, "array", (GROUP, WAIT), "Stop all of a group."
            ),
            "stopAllProcesses": Method(process.stop_all, "array", (WAIT,), "Stop all."),
            "signalProcess": Method(
                process.signal, "boolean", (NAME_OR_GROUP, SIGNAL), "Send it a signal."
            ),
            "signalProcessGroup": Method(
                process.signal_group, "array", (GROUP, SIGNAL), "Send all of a group a signal."
            ),
            "signalAllProcesses": Method(
                process.signal_all, "array", (SIGNAL,), "Send all of them a signal."
            ),
            "readProcessStdoutLog": read,
            "readProcessLog": read,
            "readProcessStderrLog": Method(
                log.read_stderr, "string", (NAME, *RANGE), "Read what it wrote to stderr."
            ),
            "tailProcessStdoutLog": tail,
            "tailProcessLog": tail,
            "tailProcessStderrLog": Method(
                log.tail_stderr, "array", (NAME, *NEWEST), "The same of stderr."
            ),
            "clearProcessLogs": clear,
            "clearProcessLog": clear,
            "clearAllProcessLogs": Method(
                log.clear_all, "array", (), "Drop what all of them wrote."
            ),
            "sendProcessStdin": Method(
                log.write,
                "boolean",
                (NAME, Parameter("string", "chars", "What to write")),
                "Write to the stdin of a process whose stdin is a pipe.",
            ),
            "sendRemoteCommEvent": Method(
                daemon.remote_event,
                "boolean",
                (Parameter("string", "type", "A kind"), Parameter("string", "data", "A text")),
                "Put an event into the daemon's log.",
                always=True,
            ),
        }.items()
    }
