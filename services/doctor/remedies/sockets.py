"""What is wrong with Vite's client and its socket. Pure."""

from __future__ import annotations

from services.doctor.causes import Remedy, Symptom

_UPGRADE = (
    "Let the proxy pass WebSockets on. nginx: proxy_http_version 1.1;"
    " proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;"
    " Apache: ProxyPass … upgrade=websocket; a load balancer: an HTTP listener, not gRPC."
)
SOCKETS: dict[Symptom, Remedy] = {
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
