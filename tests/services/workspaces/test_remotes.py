"""Which repository addresses are used, and how a remote's objections are told."""

from __future__ import annotations

import pytest

from services.workspaces.remotes import Origin, checked, in_words, origin, same
from supervisor.desk import Refused

SCHEMES = ("https", "file")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/acme/site.git",
        "https://example.com:8443/acme/site",
        "https://[::1]:8443/acme/site",
        "file:///srv/site.git",
        "/srv/site.git",
    ],
)
def test_an_address_of_an_allowed_kind_is_taken_as_it_is(url: str) -> None:
    assert checked(url, SCHEMES) == url


def test_who_writes_an_address_as_for_ssh_is_told_how_it_is_written_here() -> None:
    with pytest.raises(
        Refused, match=r"use https:// or file://, as in https://github\.com/OWNER/NAME$"
    ):
        checked("git@github.com:acme/site.git", SCHEMES)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/site.git",
        "git://example.com/site.git",
        "ext::sh -c touch% /tmp/x",
        "git@example.com:acme/site.git",
        "ssh://git@example.com/acme/site.git",
        "https://example.com\\@elsewhere.com/site",
        "https://example.com\\.elsewhere.com/site",
        "https://exämple.com/site",
        "--upload-pack=touch /tmp/x",
        "../site.git",
        "site.git",
        "https://",
        "https://example.com",
        "https://[::1/site",
        "https://example.com:port/site",
        "https:/example.com/site",
        "file://elsewhere/site.git",
        "https://example.com/site?token=x",
        "https://example.com/site#x",
        "https://example.com/a\nb",
        "https://example.com/a b",
        "https://example.com/a\0b",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(Refused, match=r"^cannot use"):
        checked(url, SCHEMES)


@pytest.mark.parametrize(
    "url",
    [
        "https://s3cret@example.com/site.git",
        "https://bob:s3cret@example.com/site.git",
        "ssh://git:s3cret@example.com/site.git",
        "https://example.com/site?token=s3cret",
    ],
)
def test_an_address_with_a_credential_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Refused) as refusal:
        checked(url, SCHEMES)
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize("url", ["/srv/site.git", "file:///srv/site.git"])
def test_paths_of_this_machine_can_be_forbidden(url: str) -> None:
    with pytest.raises(Refused, match="use https://"):
        checked(url, ("https",))


def test_a_slash_or_dot_git_at_the_end_makes_no_other_repository() -> None:
    assert same("https://example.com/site.git", "https://example.com/site/")
    assert not same("https://example.com/site", "https://example.com/sites")
    assert not same("https://example.com/site", None)


@pytest.mark.parametrize("url", ["ssh://git@example.com/site.git", "git@example.com:site.git"])
def test_an_address_for_ssh_is_refused_with_what_to_use_instead(url: str) -> None:
    with pytest.raises(Refused, match=r"use https://"):
        checked(url, SCHEMES)


@pytest.mark.parametrize("host", ["example.com", "EXAMPLE.com:8443"])
def test_only_hosts_that_are_named_are_spoken_with(host: str) -> None:
    url = "https://example.com:8443/site"
    assert checked(url, SCHEMES, (host,)) == url
    with pytest.raises(Refused, match=f"at elsewhere.com: use one at {host}"):
        checked("https://elsewhere.com/site", SCHEMES, (host,))


def test_a_named_port_is_that_port() -> None:
    assert checked("https://[::1]:8443/site", SCHEMES, ("[::1]:8443",))
    assert checked("https://example.com/site", SCHEMES, ("example.com:443",))
    with pytest.raises(Refused, match="use one at"):
        checked("https://example.com/site", SCHEMES, ("example.com:8443",))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080"])
def test_plain_http_reaches_this_machine(host: str) -> None:
    with pytest.raises(Refused, match="kind"):
        checked(f"http://{host}/site", SCHEMES)
    assert checked(f"http://{host}/site", ("http",))


@pytest.mark.parametrize("host", ["example.com", "localhost.example.com", "10.0.0.1"])
def test_plain_http_reaches_another_machine_only_by_its_name(host: str) -> None:
    with pytest.raises(Refused, match="use https://"):
        checked(f"http://{host}/site", ("http",))
    assert checked(f"http://{host}/site", ("http",), (host,))


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin("https://Example.com/a") == Origin("https", "example.com", 443)
    assert origin("https://example.com:443/b") == origin("https://example.com/a")
    assert origin("https://example.com:444/a") != origin("https://example.com/a")
    assert origin("http://example.com/a") != origin("https://example.com:80/a")
    assert [origin(url) for url in ("/srv/site", "file:///srv/site", "https://[", "")] == [None] * 4
    assert str(origin("https://example.com/a")) == "example.com"
    assert str(origin("http://[::1]:81/a")) == "[::1]:81"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("cannot redirect from 'a' to 'b'", "the repository moved; use its new address"),
        ("unexpected http status code: 404", "no such repository"),
        ("unexpected http status code: 403", "may not do that"),
        ("failed to connect", "failed to connect"),
    ],
)
def test_what_git_says_of_a_remote_is_put_into_words(reason: str, words: str) -> None:
    assert words in in_words("https://example.com/site", reason)
