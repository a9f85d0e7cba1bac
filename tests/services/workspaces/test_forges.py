"""Which forge an address belongs to, and the pages there."""

from __future__ import annotations

import pytest

from services.workspaces.forges import Forge, compare_page, hosted

OWN = {
    "git.example.com": "gitlab",
    "GHE.example.com": "github",
    "127.0.0.1:3000": "gitlab",
    "::1": "github",
}


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (
            "https://github.com/acme/site.git",
            "https://github.com/acme/site/compare/main...thread-t1?expand=1",
        ),
        (
            "https://GitHub.com/acme/site/",
            "https://github.com/acme/site/compare/main...thread-t1?expand=1",
        ),
        (
            "ssh://git@github.com:22/acme/site.git",
            "https://github.com/acme/site/compare/main...thread-t1?expand=1",
        ),
        (
            "https://github.com/acme/dots.in.its.name",
            "https://github.com/acme/dots.in.its.name/compare/main...thread-t1?expand=1",
        ),
        (
            "https://ghe.example.com:8443/acme/site",
            "https://ghe.example.com:8443/acme/site/compare/main...thread-t1?expand=1",
        ),
        (
            "http://[::1]:3000/acme/site",
            "http://[::1]:3000/acme/site/compare/main...thread-t1?expand=1",
        ),
        (
            "https://gitlab.com/acme/site.git",
            "https://gitlab.com/acme/site/-/merge_requests/new"
            "?merge_request%5Bsource_branch%5D=thread-t1&merge_request%5Btarget_branch%5D=main",
        ),
        (
            "https://gitlab.com/acme/web/sites/shop.git",
            "https://gitlab.com/acme/web/sites/shop/-/merge_requests/new"
            "?merge_request%5Bsource_branch%5D=thread-t1&merge_request%5Btarget_branch%5D=main",
        ),
        (
            "ssh://git@git.example.com:2222/acme/site.git",
            "https://git.example.com/acme/site/-/merge_requests/new"
            "?merge_request%5Bsource_branch%5D=thread-t1&merge_request%5Btarget_branch%5D=main",
        ),
        (
            "http://127.0.0.1:3000/acme/site",
            "http://127.0.0.1:3000/acme/site/-/merge_requests/new"
            "?merge_request%5Bsource_branch%5D=thread-t1&merge_request%5Btarget_branch%5D=main",
        ),
        (
            "https://bitbucket.org/acme/site.git",
            "https://bitbucket.org/acme/site/pull-requests/new?source=thread-t1&dest=main",
        ),
        (
            "https://github.com/the%20acme/sité",
            "https://github.com/the%20acme/sit%C3%A9/compare/main...thread-t1?expand=1",
        ),
    ],
)
def test_the_compare_page_of_a_repository_at_a_forge(url: str, page: str) -> None:
    assert compare_page(url, "main", "thread-t1", OWN) == page


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (
            "https://github.com/a/b",
            "https://github.com/a/b/compare/rel%C3%A9ase/1...fix/a%20b%23%3F%26%25?expand=1",
        ),
        (
            "https://gitlab.com/a/b",
            "https://gitlab.com/a/b/-/merge_requests/new"
            "?merge_request%5Bsource_branch%5D=fix%2Fa%20b%23%3F%26%25"
            "&merge_request%5Btarget_branch%5D=rel%C3%A9ase%2F1",
        ),
        (
            "https://bitbucket.org/a/b",
            "https://bitbucket.org/a/b/pull-requests/new"
            "?source=fix%2Fa%20b%23%3F%26%25&dest=rel%C3%A9ase%2F1",
        ),
    ],
)
def test_branches_with_slashes_spaces_and_other_letters_are_quoted(url: str, page: str) -> None:
    assert compare_page(url, "reléase/1", "fix/a b#?&%", {}) == page


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "file:///srv/site.git",
        "/srv/site.git",
        "https://git.elsewhere.com/acme/site",
        "https://github.com.evil.example/acme/site",
        "https://evil.example/github.com/acme/site",
        "https://github.com/",
        "https://github.com/acme",
        "https://github.com/acme/site/more",
        "https://bitbucket.org/acme/site/more",
        "https://github.com/acme//site",
        "https://gitlab.com/acme/../site",
        "https://gitlab.com/acme/%2e%2e/site",
        "https://github.com/acme/.git",
        "https://[::1/acme/site",
        "https://github.com:port/acme/site",
        "git@github.com:acme/site.git",
        "ftp://github.com/acme/site",
    ],
)
def test_what_is_at_no_known_forge_has_no_compare_page(url: str | None) -> None:
    assert compare_page(url, "main", "thread-t1", OWN) is None


def test_there_is_nothing_to_compare_the_default_branch_with() -> None:
    assert compare_page("https://github.com/acme/site", "main", "main", {}) is None


def test_a_public_name_stays_what_it_is() -> None:
    place = hosted("https://gitlab.com/acme/site", {"gitlab.com": "github"})
    assert place is not None
    assert place.forge is Forge.GITLAB


def test_no_page_repeats_a_credential() -> None:
    page = compare_page("https://bob:s3cret@github.com/acme/site", "main", "t", {})
    assert page == "https://github.com/acme/site/compare/main...t?expand=1"


@pytest.mark.parametrize(
    ("url", "api"),
    [
        ("https://github.com/acme/site", "https://api.github.com"),
        ("ssh://git@github.com/acme/site", "https://api.github.com"),
        ("https://gitlab.com/acme/site", "https://gitlab.com/api/v4"),
        ("https://bitbucket.org/acme/site", "https://api.bitbucket.org/2.0"),
        ("https://ghe.example.com:8443/acme/site", "https://ghe.example.com:8443/api/v3"),
        ("ssh://git@git.example.com:2222/acme/site", "https://git.example.com/api/v4"),
        ("http://127.0.0.1:3000/acme/site", "http://127.0.0.1:3000/api/v4"),
    ],
)
def test_where_the_api_of_a_forge_is(url: str, api: str) -> None:
    place = hosted(url, OWN)
    assert place is not None
    assert place.api == api
