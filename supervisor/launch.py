"""What stands between a fork and an exec, where `Popen` by itself does not go that far.

Run as a program of its own, `python -I -S launch.py REPORT STEP... -- COMMAND...`, in the child's
place: it takes the steps in their order and becomes the command. When that fails it writes to
the descriptor REPORT how many steps it had taken, and the error's number and text; otherwise
REPORT closes with nothing written. It imports little, since it is in the way of every start.
"""

# pyright: reportMissingImports=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

# Not the module `signal`: its enums take longer than all the rest.
import _signal
import os
import resource
import sys

EXEC_FAILED = 127


def step(name: str, value: str) -> None:
    """Take one step; raises what the system call raises."""
    if name == "descriptor":
        number, source = map(int, value.split(":"))
        os.dup2(source, number)
        os.close(source)
    elif name == "nice":
        os.setpriority(os.PRIO_PROCESS, 0, int(value))
    elif name == "oom_score":
        try:
            score = open("/proc/self/oom_score_adj", "w")  # noqa: SIM115
        except PermissionError:
            # It is root's as long as nobody may look into us, as where Python cannot be read.
            import ctypes

            ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
            score = open("/proc/self/oom_score_adj", "w")  # noqa: SIM115
        with score:
            score.write(value)
    elif name == "rlimit":
        limit, soft, hard = value.split(":")
        which = getattr(resource, f"RLIMIT_{limit.upper()}")
        # Unlike setrlimit it raises an OSError with its number.
        resource.prlimit(0, which, (int(soft), int(hard)))
    elif name == "groups":
        os.setgroups([int(group) for group in value.split(",") if group])
    elif name == "group":
        os.setresgid(int(value), int(value), int(value))
    elif name == "user":
        os.setresuid(int(value), int(value), int(value))
    elif name == "umask":
        os.umask(int(value, 8))
    elif name == "directory":
        os.chdir(value)
    elif name == "pid":
        os.environ[value] = str(os.getpid())
    elif name == "unset":
        os.environ.pop(value, None)
    elif name == "variable":
        variable, _, value = value.partition("=")
        os.environ[variable] = value
    else:
        raise ValueError(f"no such step: {name}")


def become(command: list[str]) -> None:
    """Exec a program, looked up in PATH; returns never, raises the reason that says most."""
    program, environment = command[0], dict(os.environ)
    if "/" in program:
        os.execve(program, command, environment)
    missing: OSError = FileNotFoundError(2, "No such file or directory")
    for directory in environment.get("PATH", os.defpath).split(":"):
        try:
            os.execve(f"{directory or '.'}/{program}", command, environment)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            missing = error
    raise missing


def main(arguments: list[str]) -> None:
    for signum in (_signal.SIGINT, _signal.SIGPIPE, _signal.SIGXFSZ):
        _signal.signal(signum, _signal.SIG_DFL)  # Python has its own ways with these
    report, taken = int(arguments[0]), 0
    os.set_inheritable(report, False)
    end = arguments.index("--")
    try:
        for argument in arguments[1:end]:
            name, _, value = argument.partition("=")
            step(name, value)
            taken += 1
        become(arguments[end + 1 :])
    except Exception as error:
        number = (error.errno or 0) if isinstance(error, OSError) else 0
        os.write(report, f"{taken}\n{number}\n{error}".encode(errors="backslashreplace"))
    os._exit(EXEC_FAILED)


if __name__ == "__main__":  # pragma: no branch - nobody imports it
    main(sys.argv[1:])
