"""Which token a remote is given: its own host's, over a connection that nobody reads along."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.aws import Reference, Remembered
from services.loopback import is_loopback
from services.workspaces import Credential
from services.workspaces.git.wire import Login
from services.workspaces.remotes import PORTS, Origin, origin
from supervisor.desk import Refused

# What each forge wants as the user's name beside a token.
USERS = {"gitlab.com": "oauth2", "bitbucket.org": "x-token-auth"}
USER = "x-access-token"
HIDDEN = "[redacted]"


class Credentials:
    """All tokens, by host. Secrets are remembered until a remote refuses one.

    For any worker thread.
    """

    def __init__(self, table: Mapping[str, Credential], secrets: Remembered) -> None:
        # An address and a table may name the port that is meant anyway, or leave it out.
        self._table = {
            host.lower().removesuffix(f":{PORTS['https']}"): credential
            for host, credential in table.items()
        }
        self._secrets = secrets

    def visit(self, url: str) -> Visit:
        """One transfer with the remote at `url`."""
        return Visit(self, origin(url))

    def logins(self, url: str) -> Callable[[], tuple[str, str]]:
        """The user and the token for `url`, whenever they are wanted in one visit of it."""
        visit = self.visit(url)

        def login() -> tuple[str, str]:
            found = visit.login(url)
            return found.user, found.token

        return login

    def find(self, host: Origin) -> tuple[Credential, str]:
        """The credential for a host and its token; raises `Refused` where there is none."""
        credential = self._table.get(str(host))
        if credential is None:
            raise Refused(
                f"cannot reach {host}: it wants a token; say where that is by"
                f' options.credentials."{host}" of service.workspaces'
            )
        reference = _reference(credential)
        if reference is not None:
            token, missing = self._secrets.text(reference), f"put one into {reference}"
        else:
            token, missing = os.environ.get(credential.env or "", ""), f"set {credential.env}"
        if not token:
            raise Refused(f"cannot reach {host}: it wants a token and there is none; {missing}")
        return credential, token

    def forget(self, credential: Credential) -> None:
        """Read a secret anew when it is wanted again: it may have been rotated."""
        if reference := _reference(credential):
            self._secrets.forget(reference)


@dataclass(slots=True)
class Visit:
    """What is told to one remote in the course of one transfer."""

    _credentials: Credentials
    _host: Origin | None
    _told: list[str] = field(default_factory=list[str], repr=False)

    def login(self, url: str) -> Login:
        """Who to be at `url`; called again in the same transfer, the last answer was refused.

        Raises `Refused` where there is no token, where none will be taken, and where `url` is
        not the host of the repository: that one sent us there.
        """
        asking, host = origin(url), self._host
        if host is None or asking != host:
            raise Refused(
                f"cannot give a token to {asking or 'this remote'}: the repository is at"
                f" {host or 'another place'}; use its new address if it moved"
            )
        if host.scheme != "https" and not is_loopback(host.host):
            raise Refused(f"cannot give a token to {host} over http://: use https://")
        credential, token = self._credentials.find(host)
        if token in self._told:
            self._credentials.forget(credential)
            credential, token = self._credentials.find(host)
        if token in self._told or len(self._told) > 1:
            raise Refused(
                f"cannot reach {host}: it refused the token from {source(credential)}; put one"
                " there that is valid and may use this repository"
            )
        self._told.append(token)
        return Login(credential.user or USERS.get(host.host, USER), token)

    def hide(self, text: str) -> str:
        """A text from the remote, which may repeat what it was told."""
        for token in self._told:
            text = text.replace(token, HIDDEN)
        return text


def source(credential: Credential) -> str:
    """Where a token comes from, in words."""
    reference = _reference(credential)
    return str(credential.env if reference is None else reference)


def _reference(credential: Credential) -> Reference | None:
    """The secret that is meant, where it is not in a variable itself."""
    if credential.secret is not None:
        return Reference(credential.secret, credential.key)
    return Reference.of(os.environ.get(credential.env or "", ""))
