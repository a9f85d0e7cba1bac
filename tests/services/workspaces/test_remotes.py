"""Which repository addresses are cloned."""

from __future__ import annotations

import pytest

from services.workspaces.remotes import checked, same
from supervisor.desk import Refused

SCHEMES = ("https", "ssh", "file")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/acme/site.git",
        "https://example.com:8443/acme/site",
        "ssh://git@example.com/acme/site.git",
        "file:///srv/site.git",
        "/srv/site.git",
    ],
)
def test_an_address_of_an_allowed_kind_is_taken_as_it_is(url: str) -> None:
    assert checked(url, SCHEMES) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/site.git",
        "git://example.com/site.git",
        "ext::sh -c touch% /tmp/x",
        "git@example.com:acme/site.git",
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
    with pytest.raises(Refused, match=r"^cannot clone"):
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
