"""Which addresses of repositories may be used."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from services.loopback import is_loopback
from services.workspaces.remotes import PORTS, origin, same, written
from supervisor.desk import Invalid

MOST_URL = 400  # characters; texts repeat it
# Where programs read other hosts out of one address, a token would go astray.
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
# Hosts and file systems take such a path for another one.
_ROUNDABOUT = re.compile(r"//|[%\\]|/\.\.?(/|$)")
_ALL = "/*"


@dataclass(frozen=True, slots=True)
class Allowed:
    """As in the service's options: without `hosts` any will do, and so without `repositories`."""

    schemes: Collection[str]
    hosts: Collection[str] = ()
    repositories: Collection[str] = ()

    def check(self, url: str) -> str:
        """The address as it may be used and remembered.

        Raises `Invalid` for what is not allowed, and for an address that carries a credential,
        since it is written into `.git/config`. The text never repeats it: it may hold a secret.
        """
        if len(url) > MOST_URL:
            raise Invalid(f"cannot use this repoUrl: it is longer than {MOST_URL} characters")
        if any(not char.isprintable() or char.isspace() for char in url):
            raise Invalid("cannot use this repoUrl: it contains spaces or control characters")
        if not url.startswith("/"):
            self._check_parts(url)
        elif "file" not in self.schemes:
            raise Invalid(f"cannot use a path of this machine as repoUrl: use {self._kinds}")
        if self.repositories:
            self._check_repository(_in_one_form(url))
        return url

    @property
    def _kinds(self) -> str:
        return " or ".join(f"{scheme}://" for scheme in self.schemes)

    def _check_parts(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise Invalid("cannot use this repoUrl: it is not a valid address") from None
        if parts.scheme not in self.schemes or "://" not in url:
            example = ", as in https://github.com/OWNER/NAME" if "https" in self.schemes else ""
            raise Invalid(f"cannot use this kind of repoUrl: use {self._kinds}{example}")
        if parts.scheme == "file":
            if host or not parts.path.startswith("/"):
                raise Invalid("cannot use this repoUrl: write file:/// and an absolute path")
            return
        if not host or len(parts.path) < 2:
            raise Invalid(f"cannot use this repoUrl: write {parts.scheme}://host/path")
        if "@" in parts.netloc:
            raise Invalid(
                "cannot use this repoUrl: it contains a credential, which would be stored;"
                " leave out what stands before '@'"
            )
        if not _HOST.fullmatch(host):
            raise Invalid("cannot use this repoUrl: it is not a valid address")
        if parts.query or parts.fragment:
            raise Invalid("cannot use this repoUrl: leave out '?' and '#' and what follows them")
        self._check_host(parts, host)

    def _check_host(self, parts: SplitResult, host: str) -> None:
        bare = written(host)
        ours = {bare, f"{bare}:{parts.port or PORTS[parts.scheme]}"}
        named = ours & {name.lower() for name in self.hosts}
        if self.hosts and not named:
            raise Invalid(
                f"cannot use a repository at {host}: use one at {' or '.join(sorted(self.hosts))},"
                " or add the host to the option hosts of service.workspaces"
            )
        if parts.scheme == "http" and not named and not is_loopback(host):
            raise Invalid(f"cannot use http:// with {host}: anybody could read along; use https://")

    def _check_repository(self, address: str) -> None:
        if _ROUNDABOUT.search(address.partition("://")[2]):
            raise Invalid("cannot use this repoUrl: leave out '//', '/.', '/..', '%' and '\\'")
        if not any(_covers(each, address) for each in self.repositories):
            raise Invalid(
                f"cannot use this repository: use {' or '.join(sorted(self.repositories))}, or add"
                " its address to the option repositories of service.workspaces"
            )


def is_unfit(pattern: str) -> bool:
    """Whether nothing can be meant by an item of the option `repositories`."""
    begins = pattern.removesuffix(_ALL)
    try:
        parts = urlsplit(begins)
        _ = parts.port
    except ValueError:
        return True
    if parts.scheme in PORTS:
        somewhere = bool(parts.hostname)
    else:
        somewhere = not parts.netloc and (parts.scheme == "file" or begins.startswith("/"))
    whole = len(parts.path) > 1 if begins == pattern else not parts.path.endswith("/")
    odd = re.search(r"[\s*?#@]", begins) or _ROUNDABOUT.search(parts.path)
    return not (somewhere and whole) or bool(odd)


def _covers(pattern: str, address: str) -> bool:
    begins = pattern.removesuffix(_ALL)
    if begins == pattern:
        return same(_in_one_form(pattern), address)
    return address.startswith(f"{_in_one_form(begins)}/")


def _in_one_form(url: str) -> str:
    """Two addresses of one repository are the same then: by small letters in the host, its port."""
    if url.startswith("/"):
        return f"file://{url}"
    parts = urlsplit(url)
    where = origin(url) or ""
    return f"{parts.scheme}://{where}{parts.path}"
