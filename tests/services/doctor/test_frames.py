from itertools import pairwise

import pytest
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from services.doctor.frames import MOST_BYTES, Lost, Socket, accept_of, new_key


def frame(data, opcode=1, *, last=True):
    size = len(data)
    head = bytes([(0x80 if last else 0) | opcode])
    if size < 126:
        return head + bytes([size]) + data
    if size < 1 << 16:
        return head + bytes([126]) + size.to_bytes(2, "big") + data
    return head + bytes([127]) + size.to_bytes(8, "big") + data


def test_the_accept_of_the_rfc():
    assert accept_of("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_each_handshake_has_a_key_of_its_own():
    assert new_key() != new_key()


async def received(*chunks, leftover=b""):
    ours, theirs = trio.testing.memory_stream_pair()
    socket, messages = Socket(ours, leftover), []
    for chunk in chunks:
        await theirs.send_all(chunk)
    await theirs.send_eof()
    while True:
        try:
            messages.append(await socket.receive())
        except Lost as lost:
            return messages, str(lost), theirs


@given(
    texts=st.lists(st.text(max_size=300), max_size=4),
    cuts=st.lists(st.integers(0, 1500), max_size=5),
)
def test_messages_are_the_same_wherever_they_are_cut(texts, cuts):
    data = b"".join(frame(text.encode()) for text in texts)
    borders = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    chunks = [data[a:b] for a, b in pairwise(borders)]

    async def check():
        assert (await received(*chunks))[0] == texts

    trio.run(check)


@pytest.mark.parametrize("size", [125, 126, 65535, 65536])
async def test_every_length_is_read(size):
    assert (await received(frame(b"x" * size)))[0] == ["x" * size]


async def test_what_came_with_the_handshake_is_the_beginning():
    data = frame(b"hello")
    assert (await received(data[3:], leftover=data[:3]))[0] == ["hello"]


async def test_a_message_in_parts_is_one():
    parts = frame(b"he", last=False) + frame(b"", 9) + frame(b"llo", 0)
    assert (await received(parts))[0] == ["hello"]


async def test_a_ping_is_answered_with_the_same():
    _, _, theirs = await received(frame(b"now", 9))
    pong = await theirs.receive_some(100)
    mask = pong[2:6]
    assert pong[:2] == bytes([0x8A, 0x83])
    assert bytes(byte ^ mask[at] for at, byte in enumerate(pong[6:])) == b"now"


async def test_a_close_says_its_code_and_reason():
    _, why, _ = await received(frame(b"\x03\xf4restarting", 8))
    assert "1012 restarting" in why


@pytest.mark.parametrize(
    "data",
    [
        bytes([0x81, 0x80]),
        bytes([0xC1, 0x00]),
        bytes([0x89, 126, 0, 126]),
        bytes([0x81, 127]) + (MOST_BYTES + 1).to_bytes(8, "big"),
    ],
    ids=["masked", "compressed", "a long ping", "too long"],
)
async def test_what_no_server_may_send_ends_it(data):
    messages, why, _ = await received(data)
    assert messages == []
    assert "frame" in why
