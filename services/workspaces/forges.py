"""Which forge a repository is at, and the addresses that it has there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit


class Forge(StrEnum):
    GITHUB = "github"
    GITLAB = "gitlab"
    BITBUCKET = "bitbucket"


_PUBLIC = {
    "github.com": Forge.GITHUB,
    "gitlab.com": Forge.GITLAB,
    "bitbucket.org": Forge.BITBUCKET,
}
_PUBLIC_APIS = {
    Forge.GITHUB: "https://api.github.com",
    Forge.GITLAB: "https://gitlab.com/api/v4",
    Forge.BITBUCKET: "https://api.bitbucket.org/2.0",
}
# GitHub Enterprise Server: https://docs.github.com/en/enterprise-server/rest; GitLab:
# https://docs.gitlab.com/api/rest/. Bitbucket Data Center has another API altogether, and is no
# choice in the options.
_OWN_APIS = {Forge.GITHUB: "/api/v3", Forge.GITLAB: "/api/v4", Forge.BITBUCKET: "/2.0"}


@dataclass(frozen=True, slots=True)
class Hosted:
    """A repository at a forge. `web` is the forge's origin, `path` the repository's own parts."""

    forge: Forge
    host: str
    web: str
    path: tuple[str, ...]

    @property
    def page(self) -> str:
        """Where one looks at it."""
        return "/".join((self.web, *(quote(part, safe="") for part in self.path)))

    @property
    def api(self) -> str:
        """Where the forge's REST API begins."""
        if self.host in _PUBLIC:
            return _PUBLIC_APIS[self.forge]
        return f"{self.web}{_OWN_APIS[self.forge]}"


def hosted(url: str, forges: Mapping[str, str]) -> Hosted | None:
    """What a repository's address says of it; None where it is at no forge that is known.

    `forges` says what the forges at other hosts are: `{"git.example.com": "gitlab"}`, with the
    port where there is one that matters.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("https", "http", "ssh"):
        return None
    own = {name.lower(): Forge(forge) for name, forge in forges.items()}
    forge = _PUBLIC.get(host) or own.get(f"{host}:{port}") or own.get(host)
    path = _repository(parts)
    if forge is None or not _is_repository(forge, path):
        return None
    return Hosted(forge, host, _origin(parts.scheme, host, port), path)


def compare_page(
    url: str | None, default: str, branch: str, forges: Mapping[str, str]
) -> str | None:
    """The page on which a branch is compared with the default one, and its merge asked for.

    None where there is none: for a repository without an address or at no forge that is known,
    and for the default branch itself.
    """
    place = hosted(url, forges) if url else None
    if place is None or branch == default:
        return None
    match place.forge:
        case Forge.GITHUB:
            return f"{place.page}/compare/{quote(default)}...{quote(branch)}?expand=1"
        case Forge.GITLAB:
            names = {
                "merge_request[source_branch]": branch,
                "merge_request[target_branch]": default,
            }
            return f"{place.page}/-/merge_requests/new?{_query(names)}"
        case Forge.BITBUCKET:
            names = {"source": branch, "dest": default}
            return f"{place.page}/pull-requests/new?{_query(names)}"


def _repository(parts: SplitResult) -> tuple[str, ...]:
    path = unquote(parts.path).strip("/").removesuffix(".git")
    return tuple(path.split("/"))


def _is_repository(forge: Forge, path: tuple[str, ...]) -> bool:
    # GitLab has groups within groups, the others an owner alone.
    if len(path) < 2 or (forge is not Forge.GITLAB and len(path) > 2):
        return False
    return not any(part in ("", ".", "..") for part in path)


def _origin(scheme: str, host: str, port: int | None) -> str:
    # The port of ssh is not that of the pages.
    name = f"[{host}]" if ":" in host else host
    if scheme == "ssh":
        return f"https://{name}"
    return f"{scheme}://{name}" if port is None else f"{scheme}://{name}:{port}"


def _query(names: Mapping[str, str]) -> str:
    return urlencode(names, quote_via=quote)
