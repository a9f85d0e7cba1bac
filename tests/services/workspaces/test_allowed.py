"""Which addresses of repositories may be used."""

from __future__ import annotations

import msgspec
import pytest

from services.workspaces import Options
from services.workspaces.allowed import Allowed
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
    assert Allowed(SCHEMES).check(url) == url


def test_who_writes_an_address_as_for_ssh_is_told_how_it_is_written_here() -> None:
    with pytest.raises(
        Refused, match=r"use https:// or file://, as in https://github\.com/OWNER/NAME$"
    ):
        Allowed(SCHEMES).check("git@github.com:acme/site.git")


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
        Allowed(SCHEMES).check(url)


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
        Allowed(SCHEMES).check(url)
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize("url", ["/srv/site.git", "file:///srv/site.git"])
def test_paths_of_this_machine_can_be_forbidden(url: str) -> None:
    with pytest.raises(Refused, match="use https://"):
        Allowed(("https",)).check(url)


@pytest.mark.parametrize("url", ["ssh://git@example.com/site.git", "git@example.com:site.git"])
def test_an_address_for_ssh_is_refused_with_what_to_use_instead(url: str) -> None:
    with pytest.raises(Refused, match=r"use https://"):
        Allowed(SCHEMES).check(url)


@pytest.mark.parametrize("host", ["example.com", "EXAMPLE.com:8443"])
def test_only_hosts_that_are_named_are_spoken_with(host: str) -> None:
    url = "https://example.com:8443/site"
    assert Allowed(SCHEMES, (host,)).check(url) == url
    with pytest.raises(Refused, match=f"at elsewhere.com: use one at {host}"):
        Allowed(SCHEMES, (host,)).check("https://elsewhere.com/site")


def test_a_named_port_is_that_port() -> None:
    assert Allowed(SCHEMES, ("[::1]:8443",)).check("https://[::1]:8443/site")
    assert Allowed(SCHEMES, ("example.com:443",)).check("https://example.com/site")
    with pytest.raises(Refused, match="use one at"):
        Allowed(SCHEMES, ("example.com:8443",)).check("https://example.com/site")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080"])
def test_plain_http_reaches_this_machine(host: str) -> None:
    with pytest.raises(Refused, match="kind"):
        Allowed(SCHEMES).check(f"http://{host}/site")
    assert Allowed(("http",)).check(f"http://{host}/site")


@pytest.mark.parametrize("host", ["example.com", "localhost.example.com", "10.0.0.1"])
def test_plain_http_reaches_another_machine_only_by_its_name(host: str) -> None:
    with pytest.raises(Refused, match="use https://"):
        Allowed(("http",)).check(f"http://{host}/site")
    assert Allowed(("http",), (host,)).check(f"http://{host}/site")


OWN = (
    "https://Example.com:443/acme/*",
    "https://example.com/other/site.git",
    "file:///srv/sites/*",
)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/acme/site",
        "https://EXAMPLE.com:443/acme/group/site.git",
        "https://example.com/other/site",
        "https://example.com/other/site.git/",
        "file:///srv/sites/one",
        "/srv/sites/one.git",
    ],
)
def test_a_repository_that_is_named_may_be_used(url: str) -> None:
    assert Allowed(SCHEMES, (), OWN).check(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/acme",
        "https://example.com/acmes/site",
        "https://example.com/Acme/site",
        "https://example.com/other/sites",
        "https://example.com/other/site/more",
        "https://example.com:8443/acme/site",
        "https://elsewhere.com/acme/site",
        "file:///srv/site",
        "/srv/sites",
    ],
)
def test_where_some_are_named_no_other_repository_may_be_used(url: str) -> None:
    with pytest.raises(Refused, match=r"^cannot use this repository: use .*sites/\* or https"):
        Allowed(SCHEMES, (), OWN).check(url)


@pytest.mark.parametrize(
    "path",
    ["/../other", "/./../other", "/%2e%2e/other", "//other", "/..", "/..\\other", "/site/."],
)
def test_what_leads_out_of_the_repositories_that_are_named_is_refused(path: str) -> None:
    for where in ("https://example.com/acme", "file:///srv/sites", "/srv/sites"):
        with pytest.raises(Refused, match="leave out"):
            Allowed(SCHEMES, (), OWN).check(f"{where}{path}")


@pytest.mark.parametrize("name", [*OWN, "http://127.0.0.1:8080/*", "/srv/sites/*", "file:///*"])
def test_a_repository_is_named_by_its_address_or_with_all_of_its_owners(name: str) -> None:
    assert msgspec.convert({"root": "/x", "repositories": [name]}, Options).repositories == (name,)


@pytest.mark.parametrize(
    "name",
    [
        *("", "*", "/*", "acme/*", "example.com/acme/*", "git@example.com:acme/site"),
        *("ssh://example.com/acme/*", "https://*/acme", "https://example.com", "https:///acme"),
        *("https://example.com/a*", "https://example.com/*/site", "https://me@example.com/a"),
        *("https://example.com/a/../b", "https://example.com/a b", "https://example.com:x/a"),
        *("https://example.com/a?b", "https://[::1/a", "/srv//sites", "file://elsewhere/a"),
        *("https://example.com/", "https://example.com//*"),
    ],
)
def test_what_names_no_repository_is_refused_before_anything_starts(name: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"repositories: .* is no address: write"):
        msgspec.convert({"root": "/x", "repositories": [name]}, Options)


def test_the_default_repository_is_one_of_those_that_are_named() -> None:
    table = {"root": "/x", "repositories": OWN, "repository": "https://example.com/mine/site"}
    with pytest.raises(msgspec.ValidationError, match="repository: cannot use this repository"):
        msgspec.convert(table, Options)
