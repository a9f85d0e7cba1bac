"""`nurseryctl token`: make tokens for the API, look at them, and rotate the operator's own."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import click

from services.keyring.declared import Daemon, Declared
from services.keyring.file import CannotKeepToken, read_any_tokens, retire, rotate
from services.keyring.given import given_tokens
from services.messages import Scope
from services.messages.tokens import Access, BadToken, Grant, read_grant, sign, verify
from supervisor.desk import Refused
from supervisor.socket.client import Rejected, Unreachable

NOT_GOOD = 1
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600}

_in_file = click.option(
    "--token-file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the operator's tokens are. Default: NURSERYD_TOKEN_FILE, or the daemon's own.",
)


class Duration(click.ParamType[int]):
    """So many seconds, minutes, hours or days; in seconds."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        found = re.fullmatch(r"([1-9][0-9]{0,4})([smhd])", str(value))
        if found is None:
            self.fail(f"{value!r} is none: write 90s, 15m, 8h or 30d", param, ctx)
        return int(found[1]) * _UNITS[found[2]]


@click.group()
def token() -> None:
    """Make tokens for the API, and rotate the operator's own."""


@token.command()
@click.argument("scope")
@click.option("--for", "seconds", type=Duration(), help="90s, 15m, 8h, 30d. Default: no end.")
@click.option("--read", "reading", is_flag=True, help="It may look, and change nothing.")
@_in_file
@click.pass_obj
def create(
    daemon: Daemon, scope: str, seconds: int | None, reading: bool, token_file: Path | None
) -> None:
    """Make a token that is good for SCOPE, and print it.

    SCOPE is operator, client:CLIENT, user:CLIENT/USER or thread:CLIENT/USER/THREAD. The token
    ends with the operator's token that signs it, the current one, or when its own time is over.
    """
    try:
        wanted = Scope.parse(scope)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    signers = _operators(daemon, token_file)
    if not signers:
        raise click.ClickException(
            "cannot find a token of the operator to sign with: set NURSERYD_TOKEN, or give"
            " --token-file"
        )
    expires = None if seconds is None else int(time.time()) + seconds
    click.echo(sign(signers[0], Grant(wanted, Access.READ if reading else Access.FULL, expires)))


@token.command()
@click.argument("shown", metavar="TOKEN", required=False)
@_in_file
@click.pass_obj
def show(daemon: Daemon, shown: str | None, token_file: Path | None) -> int:
    """Print the operator's token, or say what TOKEN is good for; '-' reads it from stdin.

    One that begins with a dash comes last, after '--'.

    Exit status 1 where it is good for nothing, or where that cannot be told.
    """
    if shown is None:
        operators = _operators(daemon, token_file)
        if not operators:
            raise click.ClickException(
                "cannot find a token of the operator: there is none yet; where none is given"
                " the API makes one as it starts: try again once 'nurseryctl health' says healthy"
            )
        click.echo(operators[0])
        return 0
    given = sys.stdin.readline().strip() if shown == "-" else shown
    try:
        signers, unknown = _operators(daemon, token_file), ""
    except click.ClickException as error:
        signers, unknown = (), error.message
    if given in signers:
        click.echo(f"the operator's own, {'older' if signers.index(given) else 'the current one'}")
        return 0
    try:
        grant = read_grant(given)
    except BadToken as bad:
        raise click.ClickException(f"cannot read this token: {bad}") from None
    try:
        verify(signers, given, time.time())
        good = "yes"
    except BadToken as bad:
        good = f"not known: {unknown}" if unknown else f"no: {bad}"
    for name, value in (
        ("scope", grant.scope),
        ("access", grant.access),
        ("expires", grant.ending),
        ("good", good),
    ):
        click.echo(f"{name:8} {value}")
    return 0 if good == "yes" else NOT_GOOD


@token.command(name="rotate")
@_in_file
@click.pass_obj
def rotate_file(daemon: Daemon, token_file: Path | None) -> None:
    """Make another token of the operator the current one, and print it.

    Those before it, and what they signed, stay good until 'nurseryctl token retire'. The API and
    the previews' door take the new one at once, without a restart.
    """
    try:
        click.echo(rotate(_file(daemon, token_file)))
    except (CannotKeepToken, OSError) as error:
        raise click.ClickException(str(error)) from None


@token.command(name="retire")
@_in_file
@click.pass_obj
def retire_file(daemon: Daemon, token_file: Path | None) -> None:
    """Make an end of all tokens of the operator but the current one, and of what they signed.

    They are refused within a second; streams end at their next event, or within 15 seconds.
    """
    try:
        count = retire(_file(daemon, token_file))
    except (CannotKeepToken, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{count} retired")


def _operators(daemon: Daemon, file: Path | None) -> tuple[str, ...]:
    """The tokens of the operator, from where they are said to be; none where there are none."""
    try:
        if file is None and (given := os.environ.get("NURSERYD_TOKEN")):
            return given_tokens(given)
        found = _declared(daemon, file)
        if found.token:
            return given_tokens(found.token)
        return read_any_tokens(found.file) if found.file is not None else ()
    except (CannotKeepToken, OSError, Refused) as error:
        raise click.ClickException(str(error)) from None


def _file(daemon: Daemon, file: Path | None) -> Path:
    found = _declared(daemon, file)
    if found.token:
        raise click.ClickException(
            "cannot rotate a token that is given in the options: change the secret that it refers"
            " to; or set NURSERYD_TOKEN to another and restart, or leave it empty and use"
            " token_file"
        )
    if found.file is None:
        raise click.ClickException("cannot find the token file: give --token-file")
    return found.file


def _declared(daemon: Daemon, file: Path | None) -> Declared:
    """What was named, else what the environment names, else what the daemon goes by."""
    if file is not None:
        return Declared(file=file)
    if named := os.environ.get("NURSERYD_TOKEN_FILE"):
        return Declared(file=Path(named))
    try:
        return Declared.of(daemon)
    except (Unreachable, Rejected) as error:
        raise click.ClickException(
            f"cannot find the operator's token: {error}; or set NURSERYD_TOKEN, or give"
            " --token-file"
        ) from None
