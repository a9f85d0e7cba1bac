"""One attempt, at real receivers."""

import socket
import threading

import pytest
import trio

from services.posting import sending
from services.posting.answer import Answer
from services.posting.exchange import patience
from services.posting.sending import Sender
from tests.certificates import certificate
from tests.ports import free_port
from tests.services.posting.receiver import answer, receiving
from tests.supervisor.real import until

NOW = 1_700_000_000.0


async def send(receiver, path="/in?a=b", scheme="http"):
    url = f"{scheme}://127.0.0.1:{receiver.port}{path}"
    return await Sender(url).send({"webhook-id": "msg_1"}, b'{"a": 1}')


async def test_the_body_and_the_headers_arrive():
    async with receiving() as receiver:
        assert await send(receiver) == Answer(204)
    [received] = receiver.received
    assert received.body == b'{"a": 1}'
    assert received.headers["webhook-id"] == "msg_1"
    assert received.headers["content-type"] == "application/json"


async def test_over_tls_with_a_certificate_that_can_be_trusted(tmp_path, monkeypatch):
    file = certificate(tmp_path / "cert.pem", "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with receiving(certificate=file) as receiver:
        assert await send(receiver, scheme="https") == Answer(204)


async def test_nothing_is_said_to_who_cannot_show_who_he_is(tmp_path, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    async with receiving(certificate=certificate(tmp_path / "c.pem", "127.0.0.1")) as receiver:
        got = await send(receiver, scheme="https")
    assert got.status == 0
    assert got.error.startswith("its certificate is not to be trusted: ")
    assert receiver.received == []


async def test_a_redirect_is_an_answer_and_followed_by_nobody():
    async with receiving() as other, receiving() as receiver:
        receiver.answers = [answer(307, f"Location: http://127.0.0.1:{other.port}/")]
        assert await send(receiver) == Answer(307)
    assert other.received == []


async def test_a_receiver_says_when_to_come_again():
    async with receiving(answer(503, "Retry-After: 7")) as receiver:
        assert await send(receiver) == Answer(503, after=7.0)


@pytest.mark.parametrize("length", [b"", b"Content-Length: 10\r\n"])
@pytest.mark.parametrize("part", [b"", b"x", bytes(1 << 20)])
async def test_nobody_waits_for_the_rest_of_an_answer(length, part):
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n%b\r\n" % length
    async with receiving(head + part) as receiver:
        receiver.stays = True
        sender = Sender(f"http://127.0.0.1:{receiver.port}/")
        assert await sender.send({}, b"") == Answer(200)
        assert not sender._limiter.borrowed_tokens


@pytest.mark.parametrize("raw", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 x y\r\n\r\n"])
async def test_what_is_no_answer_is_a_failure(raw):
    async with receiving(raw) as receiver:
        got = await send(receiver)
    assert got.status == 0
    assert got.error.startswith("the connection failed: ")


async def test_where_nobody_listens_it_fails():
    got = await Sender(f"http://127.0.0.1:{free_port()}/").send({}, b"")
    assert got == Answer(0, "the connection failed: Connection refused")


async def test_a_name_that_is_not_known_is_said(monkeypatch):
    def unknown(*_: object, **__: object):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    got = await Sender("http://nowhere.invalid/").send({}, b"")
    assert got == Answer(0, "its name is not known")


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443)])
async def test_an_address_of_ipv6_needs_no_port(monkeypatch, scheme, port):
    asked = []

    def unknown(*where: object, **__: object):
        asked.append(where[:2])
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    await Sender(f"{scheme}://[2001:db8::b]/in").send({}, b"")
    assert asked == [("2001:db8::b", port)]


async def test_who_never_answers_is_given_up_and_leaves_no_thread(monkeypatch):
    monkeypatch.setattr(sending, "TIMEOUT", 0.2)
    async with receiving(None, None) as receiver:
        url = f"http://127.0.0.1:{receiver.port}/"
        sender = Sender(url)
        assert await sender.send({}, b"") == Answer(0, "no answer in time")
        # Once its socket is shut down the thread ends, and gives back its place.
        await until(lambda: not sender._limiter.borrowed_tokens)


async def test_a_sender_that_is_cancelled_waits_for_nobody():
    before = threading.active_count()
    async with receiving(None) as receiver:
        with trio.fail_after(5):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(send, receiver)
                await receiver.wait_for(1)
                nursery.cancel_scope.cancel()
    assert threading.active_count() <= before + 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("120", 120.0),
        ("-1", None),
        ("soon", None),
        ("9" * 40, None),
        ("Tue, 14 Nov 2023 22:13:30 GMT", 10.0),
        ("Tue, 14 Nov 2023 22:13:10 GMT", 0.0),
    ],
)
def test_how_long_a_receiver_wants_to_be_left_alone(header, seconds):
    assert patience(header, NOW) == seconds
