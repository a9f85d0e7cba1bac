"""Who may see which preview: one decision for each request. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf
from urllib.parse import urlsplit

from services.forwarded import LONGEST, Seen
from services.hmr.credentials import Shown, is_token, read_shown
from services.hmr.route import Host, is_address, label_of, on_this_host, read_host
from services.hmr.scoped import Reached, reach, read_grants
from services.http11.head import Headers
from services.messages import PREVIEW_ID, Routes
from services.messages.tickets import TICKET_COOKIE, TICKET_PARAMETER, admits, read

_PARAMETER = TICKET_PARAMETER.encode()
_SAFE = (b"GET", b"HEAD", b"OPTIONS")

ASK = "ask for a link to it with POST /v1/threads/CLIENT/USER/THREAD/preview/link"
NO_LINK = f"cannot show this preview to everybody: {ASK}, or send 'Authorization: Bearer TOKEN'"
OLD_LINK = f"cannot use this link: it has expired, or it is of an earlier start; {ASK}"
OTHER_LINK = "cannot use this link here: it is for another preview; open it as it was given"
LINK_FIRST = "cannot take a link with this request: open it in a browser first, or GET it"
NOT_YOURS = (
    "cannot show this preview with that token: it is not known to be one of those that the token is"
    f" for; {ASK}"
)
FOREIGN = (
    "cannot take this from a page of another origin than the preview's own with nothing but a"
    " cookie: open the preview itself, in a tab or in a frame"
)
STRANGER = (
    "cannot take this from a page of another site: it may show a preview of this machine in a"
    " frame, or lead to it, and no more; name its domain in service.hmr.options.domains"
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What this door goes by. `domains` are in lower case, `tokens` the operator's as they are now.

    `signed` says that a preview is shown only to who shows one of them, a token for a scope that it
    is in, or a ticket for it. Whatever else such a token is for, here it is as good as a ticket.
    """

    domains: tuple[str, ...] = ()
    signed: bool = False
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Admit:
    """Let it through: to the preview of that id, which need not be there, or to the default one.

    `seen` is the request as its client sees it, and `host` the Host that the client sent. It was
    decided by `rules`, on what is good `until` then, in Unix seconds.
    """

    preview_id: str | None
    host: str
    seen: Seen
    method: bytes
    rules: Rules
    until: float = inf


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send it to the same address without the ticket, which `cookie` carries from now on."""

    location: bytes
    cookie: bytes
    status: int = 303

    @property
    def headers(self) -> Headers:
        return [
            (b"location", self.location),
            (b"set-cookie", self.cookie),
            (b"referrer-policy", b"no-referrer"),
        ]


@dataclass(frozen=True, slots=True)
class Refuse:
    """Do not serve it. `text` is a sentence that says what to do."""

    status: int
    text: str

    @property
    def headers(self) -> Headers:
        return [(b"www-authenticate", b"Bearer")] if self.status == 401 else []


Decision = Admit | Redirect | Refuse


@dataclass(frozen=True, slots=True)
class _Place:
    """A host of ours: the header that says so, and the preview that it names, if it names one."""

    header: str
    host: Host
    preview_id: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request at a host of ours, while `previews` were there."""

    method: bytes
    target: bytes
    given: Mapping[bytes, bytes]
    seen: Seen
    place: _Place
    previews: Routes


def decide(
    method: bytes,
    target: bytes,
    headers: Headers,
    seen: Seen,
    rules: Rules,
    now: float,
    previews: Routes | None = None,
) -> Decision:
    """What becomes of a request, whatever came before it on its connection.

    `headers` are in lower case, `target` is a path, `seen` what `Forwarders` made of it, `now` is
    in Unix seconds, and `previews` are those that there are.
    """
    given = dict(headers)
    host = given.get(b"host", b"")[: LONGEST + 1].decode("latin-1")
    place = _find_place(host, seen.host, rules.domains)
    if isinstance(place, Refuse):
        return place
    asked = _Asked(method, target, given, seen, place, previews or Routes({}))
    if not rules.signed and place.host.is_loopback and _is_strangers(given, rules.domains):
        return Refuse(403, STRANGER)
    if _PARAMETER in target and (parts := _without_ticket(target)) is not None:
        return _enter(asked, *parts, rules, now)
    if place.preview_id is not None and not rules.signed:
        return Admit(place.preview_id, place.header, seen, method, rules)
    return _admit(asked, read_shown(headers), rules, now)


def still_admits(admitted: Admit, target: bytes, rules: Rules, now: float) -> bool:
    """Whether `decide` would say that again of a request with the same headers by that method."""
    return admitted.rules is rules and now < admitted.until and _PARAMETER not in target


# The same few hosts are asked for again and again. They come cut: what is too long to be a host
# still is, and does not fill the memory.
@lru_cache(1024)
def _find_place(header: str, forwarded: str, domains: tuple[str, ...]) -> _Place | Refuse:
    """What the host of a request is here.

    One that a load balancer forwards counts only where the Host names no preview by itself: it
    is for those that do not keep the Host, and many pass on what a client made up. Nor does it
    count beside a stranger's name: a page of that name which resolves to us says what it likes,
    and a browser on this machine comes from an address that is trusted.
    """
    host = read_host(header)
    label = label_of(host, domains) if host is not None else None
    named = host is not None and (label == "" or "." not in host.name)
    if forwarded and named:
        host = read_host(forwarded)
        label = label_of(host, domains) if host is not None else None
        header = forwarded
    if host is None or label is None:
        domain = "name its domain in service.hmr.options.domains"
        return Refuse(421, f"cannot serve the host {header!r}: {domain}")
    if label and not PREVIEW_ID.fullmatch(label):
        return Refuse(404, f"cannot find a preview called {label!r}: see GET /v1/previews")
    return _Place(header, host, label or None)


def _admit(asked: _Asked, shown: Shown, rules: Rules, now: float) -> Decision:
    tickets = [
        ticket
        for cookie in shown.ticket_cookies
        if (ticket := read(rules.tokens, cookie.decode("latin-1"), now)) is not None
    ]
    ticketed = [preview_id for preview_id, _ in tickets]
    wanted = asked.place.preview_id or next(iter(ticketed), None)
    until = min((expires for _, expires in tickets), default=inf)
    admitted = Admit(wanted, asked.place.header, asked.seen, asked.method, rules, until)
    if not rules.signed or is_token(shown.bearer, rules.tokens):
        return admitted
    grants = [*read_grants(shown.bearer, rules.tokens, now)]
    if (reached := reach(grants, wanted, asked.previews, now)) is not None:
        return _as_far_as(reached, admitted)
    by_ticket = wanted is not None and any(admits(ticket, wanted) for ticket in ticketed)
    if not by_ticket and not is_token(shown.token_cookies, rules.tokens):
        kept = [*read_grants(shown.token_cookies, rules.tokens, now)]
        reached = reach(kept, wanted, asked.previews, now)
        if reached is None:
            return Refuse(403, NOT_YOURS) if grants or kept else Refuse(401, NO_LINK)
        admitted = _as_far_as(reached, admitted)
    # Only a cookie, which a browser sends along on behalf of anybody's page.
    if _is_from_elsewhere(asked):
        return Refuse(403, FOREIGN)
    return admitted


def _as_far_as(reached: Reached, admitted: Admit) -> Admit:
    until = min(admitted.until, reached.until)
    return replace(admitted, preview_id=reached.preview_id, until=until)


def _enter(asked: _Asked, path: bytes, tickets: list[bytes], rules: Rules, now: float) -> Decision:
    """Take the ticket of an address into a cookie, so that no site and no history has it."""
    if asked.method not in (b"GET", b"HEAD") or b"upgrade" in asked.given:
        return Refuse(400, LINK_FIRST)
    text = tickets[0].decode("latin-1") if len(tickets) == 1 else ""
    ticket = read(rules.tokens, text, now)
    if ticket is None:
        return Refuse(401, OLD_LINK)
    if asked.place.preview_id and not admits(ticket[0], asked.place.preview_id):
        return Refuse(403, OTHER_LINK)
    seconds = int(ticket[1] - now)
    trusted = asked.seen.scheme == "https" or asked.place.host.is_loopback
    where = "SameSite=None; Secure; Partitioned" if trusted else "SameSite=Lax"
    cookie = f"{TICKET_COOKIE}={text}; Path=/; Max-Age={seconds}; HttpOnly; {where}"
    return Redirect(path, cookie.encode())


def _without_ticket(target: bytes) -> tuple[bytes, list[bytes]] | None:
    """A target without the parameter, and what that was; None if it is no parameter."""
    path, _, query = target.partition(b"?")
    kept: list[bytes] = []
    tickets: list[bytes] = []
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        if name == _PARAMETER:
            tickets.append(value)
        else:
            kept.append(part)
    if not tickets:
        return None
    return b"?".join([on_this_host(path), *([b"&".join(kept)] if kept else [])]), tickets


def _is_from_elsewhere(asked: _Asked) -> bool:
    """Whether a page of another origin does more than to show the preview, or to lead there.

    Where TLS ends at a load balancer that is not trusted we know of http only.
    """
    site, mode = asked.given.get(b"sec-fetch-site"), asked.given.get(b"sec-fetch-mode")
    if site in (b"cross-site", b"same-site") and mode != b"navigate":
        return True
    origin = asked.given.get(b"origin")
    if origin is None or (asked.method in _SAFE and b"upgrade" not in asked.given):
        return False
    own = {asked.place.host.origin(scheme) for scheme in {asked.seen.scheme, "https"}}
    return _plain_origin(origin.decode("latin-1")) not in own


def _plain_origin(origin: str) -> str:
    """An Origin header as `Host.origin` writes it; empty for what is none, "null" among it."""
    scheme, host = _read_origin(origin)
    return host.origin(scheme) if host is not None else ""


def _read_origin(origin: str) -> tuple[str, Host | None]:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return "", None
    if parts.path or parts.query or parts.scheme not in ("http", "https"):
        return "", None
    return parts.scheme, read_host(parts.netloc)


def _is_strangers(given: Mapping[bytes, bytes], domains: Collection[str]) -> bool:
    """Whether a page from elsewhere does more than to show a preview, or to lead there.

    To an open door on this machine nobody is let in but who works here; by their browser
    any page that they look at would be.
    """
    site = given.get(b"sec-fetch-site")
    if site in (b"same-origin", b"none"):
        return False
    if (origin := given.get(b"origin")) is None:
        return site == b"cross-site" and given.get(b"sec-fetch-mode") != b"navigate"
    _, host = _read_origin(origin.decode("latin-1"))
    if host is None or is_address(host.name):
        return host is None or not host.is_loopback
    return label_of(host, domains) is None
