"""`nurseryctl doctor`: why a preview is blank."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
import msgspec

from services.binding import split
from services.doctor.report import ending, heading, hop_lines
from services.keyring.declared import Declared
from services.keyring.given import given_tokens
from services.messages import Findings, Hop
from supervisor.desk import Refused
from supervisor.socket.client import Client

FAILED = 1
LONGEST_PATIENCE = 600.0  # seconds
API = "api"  # the service that knows the public address
WALK = 200.0  # seconds; the daemon's own limits end a walk before


@click.command()
@click.option("--url", metavar="ADDRESS", help="Walk to this preview's address from here.")
@click.option(
    "--token",
    envvar="NURSERYD_TOKEN",
    help="What opens the previews, with --url; else the API's own is found.",
)
@click.option("--thread", metavar="CLIENT/USER/THREAD", help="Test its preview: no edit is made.")
@click.option(
    "--patience",
    type=click.FloatRange(0, LONGEST_PATIENCE),
    default=0.0,
    metavar="SECONDS",
    help="Let the HMR socket be silent for so long: it must stay open.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_obj
def doctor(
    client: Client,
    url: str | None,
    token: str | None,
    thread: str | None,
    patience: float,
    as_json: bool,
) -> int:
    """Find out why a preview is blank: walk its public address hop by hop.

    Exit status 1 when a hop fails, with the usual cause and what to do. Without --url the daemon
    walks, to a scratch thread that it edits and removes.
    """
    if url is not None:
        if thread is not None:
            raise click.UsageError("--url says already which preview; leave --thread out")
        findings = _from_here(url, token or "", patience, quiet=as_json)
    else:
        findings = _by_daemon(client, token, thread, patience)
        if not as_json:
            click.echo(heading(findings.address, inside=findings.inside))
            for hop in findings.hops:
                _print(hop)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(findings), indent=2))
    else:
        click.echo(ending(findings))
    return 0 if findings.failed is None else FAILED


def _print(hop: Hop) -> None:
    for line in hop_lines(hop):
        click.echo(line)


def _from_here(url: str, token: str, patience: float, *, quiet: bool) -> Findings:
    import trio

    from services.doctor.walk import walk
    from services.doctor.way import Way

    if not quiet:
        click.echo(heading(url, inside=False))
    way = Way(address=url, token=token, patience=patience)
    return trio.run(walk, way) if quiet else trio.run(walk, way, _print)


def _by_daemon(client: Client, token: str | None, thread: str | None, patience: float) -> Findings:
    """Ask the daemon's API, whose address and token its own declaration has."""
    options: dict[str, Any] = client.spec(API).get("options", {})
    bind = str(options.get("bind", "127.0.0.1:8080"))
    if not token:
        declared = Declared.of(client, API)
        token = _given_token(declared.token) or _kept_token(declared.file)
    asked = {"thread": thread, "patience": f"{patience:.0f}" if patience else None}
    query = urlencode({key: value for key, value in asked.items() if value is not None})
    answer = _get(bind, f"/v1/preview/selftest?{query}", token, WALK + patience)
    if "findings" not in answer:
        raise click.ClickException(str(answer.get("detail", "cannot read the API's answer")))
    return msgspec.convert(answer["findings"], Findings)


def _given_token(given: str) -> str:
    """The current one, where it is given; empty where it is not."""
    try:
        return given_tokens(given)[0]
    except Refused as refusal:
        raise click.ClickException(f"{refusal}; or give the token with --token") from None


def _kept_token(file: Path | None) -> str:
    """The current one of the tokens that the API keeps."""
    if file is None:
        raise click.ClickException("cannot find the API's token: give it with --token")
    try:
        return file.read_text(encoding="ascii").split()[0]
    except (OSError, ValueError, IndexError) as error:
        raise click.ClickException(
            f"cannot read the API's token in {file.name}: {error}; give it with --token"
        ) from None


def _get(bind: str, path: str, token: str, within: float) -> dict[str, Any]:
    host, port = split(bind)
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}
    at = http.client.HTTPConnection(everywhere.get(host, host), port, within)
    try:
        at.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        return json.loads(at.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise click.ClickException(
            f"cannot ask the API at {bind}: {error}; see 'nurseryctl status {API}'"
        ) from None
    finally:
        at.close()
