"""All that can be wrong on the way to a preview. Pure."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import NamedTuple


class Symptom(StrEnum):
    """All that can be wrong between a browser and a dev server, in the order of the way."""

    NO_PREVIEW = auto()
    BAD_ADDRESS = auto()
    BELOW_AN_ADDRESS = auto()
    NOT_IN_DOMAINS = auto()
    NAME_UNKNOWN = auto()
    WILDCARD_MISSING = auto()
    RESOLVER_FAILS = auto()
    REFUSED = auto()
    NO_CONNECTION = auto()
    UNREACHABLE = auto()
    CERTIFICATE_EXPIRED = auto()
    CERTIFICATE_TOO_NEW = auto()
    CERTIFICATE_OF_ANOTHER = auto()
    CERTIFICATE_WITHOUT_WILDCARD = auto()
    CERTIFICATE_UNTRUSTED = auto()
    PLAIN_WHERE_TLS = auto()
    NO_HTTP_1 = auto()
    TLS_FAILED = auto()
    TLS_SILENT = auto()
    TLS_WHERE_PLAIN = auto()
    NOT_HTTP = auto()
    HUNG_UP = auto()
    HTTP_SILENT = auto()
    TO_HTTPS = auto()
    LOGIN = auto()
    ELSEWHERE = auto()
    REDIRECT_LOOP = auto()
    PASSWORD = auto()
    TOKEN_WANTED = auto()
    TOKEN_KEPT = auto()
    FORBIDDEN = auto()
    PAST_THE_DOOR = auto()
    HOST_NOT_SERVED = auto()
    BAD_GATEWAY = auto()
    UNAVAILABLE = auto()
    GATEWAY_TIMEOUT = auto()
    NO_SITE = auto()
    SITE_FAILED = auto()
    STILL_STARTING = auto()
    SOMEBODY_ELSE = auto()
    PAGE_REWRITTEN = auto()
    FRAME_FORBIDDEN = auto()
    CLIENT_IS_A_PAGE = auto()
    CLIENT_MISSING = auto()
    CLIENT_CACHED = auto()
    CLIENT_REWRITTEN = auto()
    SITE_SENDS_ELSEWHERE = auto()
    UPGRADE_IGNORED = auto()
    UPGRADE_BAD = auto()
    UPGRADE_FORBIDDEN = auto()
    UPGRADE_REQUIRED = auto()
    UPGRADE_NOT_CARRIED = auto()
    UPGRADE_ELSEWHERE = auto()
    SOCKET_SILENT = auto()
    WRONG_ACCEPT = auto()
    WRONG_PROTOCOL = auto()
    NO_FRAME = auto()
    SOCKET_CUT = auto()
    SOCKET_LOST = auto()
    NO_UPDATE = auto()
    EDIT_FAILED = auto()
    CLOCK = auto()
    OUT_OF_TIME = auto()


class Broken(Exception):
    """A hop that failed: what is wrong, and `seen`, the evidence in words."""

    def __init__(self, symptom: Symptom, seen: str) -> None:
        super().__init__(seen)
        self.symptom = symptom
        self.seen = seen


class Remedy(NamedTuple):
    """The usual cause of a symptom, and what to do, in sentences."""

    cause: str
    advice: str
