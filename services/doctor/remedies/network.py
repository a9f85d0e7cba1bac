"""What is wrong before anything speaks HTTP. Pure."""

from __future__ import annotations

from services.doctor.causes import Remedy, Symptom

NETWORK: dict[Symptom, Remedy] = {
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
}
