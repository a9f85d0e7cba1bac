"""What an address means, and how a remote's objections are told."""

from __future__ import annotations

import pytest

from services.workspaces.remotes import Origin, in_words, origin, same


def test_a_slash_or_dot_git_at_the_end_makes_no_other_repository() -> None:
    assert same("https://example.com/site.git", "https://example.com/site/")
    assert not same("https://example.com/site", "https://example.com/sites")
    assert not same("https://example.com/site", None)


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
