"""What is wrong with pages. Pure."""

from __future__ import annotations

from services.doctor.causes import Remedy, Symptom

_NEXT_HOP = (
    "Look at the health check and the target of that proxy: it has to reach the port that"
    " service.hmr.options.bind names, on an address that is not loopback when it is elsewhere."
)

PAGES: dict[Symptom, Remedy] = {
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
    Symptom.FRAME_FORBIDDEN: Remedy(
        "The site's middleware or a proxy forbids other pages to show it in a frame, which stays"
        " blank there; opened by itself the preview works.",
        "Remove X-Frame-Options for the previews' host, and name the embedding page's origin in"
        " frame-ancestors of Content-Security-Policy.",
    ),
}
