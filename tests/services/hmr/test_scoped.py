"""Tokens with a scope at the front door."""

from math import inf

import pytest

from services.forwarded import Seen
from services.hmr import Options
from services.hmr.access import Admit, Refuse, Rules, decide
from services.hmr.doorkeeper import Doorkeeper
from services.keyring.file import retire, rotate
from services.messages import Preview, PreviewState, Routes, Scope, ThreadKey
from services.messages.tickets import issue
from services.messages.tokens import Access, Grant, sign

TOKEN = "run.secret"
NOW = 1_800_000_000.0
KEYS = {
    name: ThreadKey(*name.split("/"))
    for name in ("acme/ann/one", "acme/ann/two", "acme/bob/one", "other/ann/one")
}
ONE = KEYS["acme/ann/one"]
ABSENT = ThreadKey("acme", "ann", "absent")
BOARD = Routes(
    {key.preview_id: Preview(key.preview_id, key, PreviewState.READY, 1) for key in KEYS.values()},
    default=ONE.preview_id,
)
SIGNED = Rules((), True, (TOKEN, "older"))


def token(scope, access=Access.FULL, expires=None, signer=TOKEN):
    return sign(signer, Grant(Scope.parse(scope), access, expires))


def ask(shown, key=None, *, rules=SIGNED, board=BOARD, **more):
    host = f"{key.preview_id}.localhost" if key else "localhost"
    given = [(b"host", host.encode())]
    fields = {"authorization": f"Bearer {shown}"} | more
    given += [(name.replace("_", "-").encode(), value.encode()) for name, value in fields.items()]
    return decide(b"GET", b"/", given, Seen(("203.0.113.7",)), rules, NOW, board)


REACHED = {
    "operator": set(KEYS),
    "client:acme": {"acme/ann/one", "acme/ann/two", "acme/bob/one"},
    "user:acme/ann": {"acme/ann/one", "acme/ann/two"},
    "thread:acme/ann/one": {"acme/ann/one"},
    "client:other": {"other/ann/one"},
    "client:nobody": set(),
}


@pytest.mark.parametrize("way", ["authorization", "cookie"])
@pytest.mark.parametrize("access", Access)
@pytest.mark.parametrize("scope", REACHED)
def test_a_token_opens_the_previews_of_its_scope_and_no_other(scope, access, way):
    shown = token(scope, access)
    fields = {"authorization": "", "cookie": f"nurseryd_token={shown}"} if way == "cookie" else {}
    for name, key in KEYS.items():
        decision = ask(shown, key, **fields)
        if name in REACHED[scope]:
            assert isinstance(decision, Admit)
            assert decision.preview_id == key.preview_id
        else:
            assert isinstance(decision, Refuse)
            assert decision.status == 403


@pytest.mark.parametrize("scope", ["client:acme", "user:acme/ann"])
def test_a_preview_that_is_not_there_is_known_by_the_token_of_its_thread_alone(scope):
    assert isinstance(ask(token(scope), ABSENT), Refuse)
    assert isinstance(ask(token(scope), ABSENT, board=None), Refuse)
    own = ask(token("thread:acme/ann/absent"), ABSENT, board=None)
    assert own.preview_id == ABSENT.preview_id
    assert ask(token("operator"), ABSENT, board=None).preview_id == ABSENT.preview_id


def test_a_built_site_is_its_threads():
    rules = SIGNED
    host = [(b"host", f"{ONE.built_id}.localhost".encode())]
    shown = (b"authorization", b"Bearer " + token("thread:acme/ann/one").encode())
    decision = decide(b"GET", b"/", [*host, shown], Seen(("::1",)), rules, NOW, BOARD)
    assert decision.preview_id == ONE.built_id


def test_where_no_preview_is_named_it_is_the_tokens_own_or_the_default_if_that_is_within():
    assert ask(token("operator")).preview_id is None
    two = ask(token("thread:acme/ann/two"))
    assert two.preview_id == KEYS["acme/ann/two"].preview_id
    for scope in ("client:acme", "user:acme/ann"):
        assert ask(token(scope)).preview_id == ONE.preview_id
    for scope in ("client:other", "user:acme/bob"):
        assert isinstance(ask(token(scope)), Refuse)
    assert isinstance(ask(token("client:acme"), board=None), Refuse)


def test_it_is_asked_again_which_is_the_default():
    assert ask(token("user:acme/ann")).until == NOW
    assert ask(token("user:acme/ann"), ONE).until == inf
    assert ask(token("user:acme/ann", expires=int(NOW) + 9), ONE).until == NOW + 9
    assert ask(token("operator", expires=int(NOW) + 9)).until == NOW + 9


@pytest.mark.parametrize(
    "bad",
    [
        token("operator", expires=int(NOW)),
        token("operator", signer="another"),
        token("operator", signer=TOKEN)[:-1],
        token("operator").replace("full", "read"),
        "nt1.",
    ],
)
def test_what_is_no_good_token_opens_nothing(bad):
    assert ask(bad, ONE).status == 401
    assert ask("", ONE, cookie=f"nurseryd_token={bad}").status == 401
    assert ask(token("operator"), ONE, rules=Rules((), True)).status == 401


def test_all_tokens_of_the_operator_are_good_and_all_that_they_signed():
    assert isinstance(ask("older", ONE), Admit)
    assert isinstance(ask(token("client:acme", signer="older"), ONE), Admit)
    link = issue("older", ONE.preview_id, int(NOW) + 60)
    assert isinstance(ask("", ONE, cookie=f"nurseryd_preview={link}"), Admit)


def test_a_link_is_good_beside_a_token_for_something_else():
    link = f"nurseryd_preview={issue(TOKEN, ONE.preview_id, int(NOW) + 60)}"
    assert isinstance(ask(token("client:other"), ONE, cookie=link), Admit)


def test_a_page_of_another_site_gets_nothing_by_the_cookie_and_may_use_the_header():
    shown = token("user:acme/ann")
    foreign = {"sec_fetch_site": "same-site", "sec_fetch_mode": "cors"}
    refused = ask("", ONE, cookie=f"nurseryd_token={shown}", **foreign)
    assert (refused.status, "another origin" in refused.text) == (403, True)
    assert isinstance(ask(shown, ONE, **foreign), Admit)


def test_the_door_knows_who_a_preview_belongs_to_and_what_was_retired(tmp_path):
    file = tmp_path / "token"
    old = rotate(file)
    keeper = Doorkeeper(
        Options(access="signed", token_file=str(file)), lambda: NOW, previews=lambda: BOARD
    )
    headers = [
        (b"host", f"{ONE.preview_id}.localhost".encode()),
        (b"authorization", b"Bearer " + token("user:acme/ann", signer=old).encode()),
    ]
    assert isinstance(keeper.decide(b"GET", b"/", headers, "::1"), Admit)
    new = rotate(file)
    signed = (b"authorization", b"Bearer " + token("user:acme/ann", signer=new).encode())
    assert isinstance(keeper.decide(b"GET", b"/", [headers[0], signed], "::1"), Admit)
    assert isinstance(keeper.decide(b"GET", b"/", headers, "::1"), Admit)
    assert keeper.tokens == (new, old)
    retire(file)
    # A refusal looks again, and then the retired one is known to be.
    assert isinstance(keeper.decide(b"GET", b"/", [headers[0]], "::1"), Refuse)
    assert keeper.decide(b"GET", b"/", headers, "::1").status == 401
