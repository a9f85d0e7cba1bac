"""Asks the forge of a repository to have a thread's branch merged."""

from __future__ import annotations

from collections.abc import Callable

import trio

from services.messages import OpenPullRequest, PullRequest
from services.nonsense import NONSENSE
from services.workspaces import names
from services.workspaces.finding import seen
from services.workspaces.forges import Forge, compare_page, hosted
from services.workspaces.git import commits, projects
from services.workspaces.proposing.api import Api, Proposal, basic
from services.workspaces.proposing.bitbucket import Bitbucket
from services.workspaces.proposing.client import Client, Reply
from services.workspaces.proposing.github import GitHub
from services.workspaces.proposing.gitlab import GitLab
from services.workspaces.proposing.words import said
from services.workspaces.settings import Settings
from supervisor.desk import NotFound, Refused

_APIS: dict[Forge, Api] = {
    Forge.GITHUB: GitHub(),
    Forge.GITLAB: GitLab(),
    Forge.BITBUCKET: Bitbucket(),
}

WORKERS = 4  # worker threads that wait for a forge
WITHIN = 20.0  # seconds for one exchange, of which there are a handful at most

# The user and the secret; None where there are none. Called again, the last ones were refused.
Login = Callable[[], tuple[str, str] | None]


class PullRequests:
    """`login` says how to log in, for one request, with the host of an address."""

    def __init__(self, settings: Settings, login: Callable[[str], Login]) -> None:
        self._settings = settings
        self._login = login
        self._limiter = trio.CapacityLimiter(WORKERS)

    async def open(self, request: OpenPullRequest) -> PullRequest:
        """Wait for the forge in a worker thread; cancelled, leave it behind there.

        It only looks at the repository, and needs no turn at it. Raises `Refused`, with what to
        do, for everything that the forge does not do; `GitFailed` and `OSError`.
        """
        return await trio.to_thread.run_sync(
            self._open, request, limiter=self._limiter, abandon_on_cancel=True
        )

    def _open(self, request: OpenPullRequest) -> PullRequest:
        title = names.checked_title(request.title)
        body = names.checked_body(request.body)
        layout = seen(self._settings, request.key)
        branch, _ = commits.head(layout.admin(request.key.thread))
        into = projects.default_branch(layout.git)
        url = projects.origin(layout.git)
        place = hosted(url, self._settings.forges) if url else None
        if place is None:
            raise Refused(
                "cannot open a pull request: the site is at no forge that is known; push it, and"
                " ask there, or name the host in service.workspaces.options.forges"
            )
        if branch == into:
            raise Refused(f"cannot open a pull request of {branch} into itself: make a branch")
        if not commits.twin_of(layout.git, branch):
            raise Refused(f"cannot open a pull request of {branch}: push it first")
        proposal = Proposal(place, into, branch, title, body, request.draft)
        return propose(proposal, self._login(place.page))


def propose(wanted: Proposal, login: Login, within: float = WITHIN) -> PullRequest:
    """The pull request that is open for this, or a new one.

    Blocking, for `within` seconds at each exchange at most. Raises `Refused`; no text of one
    holds the secret, whatever the forge repeats.
    """
    place = wanted.place
    page = compare_page(place.page, wanted.into, wanted.branch, {place.host: place.forge})
    by_hand = f"; or open it by hand at {page}"
    try:
        return _logged_in(wanted, login, within)
    except Refused as refusal:
        kind = NotFound if isinstance(refusal, NotFound) else Refused
        text = str(refusal)
        if not text.startswith("cannot "):  # a login says of itself what cannot be done
            text = f"cannot open a pull request: {text}"
        raise kind(f"{text}{by_hand}") from None


def _logged_in(wanted: Proposal, login: Login, within: float) -> PullRequest:
    pair = login()
    if pair is None:
        raise Refused(f"there is no token for {wanted.place.host}; set one")
    try:
        return _Exchange(wanted, *pair, within).propose()
    except _Unauthorized:
        # A token that was changed since it was read is read again.
        other = login()
        if other is None or other == pair:
            raise
        return _Exchange(wanted, *other, within).propose()


class _Unauthorized(Refused):
    pass


class _Exchange:
    """With one token."""

    def __init__(self, wanted: Proposal, user: str, secret: str, within: float) -> None:
        self._wanted = wanted
        self._host = wanted.place.host
        self._api: Api = _APIS[wanted.place.forge]
        self._hidden = (secret, basic(user, secret))
        self._client = Client(wanted.place.api, self._api.headers(user, secret), within)

    def propose(self) -> PullRequest:
        # First a look: Bitbucket does not refuse a second one, it changes the first.
        if (open_already := self._look()) is not None:
            return open_already
        reply = self._client.send(self._api.ask(self._wanted))
        if reply.status in (200, 201):
            try:
                return self._api.made(reply.body)
            except NONSENSE:
                raise self._nonsense(reply) from None
        if reply.status in (400, 409, 422) and (other := self._look()) is not None:
            return other  # somebody else was faster
        raise refusal(self._host, reply, self._hidden)

    def _look(self) -> PullRequest | None:
        reply = self._client.send(self._api.look(self._wanted))
        if reply.status != 200:
            raise refusal(self._host, reply, self._hidden)
        try:
            return self._api.found(self._wanted, reply.body)
        except NONSENSE:
            raise self._nonsense(reply) from None

    def _nonsense(self, reply: Reply) -> Refused:
        return Refused(
            f"{self._host} answered {reply.status} with what is no answer of"
            f" {self._wanted.place.forge}'s API; look at what service.workspaces.options.forges"
            " says of it"
        )


def refusal(host: str, reply: Reply, hidden: tuple[str, ...]) -> Refused:
    """What an answer of a forge that says no means, and what to do, without what is `hidden`."""
    words = said(reply.body, hidden)
    quoted = f" ({words})" if words else ""
    wait = reply.headers.get("Retry-After", "")
    # GitHub says 403 for too many requests, too:
    # https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    limited = bool(wait) or reply.headers.get("X-RateLimit-Remaining") == "0"
    if reply.status == 429 or (reply.status == 403 and limited):
        when = f"in {wait} s" if wait.isascii() and wait.isdecimal() else "later"
        return Refused(f"{host} has had too many requests; try again {when}")
    match reply.status:
        case 401:
            return _Unauthorized(f"{host} does not accept the token{quoted}; set a new one")
        case 403:
            return Refused(f"{host} forbids it{quoted}; give the token the right to do this")
        case 404:
            return NotFound(
                f"{host} shows no such repository to this token; look at the address, and at"
                " what the token may see"
            )
        case 400 | 409 | 422:
            return Refused(f"{host} refuses it: {words or 'it does not say why'}")
        case status if status >= 500:
            return Refused(f"{host} fails with status {status}{quoted}; try again later")
        case status:
            return Refused(f"{host} answered with status {status}{quoted}, which is no answer")
