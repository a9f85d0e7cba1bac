import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.hmr import Options
from services.hmr.access import Admit, Redirect, Refuse
from services.hmr.doorkeeper import Doorkeeper
from services.hmr.repeats import LONGEST, Repeats
from services.http11.head import BadHead, read_request
from services.keyring.file import retire, rotate
from services.keyring.ring import LOOK_AGAIN
from services.messages import ThreadKey
from services.messages.tickets import issue
from tests.services.hmr.doors import request

ONE = ThreadKey("acme", "ann", "one").preview_id
NOW = 1_800_000_000


class Clock:
    time = float(NOW)

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "token"


@pytest.fixture
def keeper(file, clock):
    rotate(file)
    return Doorkeeper(Options(access="signed", token_file=str(file)), clock)


@pytest.fixture
def repeats(keeper):
    return Repeats(keeper, "192.0.2.1")


def open_door():
    return Repeats(Doorkeeper(Options()), "192.0.2.1")


def seen(read, data):
    try:
        return read(data)
    except BadHead as bad:
        return bad.status, str(bad)


FIELDS = request("/a", content_length="3", cookie="a=1", x_mine="é")


@given(st.integers(0, len(FIELDS) - 1), st.integers(0, 255))
def test_no_byte_may_differ(at, byte):
    repeats = open_door()
    first = repeats.read(FIELDS)
    changed = bytearray(FIELDS)
    changed[at] = byte
    again = seen(repeats.read, bytes(changed))
    assert again == seen(read_request, bytes(changed))
    target = FIELDS.index(b"/a")
    if not isinstance(again, tuple) and FIELDS[at] != byte and at >= target + 2:
        assert again.headers is not first.headers


@given(
    st.lists(
        st.sampled_from(
            [
                FIELDS,
                request("/b", content_length="3", cookie="a=1", x_mine="é"),
                request("http://localhost/c", content_length="3", cookie="a=1", x_mine="é"),
                request("http://other/c", content_length="3", cookie="a=1", x_mine="é"),
                request("HTTP/1.1", content_length="3", cookie="a=1", x_mine="é"),
                FIELDS.replace(b"HTTP/1.1", b"HTTP/1.0"),
                FIELDS.replace(b"GET", b"POST"),
                FIELDS.replace(b" HTTP/1.1", b""),
                request("/d"),
            ]
        ),
        max_size=8,
    )
)
def test_what_comes_before_changes_nothing_of_what_a_head_says(heads):
    repeats = open_door()
    for data in heads:
        assert seen(repeats.read, data) == seen(read_request, data)


def test_a_head_that_is_alike_is_read_and_decided_and_written_once():
    repeats = open_door()
    first = repeats.read(request("/a"))
    admitted = repeats.decide(first)
    fields = repeats.fields(first, 20001, admitted)
    again = repeats.read(request("/b"))
    assert again.target == b"/b"
    assert again.headers is first.headers
    assert repeats.decide(again) is admitted
    assert repeats.fields(again, 20001, admitted) is fields
    assert b"host: localhost:20002\r\n" in repeats.fields(again, 20002, admitted)


def test_what_is_long_is_not_kept():
    repeats = open_door()
    long = request("/", x_mine="x" * LONGEST)
    first, again = repeats.read(long), repeats.read(long)
    assert again == first
    assert again.headers is not first.headers


def test_another_method_is_decided_for_itself(repeats, file):
    ticket = issue(file.read_text().strip(), ONE, NOW + 60)
    fields = {
        "host": f"{ONE}.localhost",
        "cookie": f"nurseryd_preview={ticket}",
        "origin": "https://evil.test",
    }
    assert isinstance(repeats.decide(repeats.read(request(**fields))), Admit)
    posted = repeats.decide(repeats.read(request(method="POST", **fields)))
    assert isinstance(posted, Refuse)
    assert isinstance(repeats.decide(repeats.read(request(**fields))), Admit)


def test_a_ticket_is_good_until_it_expires_on_a_connection_that_stays(repeats, file, clock):
    ticket = issue(file.read_text().strip(), ONE, NOW + 60)
    fields = {"host": f"{ONE}.localhost", "cookie": f"nurseryd_preview={ticket}"}
    assert isinstance(repeats.decide(repeats.read(request(**fields))), Admit)
    clock.time += 59
    assert isinstance(repeats.decide(repeats.read(request(**fields))), Admit)
    clock.time += 1
    assert isinstance(repeats.decide(repeats.read(request(**fields))), Refuse)


def test_on_one_host_an_expired_ticket_names_no_preview_any_more(clock):
    repeats = Repeats(Doorkeeper(Options(token="t"), clock), "192.0.2.1")
    fields = {"cookie": f"nurseryd_preview={issue('t', ONE, NOW + 60)}"}
    assert repeats.decide(repeats.read(request(**fields))).preview_id == ONE
    clock.time += 60
    assert repeats.decide(repeats.read(request(**fields))).preview_id is None


def test_another_token_makes_an_end_of_what_the_first_admitted(repeats, file, clock):
    token = file.read_text().strip()
    fields = {"authorization": f"Bearer {token}"}
    head = repeats.read(request(**fields))
    admitted = repeats.decide(head)
    assert token.encode() not in repeats.fields(head, 20001, admitted)
    rotate(file)
    retire(file)
    clock.time += LOOK_AGAIN
    assert isinstance(repeats.decide(repeats.read(request(**fields))), Refuse)


def test_a_token_that_is_new_goes_no_further_on_a_connection_that_is_old(tmp_path, clock):
    file = tmp_path / "token"
    repeats = Repeats(Doorkeeper(Options(token_file=str(file)), clock), "192.0.2.1")
    fields = {"host": f"{ONE}.localhost", "authorization": "Bearer run.later"}
    head = repeats.read(request(**fields))
    assert b"run.later" in repeats.fields(head, 20001, repeats.decide(head))
    file.write_text("run.later")
    file.chmod(0o600)
    clock.time += LOOK_AGAIN
    head = repeats.read(request(**fields))
    assert b"run.later" not in repeats.fields(head, 20001, repeats.decide(head))


def test_a_link_is_taken_whatever_was_admitted_before(repeats, file):
    token = file.read_text().strip()
    fields = {"host": f"{ONE}.localhost", "authorization": f"Bearer {token}"}
    assert isinstance(repeats.decide(repeats.read(request(**fields))), Admit)
    link = f"/?nurseryd_ticket={issue(token, ONE, NOW + 60)}"
    assert isinstance(repeats.decide(repeats.read(request(link, **fields))), Redirect)
