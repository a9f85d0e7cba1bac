"""`python -m services.standin`: the stand-in as a program, until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

import trio

from services.standin.demo import DEMO
from services.standin.loading import BadScript, load
from services.standin.script import Script
from services.standin.server import HOST, standin
from services.standin.telling import Telling

PORT = 4599
KEEP = 16  # requests; those of days would fill the memory
_HINTS = """\
Claude Code   ANTHROPIC_BASE_URL={url} ANTHROPIC_API_KEY=anything
on Bedrock    CLAUDE_CODE_USE_BEDROCK=1 ANTHROPIC_BEDROCK_BASE_URL={url}
boto3         AWS_ENDPOINT_URL_BEDROCK_RUNTIME={url}
              (the last two with AWS_REGION and any AWS credentials)"""


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 when it was asked to end, 2 when it cannot begin."""
    options = _parser().parse_args(arguments)
    try:
        script = DEMO if options.script is None else load(options.script)
        record = None if options.record is None else options.record.open("a", encoding="utf-8")
    except BadScript as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(f"cannot write {options.record}: {error.strerror}")

    telling = Telling(sys.stderr, record)
    try:
        trio.run(_run, script, options, telling)
    except OSError as error:
        return _complain(f"cannot listen on {options.host} port {options.port}: {error.strerror}")
    return 0


async def _run(script: Script, options: argparse.Namespace, telling: Telling) -> None:
    where = {"host": options.host, "port": options.port}
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with standin(script, **where, directory=options.cwd, keep=KEEP) as it:
            it.on_heard = telling.heard
            print(f"listening on {it.url}", flush=True)
            print(_HINTS.format(url=it.url), file=sys.stderr, flush=True)
            async for _ in signals:
                return


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.standin",
        description="A local stand-in for the APIs of language models: Anthropic's Messages API,"
        " Claude on Bedrock, and Bedrock's Converse. It answers by a script; there is no model.",
    )
    add = parser.add_argument
    add("--script", type=Path, metavar="FILE", help="what to answer, in TOML (see loading.py)")
    add("--port", type=_port, default=PORT, help=f"default {PORT}; 0 for any that is free")
    add("--host", default=HOST, help=f"default {HOST}, so that only this machine can ask")
    add("--cwd", metavar="DIR", help="what {cwd} is, for clients that do not say")
    add("--record", type=Path, metavar="FILE", help="append every request, as lines of JSON")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 65536:
        raise argparse.ArgumentTypeError(f"{port} is no port: 0 to 65535 are")
    return port


def _complain(text: str) -> int:
    print(text, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
