"""The usual cause of what was seen, and what to do about it. Pure."""

from __future__ import annotations

from typing import NamedTuple

from services.doctor.causes import Symptom


class Remedy(NamedTuple):
    cause: str
    advice: str


# Where the way may differ from everybody else's when it begins inside the container.
FROM_OUTSIDE = (
    Symptom.NAME_UNKNOWN,
    Symptom.RESOLVER_FAILS,
    Symptom.REFUSED,
    Symptom.NO_CONNECTION,
    Symptom.UNREACHABLE,
    Symptom.TLS_SILENT,
)
HAIRPIN = (
    " This was seen from inside the container, which many networks do not let back in by their"
    " public address: run `nurseryctl doctor --url` from another machine before changing anything."
)


def remedy(symptom: Symptom, *, inside: bool) -> Remedy:
    """What to tell a person; `inside`, when the walk began in the container."""
    known = _REMEDIES[symptom]
    if inside and symptom in FROM_OUTSIDE:
        return Remedy(known.cause, known.advice + HAIRPIN)
    return known


_UPGRADE = (
    "Let the proxy pass WebSockets on. nginx: proxy_http_version 1.1;"
    " proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;"
    " Apache: ProxyPass … upgrade=websocket; a load balancer: an HTTP listener, not gRPC."
)
_NEXT_HOP = (
    "Look at the health check and the target of that proxy: it has to reach the port that"
    " service.hmr.options.bind names, on an address that is not loopback when it is elsewhere."
)

_REMEDIES: dict[Symptom, Remedy] = {
    Symptom.NO_PREVIEW: Remedy(
        "The dev server of the preview did not start; the way to it may be in order.",
        "Mend what the reason says; `nurseryctl logs previews` has the whole of it.",
    ),
    Symptom.BAD_ADDRESS: Remedy(
        "The public address of the previews is misspelt.",
        "Set service.api.options.preview to what people open,"
        " such as https://preview.example.com/.",
    ),
    Symptom.BELOW_AN_ADDRESS: Remedy(
        "The public address is a number, and below a number there are no names.",
        "Give the host a domain with a wildcard record, and name it in service.api.options.preview"
        " and service.hmr.options.domains.",
    ),
    Symptom.NOT_IN_DOMAINS: Remedy(
        "The front door serves only the domains that it was told, and this is none of them.",
        "Add the domain to service.hmr.options.domains and reload.",
    ),
    Symptom.NAME_UNKNOWN: Remedy(
        "There is no DNS record of that name, or it is too new for the resolver asked.",
        "Add an A, AAAA or CNAME record for it; for names of previews a wildcard, *.domain.",
    ),
    Symptom.WILDCARD_MISSING: Remedy(
        "The domain has a record and its wildcard has none, so no preview has a name.",
        "Add a record for *.domain that points where the domain does.",
    ),
    Symptom.RESOLVER_FAILS: Remedy(
        "The resolver does not answer, or the domain's name servers do not.",
        "Try again; look at /etc/resolv.conf, and at the domain's delegation.",
    ),
    Symptom.REFUSED: Remedy(
        "The machine is there and nobody listens at that port.",
        "Compare the port with that of the proxy, or with service.hmr.options.bind where there is"
        " none; an address of 127.0.0.1 there takes nobody from elsewhere. `nurseryctl status hmr`"
        " says whether the front door is up.",
    ),
    Symptom.NO_CONNECTION: Remedy(
        "A firewall or a security group drops what comes for that port, or the machine is off.",
        "Allow the port in the security group of the load balancer, and from there to the"
        " container; compare the address with the DNS record's.",
    ),
    Symptom.UNREACHABLE: Remedy(
        "No route leads to that address: often it is a private one, or IPv6 where there is none.",
        "Compare the record with the address of the load balancer; remove an AAAA record that"
        " leads nowhere.",
    ),
    Symptom.CERTIFICATE_EXPIRED: Remedy(
        "The certificate was not renewed, or was and is not loaded.",
        "Renew it and reload whoever ends TLS.",
    ),
    Symptom.CERTIFICATE_TOO_NEW: Remedy(
        "The clock here is behind, or the certificate was made for later.",
        "Set the clock by NTP.",
    ),
    Symptom.CERTIFICATE_OF_ANOTHER: Remedy(
        "Another site's certificate is shown: the name leads to another machine, or the listener"
        " has no certificate for it and shows its default one.",
        "Add the name's certificate to the listener, or lead the name elsewhere.",
    ),
    Symptom.CERTIFICATE_WITHOUT_WILDCARD: Remedy(
        "The certificate is the domain's, and a preview is a name below it.",
        "Get one for both domain and *.domain; a wildcard covers a single label, and public"
        " authorities issue it by a DNS challenge only.",
    ),
    Symptom.CERTIFICATE_UNTRUSTED: Remedy(
        "It is self-signed or of a private authority, or the server does not send the"
        " intermediate certificate.",
        "Install the full chain; for a private authority set SSL_CERT_FILE here, and trust it in"
        " the browsers.",
    ),
    Symptom.PLAIN_WHERE_TLS: Remedy(
        "The address says https and who answers speaks plain http.",
        "Use http:// in the public address, or end TLS in front of the port;"
        " the front door itself has no TLS.",
    ),
    Symptom.NO_HTTP_1: Remedy(
        "Who ends TLS takes HTTP/2 alone, and browsers open WebSockets by HTTP/1.1.",
        "Allow http/1.1 beside h2 in its ALPN policy (an ALB has it; a gRPC target group or an NLB"
        " with HTTP2Only has not).",
    ),
    Symptom.TLS_FAILED: Remedy(
        "Both sides have no version or cipher in common, or the name is unknown to the listener.",
        "Allow TLS 1.2 and 1.3, and give the listener a certificate for the name.",
    ),
    Symptom.TLS_SILENT: Remedy(
        "The port takes connections and does not answer TLS: a forwarder whose far end is gone.",
        "Look at what stands behind that port: `nurseryctl status hmr`, the target's health.",
    ),
    Symptom.TLS_WHERE_PLAIN: Remedy(
        "The address says http and the port speaks TLS.",
        "Use https:// in service.api.options.preview.",
    ),
    Symptom.NOT_HTTP: Remedy(
        "Something else than a web server listens there, or it speaks HTTP/2 without asking.",
        "Compare the port with service.hmr.options.bind; let the proxy speak HTTP/1.1.",
    ),
    Symptom.HUNG_UP: Remedy(
        "Whoever takes connections for the front door cannot hand them on.",
        _NEXT_HOP,
    ),
    Symptom.HTTP_SILENT: Remedy(
        "The request was taken and nothing came back: a proxy waits for a far end that is gone,"
        " or the page itself hangs.",
        "Ask the front door directly from the machine it runs on, `curl -i` at its port; if that"
        " answers it is the proxy, if not `nurseryctl logs` of the preview's astro@ says more.",
    ),
    Symptom.TO_HTTPS: Remedy(
        "A proxy sends http on to https, and the public address says http.",
        "Use https:// in service.api.options.preview.",
    ),
    Symptom.LOGIN: Remedy(
        "A proxy asks people to log in (OAuth, SSO, Cloudflare Access) before the preview. In an"
        " iframe that page is blank, and scripts and sockets cannot log in.",
        "Take the previews' host out of it: they are protected by the token and signed links.",
    ),
    Symptom.ELSEWHERE: Remedy(
        "A proxy or the site sends every visitor to another host, such as the published one.",
        "Remove that rule for the previews' host; look for a redirect in the site's middleware.",
    ),
    Symptom.REDIRECT_LOOP: Remedy(
        "Two hops disagree on https or on a slash at the end and send back and forth.",
        "Let the proxy pass X-Forwarded-Proto on, and one of the two redirect.",
    ),
    Symptom.PASSWORD: Remedy(
        "A proxy asks for a password of its own (HTTP Basic), which frames and sockets have not.",
        "Take the previews' host out of it: they are protected by the token and signed links.",
    ),
    Symptom.TOKEN_WANTED: Remedy(
        "Previews are closed to those without the token or a signed link.",
        "Give the token with --token; embed the link that the API signs, not the bare address; and"
        " let the browser keep the cookie that it sets (third-party cookies, https).",
    ),
    Symptom.TOKEN_KEPT: Remedy(
        "Previews are closed, and the token is never sent over plain http to another machine.",
        "Use https, or walk from the machine itself.",
    ),
    Symptom.FORBIDDEN: Remedy(
        "A firewall for web applications, a list of allowed networks or a bot check refused it.",
        "Allow the previews' host there: paths such as /@vite/client, /@fs/ and /src/ look"
        " suspicious to such rules.",
    ),
    Symptom.PAST_THE_DOOR: Remedy(
        "The proxy goes to the dev server itself, which does not know the name.",
        "Let it go to the front door, the port in service.hmr.options.bind: dev servers change"
        " their ports, and are no public servers.",
    ),
    Symptom.HOST_NOT_SERVED: Remedy(
        "The front door was reached, and was asked for a name that it does not serve: the domain"
        " is not among its own, or a proxy wrote another Host.",
        "Name the domain in service.hmr.options.domains; let the proxy pass Host on (nginx:"
        " proxy_set_header Host $host; Apache: ProxyPreserveHost On).",
    ),
    Symptom.BAD_GATEWAY: Remedy(
        "A proxy or load balancer on the way cannot reach the front door.",
        _NEXT_HOP,
    ),
    Symptom.UNAVAILABLE: Remedy(
        "A load balancer has no healthy target, or a proxy is in maintenance.",
        _NEXT_HOP + " As a health check use GET /health/live of the API: a preview's page is no"
        " measure of the container.",
    ),
    Symptom.GATEWAY_TIMEOUT: Remedy(
        "A proxy waited for the front door and lost patience: it is not reached, or a page takes"
        " long to compile.",
        _NEXT_HOP + " Let it wait 60 s at least.",
    ),
    Symptom.NO_SITE: Remedy(
        "The front door was reached, and no preview is open at that name.",
        "Open the thread with POST /api/init and use the ownUrl that it answers with.",
    ),
    Symptom.SITE_FAILED: Remedy(
        "The way is in order, and the site cannot be shown: it does not start.",
        "Mend what the reason says; `nurseryctl logs` of the preview's astro@ has the whole of it.",
    ),
    Symptom.STILL_STARTING: Remedy(
        "The way is in order, and the site is still being set up.",
        "Try again in a minute; the first installation of dependencies takes its time.",
    ),
    Symptom.SOMEBODY_ELSE: Remedy(
        "Somebody else answers at that address: a proxy's own page, a parked domain, the published"
        " site or a cache.",
        "Compare the DNS record and the proxy's rules for that host; what a dev server sends names"
        " /@vite/client.",
    ),
    Symptom.PAGE_REWRITTEN: Remedy(
        "A CDN changes pages on their way (Rocket Loader, minification, an injected script).",
        "Switch such optimisations off for the previews' host.",
    ),
    Symptom.CLIENT_IS_A_PAGE: Remedy(
        "A proxy answers unknown paths with a page: the fallback of a single-page application, or"
        " a login.",
        "Pass every path of the previews' host on, /@vite/ and /@fs/ included.",
    ),
    Symptom.CLIENT_MISSING: Remedy(
        "A proxy passes on some paths only, or rewrites them; or the preview is a production"
        " build, which has no live editing.",
        "Pass every path of the previews' host on as it is, with its query.",
    ),
    Symptom.CLIENT_CACHED: Remedy(
        "A CDN or a proxy caches the dev server's modules. An old client has an old token, and its"
        " socket is refused; edits do not show.",
        "Switch caching off for the previews' host and empty it once.",
    ),
    Symptom.CLIENT_REWRITTEN: Remedy(
        "What arrives is not the client that Vite sent: a CDN minifies, translates or replaces it.",
        "Switch such optimisations off for the previews' host.",
    ),
    Symptom.SITE_SENDS_ELSEWHERE: Remedy(
        "The site's own configuration (vite.server.hmr or vite.server.ws: host, port, clientPort,"
        " protocol) sends browsers elsewhere for the socket.",
        "Remove it from astro.config: behind the front door none is needed.",
    ),
    Symptom.UPGRADE_IGNORED: Remedy(
        "A proxy does not pass Upgrade and Connection on, so a page was answered.",
        _UPGRADE,
    ),
    Symptom.UPGRADE_BAD: Remedy(
        "The dev server does not take the handshake: the query with the token was lost on the way,"
        " or is an old one from a cache; or headers were changed.",
        "Let the proxy pass path, query and the Sec-WebSocket headers on as they are, and cache"
        " nothing.",
    ),
    Symptom.UPGRADE_FORBIDDEN: Remedy(
        "A proxy, or the front door's rules for who may see a preview, refused the socket.",
        "Allow WebSockets for the previews' host (Cloudflare: Network, WebSockets); let cookies,"
        " Origin and Host through unchanged.",
    ),
    Symptom.UPGRADE_REQUIRED: Remedy(
        "A hop speaks HTTP/1.0 or HTTP/2 to the next one, where the upgrade has no meaning.",
        _UPGRADE,
    ),
    Symptom.UPGRADE_NOT_CARRIED: Remedy(
        "Pages come through, and the proxy fails on the same way with a WebSocket.",
        _UPGRADE,
    ),
    Symptom.UPGRADE_ELSEWHERE: Remedy(
        "WebSockets are led to another place than pages.",
        "Lead all requests of the previews' host to the front door, whatever their path and"
        " headers.",
    ),
    Symptom.SOCKET_SILENT: Remedy(
        "A proxy swallows the handshake, or changes Sec-WebSocket-Protocol, which Vite does not"
        " answer then.",
        _UPGRADE,
    ),
    Symptom.WRONG_ACCEPT: Remedy(
        "Somebody answers handshakes without knowing their key: a cache, or a stand-in.",
        "Cache nothing for the previews' host.",
    ),
    Symptom.WRONG_PROTOCOL: Remedy(
        "A proxy drops or rewrites Sec-WebSocket-Protocol; browsers then close the socket.",
        "Let it pass the Sec-WebSocket headers on as they are.",
    ),
    Symptom.NO_FRAME: Remedy(
        "The socket opens and what is sent on it is held back: a proxy that buffers or inspects.",
        "Switch buffering and inspection off for WebSockets of the previews' host.",
    ),
    Symptom.SOCKET_CUT: Remedy(
        "A proxy or load balancer ends connections on which nothing is said: its idle timeout.",
        "Raise it above 60 s (ALB: idle timeout; nginx: proxy_read_timeout); Vite says something"
        " every 30 s, and browsers slow that down in tabs in the background.",
    ),
    Symptom.SOCKET_LOST: Remedy(
        "The dev server ended or began anew, or a proxy cut the connection.",
        "`nurseryctl status` shows restarts of astro@; try again.",
    ),
    Symptom.NO_UPDATE: Remedy(
        "The file was changed and the dev server did not notice: the volume tells nobody of"
        " changes (a network or shared folder, inotify's limit of watches).",
        "Set CHOKIDAR_USEPOLLING=1 for astro@, or raise fs.inotify.max_user_watches.",
    ),
    Symptom.EDIT_FAILED: Remedy(
        "The scratch thread could not be changed: the volume is full or read-only.",
        "Look at the workspace volume: space, owner and mount.",
    ),
    Symptom.CLOCK: Remedy(
        "One of the two clocks is wrong: signed links then expire early, late or at once.",
        "Set both by NTP.",
    ),
    Symptom.OUT_OF_TIME: Remedy(
        "The hops before took the time of the whole walk.",
        "Look at those that took long, and try again.",
    ),
}
