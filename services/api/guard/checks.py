"""What is wrong with the options that say who may ask, before anything starts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from services.binding import host_of, unfit
from services.keyring.file import CannotKeepToken, is_generated, read_tokens
from services.loopback import is_loopback
from services.messages import ID
from services.webaddress import parts_of

if TYPE_CHECKING:
    from services.api import Options

SHORTEST = 16  # characters, of a token that others than this machine may try to guess

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?")


def is_ours_alone(bind: str) -> bool:
    """Whether an address, "host:port", is reached from this machine alone."""
    return is_loopback(host_of(bind))


def problems(options: Options) -> list[str]:
    """Everything that is wrong with them, each as `KEY: what is wrong`."""
    found = [
        f"{key}: {value!r} is no id: write 1 to 64 letters, digits, '-' or '_'"
        for key, value in (
            ("client", options.client),
            ("user", options.user),
            ("thread", options.thread),
        )
        if not ID.fullmatch(value)
    ]
    if why := unfit(options.bind):
        found.append(f"bind: {why}")
    guarded = partial(
        check_guarded, options.bind, options.token, options.token_file, options.generate
    )
    networks = partial(check_networks, options.trusted)
    origins = partial(check_origins, options.origins)
    for check in (partial(check_preview, options.preview), networks, origins, guarded):
        try:
            check()
        except ValueError as error:
            found.append(str(error))
    return found


def check_guarded(bind: str, token: str, token_file: str, generate: str) -> None:
    """Raises `ValueError` where others than this machine would meet no token that was chosen."""
    if is_ours_alone(bind):
        return
    tokens, where = ([token], "token") if token else (_chosen(token_file), "token_file")
    if not tokens and generate != "anywhere":
        raise ValueError(
            f"token: cannot listen on {bind}, beyond this machine, with no token that was chosen;"
            " set NURSERYD_TOKEN, or put one into token_file with 'nurseryctl token rotate', or say"
            ' generate = "anywhere"'
        )
    if any(len(each) < SHORTEST for each in tokens):
        raise ValueError(
            f"{where}: cannot listen on {bind}, beyond this machine, with a token of fewer than"
            f" {SHORTEST} characters, which can be guessed; choose a longer one"
        )


def check_preview(preview: str) -> None:
    """Raises `ValueError` for what no browser can open."""
    if parts_of(preview) is None:
        raise ValueError(
            f"preview: {preview!r} is no web address; write https://preview.example.com/"
        )


def check_origins(origins: Iterable[str]) -> None:
    """Raises `ValueError` for what is no origin as browsers write it."""
    for origin in origins:
        parts = urlsplit(origin)
        usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
        if not _ORIGIN.fullmatch(origin) or parts.netloc.endswith(usual):
            raise ValueError(
                f"origins: {origin!r} is no origin; write it as browsers do, for example"
                " https://app.example.com: in lower case, without a path or a usual port, no '*'"
            )


def check_networks(networks: Iterable[str]) -> None:
    """Raises `ValueError` for what is no network and no address."""
    for network in networks:
        try:
            ip_network(network)
        except ValueError as error:
            raise ValueError(f"trusted: {error}; write 10.0.0.0/8, or an address") from None


def _chosen(token_file: str) -> list[str]:
    """The tokens in the file that somebody put there for longer than a run."""
    if not token_file:
        return []
    try:
        return [each for each in read_tokens(Path(token_file)) if not is_generated(each)]
    except (CannotKeepToken, OSError) as error:
        raise ValueError(f"token_file: {error}") from None
