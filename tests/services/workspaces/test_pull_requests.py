"""Pull requests at stand-ins of the three forges."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.aws import Remembered
from services.messages import (
    CommitChanges,
    OpenPullRequest,
    OpenWorkspace,
    PullRequest,
    ThreadKey,
)
from services.workspaces import Credential
from services.workspaces.credentials import Credentials
from services.workspaces.forges import Forge, hosted
from services.workspaces.proposing.api import Proposal
from services.workspaces.proposing.client import MOST_BYTES
from services.workspaces.proposing.words import MOST_SAID
from services.workspaces.pull_requests import Login, PullRequests, propose
from supervisor.desk import NotFound, Refused
from tests.services.workspaces.conftest import Git, Serving, settings
from tests.services.workspaces.forge_standins import (
    Answer,
    Asked,
    StandIn,
    bitbucket_pull,
    github_pull,
    gitlab_request,
    standing_in,
)

SECRET = "s3cret-t0ken"


def login() -> tuple[str, str]:
    return "x-access-token", SECRET


@pytest.fixture(params=list(Forge))
def forge(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    with standing_in(request.param) as forge:
        yield forge


@pytest.fixture
def github() -> Iterator[StandIn]:
    with standing_in(Forge.GITHUB) as forge:
        yield forge


def wanted(forge: StandIn, **more: object) -> Proposal:
    proposal = Proposal(forge.place, "main", "thread-t1", "A new header", "What and why.")
    return replace(proposal, **more)  # pyright: ignore[reportArgumentType]


PAGES = {
    Forge.GITHUB: "https://github.com/acme/site/pull/1",
    Forge.GITLAB: "https://gitlab.com/acme/web/site/-/merge_requests/1",
    Forge.BITBUCKET: "https://bitbucket.org/acme/site/pull-requests/1",
}


def test_one_is_opened_and_the_token_is_in_a_header_alone(forge: StandIn) -> None:
    assert propose(wanted(forge), login) == PullRequest(1, PAGES[forge.forge])
    assert [asked.method for asked in forge.asked] == ["GET", "POST"]
    for asked in forge.asked:
        assert asked.authorization == f"Bearer {SECRET}"
        assert SECRET not in asked.path + str(asked.query) + str(asked.body)


def test_one_that_is_open_already_is_the_answer(forge: StandIn) -> None:
    propose(wanted(forge), login)
    again = propose(wanted(forge, title="Another title"), login)
    assert again == PullRequest(1, PAGES[forge.forge], existing=True)
    assert [asked.method for asked in forge.asked] == ["GET", "POST", "GET"]


@pytest.mark.parametrize("forge", [Forge.GITHUB, Forge.GITLAB], indirect=True)
def test_one_that_somebody_opened_at_the_same_moment_is_the_answer(forge: StandIn) -> None:
    propose(wanted(forge), login)
    nothing_yet = Answer(200, [])
    forge.script = [nothing_yet]
    assert propose(wanted(forge), login).existing
    assert [asked.method for asked in forge.asked[2:]] == ["GET", "POST", "GET"]


def test_one_from_a_fork_is_not_ours(forge: StandIn) -> None:
    foreign = {
        Forge.GITHUB: github_pull(forge, "thread-t1", "main", "acme/fork"),
        Forge.GITLAB: gitlab_request(forge, "thread-t1", "main", project=4),
        Forge.BITBUCKET: bitbucket_pull(forge, "thread-t1", "main", None),
    }[forge.forge]
    page = [foreign] if forge.forge is not Forge.BITBUCKET else {"values": [foreign]}
    forge.script = [Answer(200, page)]
    assert not propose(wanted(forge), login).existing


def test_github_is_asked_as_its_documentation_says(github: StandIn) -> None:
    propose(wanted(github, draft=True, branch="fix/größe #1"), login)
    look, ask = github.asked
    assert look.query == {
        "state": "open",
        "head": "acme:fix/größe #1",
        "base": "main",
        "per_page": "20",
    }
    assert ask.body == {
        "title": "A new header",
        "head": "fix/größe #1",
        "base": "main",
        "body": "What and why.",
        "draft": True,
    }
    assert ask.headers["Accept"] == "application/vnd.github+json"
    assert ask.headers["X-GitHub-Api-Version"] == "2022-11-28"
    assert ask.headers["User-Agent"] == "nurseryd"


@pytest.mark.parametrize("forge", [Forge.GITLAB], indirect=True)
def test_a_draft_at_gitlab_is_a_word_before_the_title(forge: StandIn) -> None:
    propose(wanted(forge, draft=True), login)
    assert forge.asked[1].body == {
        "source_branch": "thread-t1",
        "target_branch": "main",
        "title": "Draft: A new header",
        "description": "What and why.",
    }


@pytest.mark.parametrize("forge", [Forge.BITBUCKET], indirect=True)
def test_a_branch_with_quotes_ends_no_text_in_bitbuckets_query(forge: StandIn) -> None:
    propose(wanted(forge, branch='a"b\\c'), login)
    assert forge.asked[0].query["q"] == (
        'state="OPEN" AND source.branch.name="a\\"b\\\\c" AND destination.branch.name="main"'
    )
    assert forge.asked[1].body == {
        "title": "A new header",
        "description": "What and why.",
        "source": {"branch": {"name": 'a"b\\c'}},
        "destination": {"branch": {"name": "main"}},
        "draft": False,
    }


@pytest.mark.parametrize("forge", [Forge.BITBUCKET], indirect=True)
def test_a_token_of_a_person_goes_to_bitbucket_with_their_name(forge: StandIn) -> None:
    propose(wanted(forge), lambda: ("ann@example.com", SECRET))
    shown = base64.b64encode(f"ann@example.com:{SECRET}".encode()).decode()
    assert forge.asked[0].authorization == f"Basic {shown}"


def refused(forge: StandIn, *script: Answer, within: float = 20.0) -> str:
    """The words of the refusal that these answers lead to."""
    forge.script = list(script)
    with pytest.raises(Refused) as refusal:
        propose(wanted(forge), login, within)
    text = str(refusal.value)
    assert text.startswith("cannot open a pull request: ")
    assert "; or open it by hand at http://127.0.0.1:" in text
    assert SECRET not in text
    return text


EMPTY = {Forge.GITHUB: [], Forge.GITLAB: [], Forge.BITBUCKET: {"values": []}}


@pytest.mark.parametrize(
    ("status", "headers", "body", "words"),
    [
        (401, (), {"message": "Bad credentials"}, "does not accept the token (Bad credentials)"),
        (403, (), {"message": "Resource not accessible"}, "give the token the right to do this"),
        (403, (("X-RateLimit-Remaining", "0"),), {}, "too many requests; try again later"),
        (404, (), {"message": "Not Found"}, "shows no such repository to this token"),
        (429, (("Retry-After", "60"),), {}, "too many requests; try again in 60 s"),
        (429, (("Retry-After", "Wed, 21 Oct"),), {}, "try again later"),
        (500, (), None, "fails with status 500; try again later"),
        (503, (), {"error": "maintenance"}, "fails with status 503 (maintenance)"),
        (418, (), None, "answered with status 418, which is no answer"),
    ],
)
def test_an_error_of_the_forge_is_a_refusal_that_says_what_to_do(
    forge: StandIn, status: int, headers: tuple[tuple[str, str], ...], body: object, words: str
) -> None:
    assert words in refused(forge, Answer(status, body, headers))
    nothing_open = Answer(200, EMPTY[forge.forge])
    assert words in refused(forge, nothing_open, Answer(status, body, headers))


@pytest.mark.parametrize(
    ("forge", "status", "body", "words"),
    [
        (
            Forge.GITHUB,
            422,
            {
                "message": "Validation Failed",
                "errors": [{"code": "custom", "message": "No commits between main and x"}],
            },
            "refuses it: Validation Failed; No commits between main and x",
        ),
        (
            Forge.GITHUB,
            422,
            {
                "message": "Validation Failed",
                "errors": [{"resource": "PullRequest", "field": "head", "code": "invalid"}],
            },
            "refuses it: Validation Failed; PullRequest; head; invalid",
        ),
        (
            Forge.GITLAB,
            400,
            {"message": {"title": ["is too long"]}},
            "refuses it: is too long",
        ),
        (
            Forge.BITBUCKET,
            400,
            {"type": "error", "error": {"message": "There are no changes to be pulled"}},
            "refuses it: There are no changes to be pulled",
        ),
        (Forge.GITLAB, 409, "what?", "refuses it: it does not say why"),
    ],
    indirect=["forge"],
)
def test_what_a_forge_says_against_it_is_passed_on(
    forge: StandIn, status: int, body: object, words: str
) -> None:
    empty = Answer(200, EMPTY[forge.forge])
    assert words in refused(forge, empty, Answer(status, body), empty)


def test_a_repository_that_is_not_there_is_not_found(forge: StandIn) -> None:
    elsewhere = replace(forge.place, path=("acme", "other"))
    with pytest.raises(NotFound):
        propose(wanted(forge, place=elsewhere), login)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>Sign in</html>",
        b"null",
        b"{}",
        b'{"values": null}',
        b'[{"number": "one"}]',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_nonsense_instead_of_an_answer_says_where_to_look(forge: StandIn, raw: bytes) -> None:
    assert "service.workspaces.options.forges" in refused(forge, Answer(200, raw=raw))
    nothing_open = Answer(200, EMPTY[forge.forge])
    assert "options.forges" in refused(forge, nothing_open, Answer(201, raw=raw))


def test_an_address_that_a_browser_would_run_is_nonsense(github: StandIn) -> None:
    pull = github_pull(github, "thread-t1", "main") | {"html_url": "javascript:alert(1)"}
    assert "no answer of github's API" in refused(github, Answer(200, [pull]))


def test_an_answer_without_an_end_is_left(github: StandIn) -> None:
    long = Answer(200, raw=b" " * (MOST_BYTES + 1))
    assert "answers at a length" in refused(github, long)


def test_the_words_of_a_forge_are_one_line_of_bounded_length(github: StandIn) -> None:
    text = refused(github, Answer(401, {"message": "a\r\nb\x1b[31m" + "x" * 10_000}))
    assert "(a b[31mxxx" in text
    assert text.isprintable()
    assert len(text) < 600


@pytest.mark.parametrize("user", ["x-token-auth", "ann"])
def test_a_secret_that_the_forge_repeats_is_left_out(user: str) -> None:
    def echo(asked: Asked) -> Answer:
        return Answer(401, {"message": f"{asked.authorization} is not {SECRET}"})

    with standing_in(Forge.BITBUCKET) as forge:
        forge.script = [echo]
        with pytest.raises(Refused) as refusal:
            propose(wanted(forge), lambda: (user, SECRET))
    text = str(refusal.value)
    assert "does not accept the token" in text
    assert SECRET not in text
    assert base64.b64encode(f"{user}:{SECRET}".encode()).decode() not in text


def test_no_part_of_a_secret_is_left_where_a_text_is_cut(github: StandIn) -> None:
    for padding in range(MOST_SAID - len(SECRET), MOST_SAID):
        text = refused(github, Answer(401, {"message": "x" * padding + SECRET}))
        assert SECRET[:3] not in text


def test_without_a_token_nothing_is_asked(forge: StandIn) -> None:
    with pytest.raises(Refused, match=r"there is no token for 127\.0\.0\.1; set one; or open"):
        propose(wanted(forge), lambda: None)
    assert forge.asked == []


def test_a_token_that_was_changed_meanwhile_is_read_again(forge: StandIn) -> None:
    pairs = [("", "old"), ("", "new")]
    forge.script = [Answer(401, {"message": "Bad credentials"})]
    assert propose(wanted(forge), lambda: pairs.pop(0)).number == 1
    shown = [asked.authorization for asked in forge.asked]
    assert shown == ["Bearer old", "Bearer new", "Bearer new"]


def test_a_token_that_is_refused_twice_is_told(forge: StandIn) -> None:
    pairs = [("", "old"), ("", "new")]
    forge.script = [Answer(401), Answer(401)]
    with pytest.raises(Refused, match="does not accept the token; set a new one"):
        propose(wanted(forge), lambda: pairs.pop(0))
    assert len(forge.asked) == 2


def test_a_login_that_is_refused_says_so_itself(forge: StandIn) -> None:
    def nobody() -> tuple[str, str]:
        raise Refused("cannot reach 127.0.0.1: it wants a token; say where that is")

    with pytest.raises(Refused, match=r"^cannot reach 127\.0\.0\.1: it wants a token; say where"):
        propose(wanted(forge), nobody)
    assert forge.asked == []


@pytest.mark.parametrize("secret", ["", "two words", "a\r\nX-Other: b", "größe", "a\0b"])
def test_a_token_that_is_none_is_refused_and_not_repeated(github: StandIn, secret: str) -> None:
    with pytest.raises(Refused, match="holds a space or a line's end; set it anew") as refusal:
        propose(wanted(github), lambda: ("", secret))
    assert not secret or secret not in str(refusal.value)
    assert github.asked == []


def test_a_token_goes_over_plain_http_to_this_machine_alone(github: StandIn) -> None:
    place = hosted("http://git.example.com/acme/site", {"git.example.com": "github"})
    with pytest.raises(Refused, match=r"goes to git\.example\.com over https only"):
        propose(wanted(github, place=place), lambda: ("", SECRET))


def test_a_forge_may_send_to_another_place_of_its_own(github: StandIn) -> None:
    def moved(asked: Asked) -> Answer:
        query = f"?head={asked.query['head']}&base=main" if asked.query else ""
        return Answer(307, headers=(("Location", f"/api/v3/repos/acme/site/pulls{query}"),))

    renamed = replace(github.place, path=("acme", "old-name"))
    github.script = [moved, None, moved, None]
    assert propose(wanted(github, place=renamed), login).number == 1
    assert [asked.method for asked in github.asked] == ["GET", "GET", "POST", "POST"]
    assert github.asked[3].body == github.asked[2].body
    assert {asked.authorization for asked in github.asked} == {f"Bearer {SECRET}"}


def test_a_forge_that_sends_to_another_host_is_not_followed(github: StandIn) -> None:
    with standing_in(Forge.GITHUB) as other:
        for status in (301, 302, 307, 308):
            location = f"http://127.0.0.1:{other.port}/api/v3/repos/acme/site/pulls"
            moved = Answer(status, headers=(("Location", location),))
            assert "sends elsewhere" in refused(github, moved)
        assert other.asked == []


@pytest.mark.parametrize("location", ["https://[", "//evil.example/x", "http://127.0.0.1:0/", ""])
def test_a_redirect_to_nowhere_ends(github: StandIn, location: str) -> None:
    moved = [Answer(302, headers=(("Location", location),)) for _ in range(9)]
    text = refused(github, *moved)
    assert "sends elsewhere" in text or "sends from one address to the next" in text
    assert len(github.asked) <= 4


def test_a_forge_that_hangs_up_or_is_not_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    place = hosted(f"http://127.0.0.1:{port}/acme/site", {"127.0.0.1": "github"})
    assert place is not None
    with pytest.raises(Refused, match=r"cannot be reached, or hangs up; look at the network"):
        propose(Proposal(place, "main", "t", "Title"), login)


def test_a_forge_that_does_not_answer_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        place = hosted(f"http://127.0.0.1:{port}/acme/site", {"127.0.0.1": "github"})
        assert place is not None
        with pytest.raises(Refused, match=r"did not answer within 0\.05 s; try again"):
            propose(Proposal(place, "main", "t", "Title"), login, 0.05)


def test_a_forge_without_tls_is_told() -> None:
    with standing_in(Forge.GITHUB) as plain:
        place = hosted(f"https://127.0.0.1:{plain.port}/acme/site", {"127.0.0.1": "github"})
        assert place is not None
        with pytest.raises(Refused, match=r"127\.0\.0\.1 has no certificate that is valid here"):
            propose(Proposal(place, "main", "t", "Title"), login)
        assert plain.asked == []


def test_a_forge_that_sends_a_byte_now_and_then_is_given_up() -> None:
    def drip() -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not left.is_set():
                connection.sendall(b" ")

    left = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        place = hosted(f"http://127.0.0.1:{port}/acme/site", {"127.0.0.1": "github"})
        assert place is not None
        thread = threading.Thread(target=drip)
        thread.start()
        try:
            with pytest.raises(Refused, match=r"did not answer within|answers at a length"):
                propose(Proposal(place, "main", "t", "Title"), login, 0.05)
        finally:
            left.set()
            thread.join()


# From a thread to its forge.


@pytest.fixture
async def opened(serving: Serving, key: ThreadKey, git: Git, remote: Path) -> Path:
    """The project of a thread that was pushed; its remote is a file's."""
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, f"file://{remote}"))
        (workspace.root / "new.md").write_text("new")
        await service.ask(CommitChanges(key, "A new page"))
    git(workspace.project, "push", "-q", "origin", "thread-t1")
    return workspace.project


def requests_at(root: Path, forge: StandIn) -> PullRequests:
    def logins(url: str) -> Login:
        assert url == forge.place.page
        return login

    return PullRequests(replace(settings(root), forges=forge.forges), logins)


async def test_a_pushed_thread_is_proposed_for_the_default_branch(
    opened: Path, root: Path, key: ThreadKey, git: Git, forge: StandIn
) -> None:
    git(opened, "remote", "set-url", "origin", forge.url)
    made = await requests_at(root, forge).open(OpenPullRequest(key, "  A new page  ", "Look."))
    assert made == PullRequest(1, PAGES[forge.forge])
    assert '"trunk"' in json.dumps(forge.asked[1].body)
    assert '"thread-t1"' in json.dumps(forge.asked[1].body)
    assert '"A new page"' in json.dumps(forge.asked[1].body)


async def test_a_thread_that_was_not_pushed_is_not_proposed(
    opened: Path, root: Path, key: ThreadKey, git: Git, github: StandIn
) -> None:
    git(opened, "remote", "set-url", "origin", github.url)
    git(opened, "update-ref", "-d", "refs/remotes/origin/thread-t1")
    with pytest.raises(Refused, match="of thread-t1: push it first"):
        await requests_at(root, github).open(OpenPullRequest(key, "A new page"))
    assert github.asked == []


async def test_a_site_at_no_forge_has_no_pull_requests(
    opened: Path, root: Path, key: ThreadKey, github: StandIn
) -> None:
    with pytest.raises(Refused, match="at no forge that is known"):
        await requests_at(root, github).open(OpenPullRequest(key, "A new page"))


@pytest.mark.parametrize("title", ["", " \n ", "two\nlines", "x" * 201, "a\0b", "\ud800"])
async def test_a_title_is_one_line(root: Path, key: ThreadKey, github: StandIn, title: str) -> None:
    with pytest.raises(Refused, match="cannot use this title"):
        await requests_at(root, github).open(OpenPullRequest(key, title))


@pytest.mark.parametrize("body", ["x" * 65_537, "a\0b", "\ud800"])
async def test_the_text_of_a_pull_request_has_its_bounds(
    root: Path, key: ThreadKey, github: StandIn, body: str
) -> None:
    with pytest.raises(Refused, match="cannot use this text"):
        await requests_at(root, github).open(OpenPullRequest(key, "Title", body))


async def test_the_desk_answers_for_pull_requests(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        await service.ask(OpenWorkspace(key, f"file://{remote}"))
        with pytest.raises(Refused, match="at no forge that is known"):
            await service.ask(OpenPullRequest(key, "A new page"))
        with pytest.raises(NotFound, match="open it first"):
            await service.ask(OpenPullRequest(ThreadKey("acme", "bob", "t2"), "A new page"))


# With the credentials that git has too.


async def test_the_token_of_a_host_is_what_its_forge_is_shown(
    opened: Path,
    root: Path,
    key: ThreadKey,
    git: Git,
    forge: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("A_TOKEN", SECRET)
    git(opened, "remote", "set-url", "origin", forge.url)
    table = {f"127.0.0.1:{forge.port}": Credential(env="A_TOKEN")}
    at = with_credentials(root, forge, table)
    assert await at.open(OpenPullRequest(key, "A new page")) == PullRequest(1, PAGES[forge.forge])
    assert {asked.authorization for asked in forge.asked} == {f"Bearer {SECRET}"}
    forge.script = [Answer(401)]
    with pytest.raises(Refused, match="it refused the token from A_TOKEN; put one there"):
        await at.open(OpenPullRequest(key, "A new page"))


async def test_a_host_without_a_token_says_where_to_name_one(
    opened: Path, root: Path, key: ThreadKey, git: Git, github: StandIn
) -> None:
    git(opened, "remote", "set-url", "origin", github.url)
    at = with_credentials(root, github, {})
    with pytest.raises(Refused, match=r"options\.credentials.*; or open it by hand at http"):
        await at.open(OpenPullRequest(key, "A new page"))
    assert github.asked == []


def with_credentials(root: Path, forge: StandIn, table: dict[str, Credential]) -> PullRequests:
    def no_secret(name: str) -> str:
        raise AssertionError(name)

    credentials = Credentials(table, Remembered(no_secret))
    return PullRequests(replace(settings(root), forges=forge.forges), credentials.logins)
