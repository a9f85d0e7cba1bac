"""Which preview a request is for. Pure."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address

from services.messages import Preview, Routes


def is_served(host: str, domains: Collection[str]) -> bool:
    """Whether a Host header names this door: loopback's names, an address, or one of `domains`.

    Any other name may be a stranger's that resolves to us, whose pages could then read ours
    (DNS rebinding); Vite asks the same, but is always sent a Host of our own making.
    """
    name = host.strip().lower()
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    try:
        ip_address(name)
    except ValueError:
        known = ("localhost", *(domain.lower().lstrip(".") for domain in domains))
        return any(name == domain or name.endswith(f".{domain}") for domain in known)
    return True


def pick_preview(host: str, routes: Routes | None) -> Preview | None:
    """The preview whose id is the first label of `host`, a Host header; else the default one.

    The id alone counts, whatever domain follows; `is_served` has a say on that.
    """
    if routes is None:
        return None
    label, dot, domain = host.strip().lower().partition(".")
    if dot and label in routes.previews:
        return routes.previews[label]
    if domain.partition(":")[0] == "localhost":
        return None  # it names one, and there is none of that name: another's would mislead
    return routes.previews.get(routes.default) if routes.default is not None else None
