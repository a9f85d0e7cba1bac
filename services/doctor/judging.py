"""What an answer says of the hops that it came through. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from services.doctor.causes import Broken, Symptom
from services.doctor.frames import accept_of
from services.doctor.target import Target, parse, sendable
from services.doctor.web import Answer

# By this header the front door marks what it says itself, while there is no dev server to ask.
STATE = "x-preview-state"
COMING = ("installing", "starting", "ready", "asleep")

# One after the other, each in one go: a page of strangers must not take longer than it is long.
_SCRIPT = re.compile(r"<script\b[^>]*+>?")
_SOURCE = re.compile(r"\bsrc=[\"']?([^\"'\s>]*+)")
_CLIENT = re.compile(r"/@vite/client\b")
_INPUT = re.compile(r"(?i)<input\b[^>]*+")
_LOGIN = re.compile(r"(?i)\b(log-?in|sign-?in|sso|oauth2?|saml|auth|cloudflareaccess|cognito)\b")
_PASSWORD = re.compile(r"(?i)\btype=[\"']?password")
_SECURE_PORT = re.compile(r"(?i)plain HTTP request was sent to HTTPS|HTTP request to an HTTPS")
_TOO_OLD = re.compile(r"(?i)^(hit|stale|updating|revalidated)\b")


def redirect(answer: Answer, target: Target, path: str) -> str | None:
    """Where to go on at the same origin; None for what is no redirect. Raises `Broken`."""
    location = answer.get("location")
    if not (300 <= answer.status < 400 and location):
        return None
    location = sendable(location, "latin-1")
    to = f"it answers {answer.status} and sends to"
    try:
        there = urljoin(target.origin + path, location)
        to += f" {_without_query(there)}"
    except ValueError:
        plain = re.split(r"[?#]", location)[0]
        raise Broken(Symptom.ELSEWHERE, f"{to} {plain}, which is no address") from None
    if _LOGIN.search(there):
        raise Broken(Symptom.LOGIN, to)
    try:
        next_one = parse(there)
    except Broken:
        raise Broken(Symptom.ELSEWHERE, to) from None
    if next_one.origin == target.origin:
        return next_one.path
    if next_one.host == target.host and next_one.secure and not target.secure:
        raise Broken(Symptom.TO_HTTPS, to)
    raise Broken(Symptom.ELSEWHERE, to)


def _without_query(address: str) -> str:
    """What is after the question mark may be a secret."""
    return urlsplit(address)._replace(query="", fragment="").geturl()


def coming(answer: Answer) -> bool:
    """Whether it is the front door's word that the preview is on its way."""
    return answer.status == 503 and answer.get(STATE) in COMING


def check_status(answer: Answer) -> None:
    """Raises `Broken` for a status, or a notice, that is no page of the site."""
    seen = f"it answers {answer.status}{_by(answer)}"
    if state := answer.get(STATE):
        symptom = Symptom.SITE_FAILED if state == "failed" else Symptom.NO_SITE
        if state in COMING:
            symptom = Symptom.STILL_STARTING
        raise Broken(symptom, f"the front door says: {_first_line(answer)}")
    match answer.status:
        case 400 if _SECURE_PORT.search(answer.text):
            raise Broken(Symptom.TLS_WHERE_PLAIN, seen)
        case 401 | 407 if answer.get("www-authenticate").lower().startswith("bearer"):
            raise Broken(Symptom.TOKEN_WANTED, seen)
        case 401 | 407 if answer.get("www-authenticate") or answer.status == 407:
            raise Broken(Symptom.PASSWORD, seen)
        case 401:
            raise Broken(Symptom.TOKEN_WANTED, seen)
        case 403 if "Blocked request" in answer.text:
            raise Broken(Symptom.PAST_THE_DOOR, seen)
        case 403:
            raise Broken(Symptom.FORBIDDEN, seen)
        case 421:
            raise Broken(Symptom.HOST_NOT_SERVED, f"{seen}: {_first_line(answer)}")
        case 502:
            raise Broken(Symptom.BAD_GATEWAY, seen)
        case 503:
            raise Broken(Symptom.UNAVAILABLE, seen)
        case 504:
            raise Broken(Symptom.GATEWAY_TIMEOUT, seen)
        case _:
            return


def client_of(page: Answer) -> str | None:
    """The path of Vite's client in a page; None where an error of the site has it not.

    Raises `Broken` where the page is not what a dev server sent.
    """
    found = _script(page.text)
    if found is None and page.status >= 400:
        return None
    seen = f"it answers {page.status}{_by(page)}"
    if found is None:
        if any(_PASSWORD.search(tag[0]) for tag in _INPUT.finditer(page.text)):
            raise Broken(Symptom.LOGIN, f"{seen}, a page with a field for a password")
        kind = page.get("content-type") or "no content type"
        raise Broken(Symptom.SOMEBODY_ELSE, f"{seen}, {kind}, which has no /@vite/client in it")
    tag, source = found
    rewritten = Broken(Symptom.PAGE_REWRITTEN, f"its script has become {tag[:300]}")
    if not re.search(r"\btype=[\"']?module\b", tag):
        raise rewritten
    try:
        return sendable(urljoin("/", urlsplit(source).path))
    except ValueError:
        raise rewritten from None


def _script(text: str) -> tuple[str, str] | None:
    """The tag that loads Vite's client, and where from; None where there is none."""
    for tag in _SCRIPT.finditer(text):
        for source in _SOURCE.finditer(tag[0]):
            if _CLIENT.search(source[1]):
                return tag[0], source[1]
    return None


def check_frame(page: Answer) -> None:
    """Raises `Broken` for a page that no page of another origin may show in a frame."""
    policies = [rule for rule in page.all("content-security-policy") if "frame-ancestors" in rule]
    for policy in policies:
        allowed = policy.partition("frame-ancestors")[2].partition(";")[0].split()
        if not set(allowed) - {"'none'", "'self'"}:
            raise Broken(Symptom.FRAME_FORBIDDEN, f"frame-ancestors {' '.join(allowed)}")
    # Where there is such a policy browsers do not look at the older header.
    if not policies and page.get("x-frame-options"):
        raise Broken(Symptom.FRAME_FORBIDDEN, f"X-Frame-Options: {page.get('x-frame-options')}")


@dataclass(frozen=True, slots=True)
class Client:
    """How Vite's client in a page opens its socket: at `path`, the query with it."""

    path: str


def read_client(answer: Answer) -> Client:
    """What Vite's client is about to do. Raises `Broken` where it is not as Vite sent it."""
    seen = f"it answers {answer.status}{_by(answer)}, {answer.get('content-type') or 'no type'}"
    if answer.is_page:
        raise Broken(Symptom.CLIENT_IS_A_PAGE, seen)
    if answer.status != 200 or "javascript" not in answer.get("content-type").lower():
        raise Broken(Symptom.CLIENT_MISSING, seen)
    if cached := _cached(answer):
        raise Broken(Symptom.CLIENT_CACHED, f"it comes from a cache: {cached}")
    text = answer.text
    if "vite-hmr" not in text:
        raise Broken(Symptom.CLIENT_REWRITTEN, f"{seen}, and names no vite-hmr")
    # None reaches over another of its own beginnings: many would each be read to the end.
    host = _literal(text, r"socketHost\s*=\s*`\$\{([^}|`]*)\|\|")
    port = _literal(text, r"\bhmrPort\s*=\s*([^;\n]*)")
    scheme = _literal(text, r"socketProtocol\s*=\s*+([^|(\n=]*)\|\|")
    if elsewhere := [it for it in (scheme, host, port) if it]:
        raise Broken(Symptom.SITE_SENDS_ELSEWHERE, f"it is set to {' '.join(elsewhere)}")
    base = _literal(text, r"hmrPort \|\| importMetaUrl\.port\}\$\{([^}]*)\}") or "/"
    token = _literal(text, r"\bwsToken\s*=\s*([^;\n]*)")
    return Client(sendable(f"{base}?token={token}" if token else base))


def _literal(text: str, pattern: str) -> str:
    """A constant that Vite wrote into its client, as a text; empty where there is none."""
    found = re.search(pattern, text)
    try:
        value = json.loads(found[1].strip()) if found else None
        return str(value).encode(errors="replace").decode() if value else ""  # no half characters
    except (ValueError, RecursionError):
        return ""


def _cached(answer: Answer) -> str:
    age = answer.get("age")
    if age.isdecimal() and age.strip("0"):  # no number yet: it may have any length
        return f"Age: {age[:20]}"
    for name in ("cf-cache-status", "x-cache", "x-cache-status", "x-proxy-cache"):
        if _TOO_OLD.search(answer.get(name)):
            return f"{name}: {answer.get(name)}"
    return ""


def check_upgrade(answer: Answer, key: str) -> None:
    """Raises `Broken` for what is no handshake that a browser would accept."""
    if answer.status != 101:
        symptom = Symptom.UPGRADE_NOT_CARRIED
        match answer.status:
            case 400:
                symptom = Symptom.UPGRADE_BAD
            case 401 | 403:
                symptom = Symptom.UPGRADE_FORBIDDEN
            case 404:
                symptom = Symptom.UPGRADE_ELSEWHERE
            case 426 | 505:
                symptom = Symptom.UPGRADE_REQUIRED
            case status if status < 400:
                symptom = Symptom.UPGRADE_IGNORED
            case _:
                pass
        seen = f"the handshake is answered with {answer.status}{_by(answer)}, not with 101"
        raise Broken(symptom, seen)
    if answer.get("sec-websocket-accept") != accept_of(key):
        raise Broken(Symptom.WRONG_ACCEPT, "Sec-WebSocket-Accept does not fit the key")
    protocols = answer.all("sec-websocket-protocol")
    if protocols != ["vite-hmr"]:
        seen = f"Sec-WebSocket-Protocol is {', '.join(protocols) or 'missing'}, not vite-hmr"
        raise Broken(Symptom.WRONG_PROTOCOL, seen)


def kind_of(message: str) -> str:
    """The type of an HMR payload; empty for what is none."""
    try:
        return str(json.loads(message)["type"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""


def _by(answer: Answer) -> str:
    server = answer.get("server")
    return f" (server: {server})" if server else ""


def _first_line(answer: Answer) -> str:
    if answer.is_page:
        said, end, _ = answer.text.partition('<p id="why">')[2].partition("</p>")
        return " ".join(said.split())[:300] if end else answer.get(STATE)
    return answer.text.strip().partition("\n")[0][:300]
