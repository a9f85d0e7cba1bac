"""One connection: each of its requests is recorded, understood and answered by the script."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

import h11
import trio

from services.standin.conversation import Conversation
from services.standin.errors import failed
from services.standin.heard import Ending, Heard
from services.standin.http import Peer, TooLarge
from services.standin.playing import Said, play
from services.standin.routing import Asked, understand
from services.standin.script import Drop, Fail, Pause, Reply, Script
from services.standin.wire import Whole


class _Cut(Exception):
    """The script has the connection cut here."""


@dataclass
class Brain:
    """A script and what it has to remember: how often the same was asked in vain.

    Attempts are told by their messages, whatever the model or the wire.
    """

    script: Script
    directory: str | None = None
    _failures: Counter[bytes] = field(default_factory=Counter[bytes])

    def reply(self, conversation: Conversation) -> tuple[Reply, int]:
        key = _key(conversation)
        attempt = self._failures[key]
        self._failures[key] += 1
        return self.script.reply(conversation, attempt, self.directory), attempt

    def answered(self, conversation: Conversation) -> None:
        """A reply to it was sent in full."""
        self._failures.pop(_key(conversation), None)


def _key(conversation: Conversation) -> bytes:
    it = conversation
    whole = repr((it.directory, bool(it.tools), it.messages))
    return hashlib.sha256(whole.encode("utf-8", "replace")).digest()


class Answering:
    """`tell` is called for each request when it has come and when it is done with."""

    def __init__(self, brain: Brain, tell: Callable[[Heard], None]) -> None:
        self._brain = brain
        self._tell = tell

    async def serve(self, stream: trio.SocketStream) -> None:
        """Answer requests until the client or the script wants no more; raises nothing.

        The stream is left open.
        """
        peer = Peer(stream)
        try:
            while await self._exchange(peer):
                pass
            await peer.part()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the client knows what became of its connection

    async def _exchange(self, peer: Peer) -> bool:
        """One request and its answer; whether there may be another."""
        try:
            found = await peer.request()
        except h11.RemoteProtocolError as error:
            fail = Fail(error.error_status_hint, f"cannot read the request: {error}")
            await peer.refuse(failed(fail))
            return False
        except TooLarge:
            await peer.refuse(failed(Fail(413)))
            return False
        if found is None:
            return False
        heard = _heard(*found)
        answer = understand(heard.method, heard.target, heard.body, f"msg_{uuid4().hex[:24]}")
        if isinstance(answer, Asked):
            heard.conversation = answer.conversation
            work = partial(self._reply, peer, heard, answer)
        else:
            work = partial(_send, peer, heard, answer)
        self._tell(heard)
        try:
            if not await peer.heed(work):
                heard.end = Ending.HUNG_UP
        finally:
            if not heard.done:
                heard.end = Ending.KILLED
            self._tell(heard)
        return heard.ended and peer.go_on()

    async def _reply(self, peer: Peer, heard: Heard, asked: Asked) -> None:
        try:
            await self._play(peer, heard, asked)
        except _Cut:
            heard.end = Ending.CUT

    async def _play(self, peer: Peer, heard: Heard, asked: Asked) -> None:
        reply, heard.attempt = self._brain.reply(asked.conversation)
        said: list[Said] = []
        streaming = asked.streaming and _begins(reply)
        for beat in play(reply, asked.conversation, lambda: f"toolu_{uuid4().hex[:24]}"):
            match beat:
                case Pause(seconds):
                    await trio.sleep(seconds)
                case Drop():
                    raise _Cut
                case Fail() if heard.status:
                    await peer.send(asked.wire.broken(beat))
                    break
                case Fail():
                    await _send(peer, heard, asked.wire.failed(beat))
                    return
                case _ if streaming:
                    await self._stream(peer, heard, asked, reply, beat)
                case _:
                    said.append(beat)
        else:
            self._brain.answered(asked.conversation)
        if not streaming:
            if reply.cut is not None:
                raise _Cut
            await _send(peer, heard, asked.wire.whole(said))
            return
        heard.end = Ending.WHOLE  # before the client can know, and look
        await peer.end()

    async def _stream(
        self, peer: Peer, heard: Heard, asked: Asked, reply: Reply, said: Said
    ) -> None:
        if not heard.status:
            heard.status = 200
            await peer.begin(asked.wire.content_type, _headers())
        for event in asked.wire.stream(said):
            if heard.events == reply.cut:
                raise _Cut
            await peer.send(event)
            heard.events += 1


async def _send(peer: Peer, heard: Heard, whole: Whole) -> None:
    heard.status = whole.status
    heard.end = Ending.WHOLE
    await peer.answer(whole, _headers())


def _begins(reply: Reply) -> bool:
    """Whether a stream of it has a beginning: an error or a cut that comes first has none."""
    for step in reply.steps:
        match step:
            case Pause():
                continue
            case Drop():
                return False
            case Fail():
                return step.in_stream
            case _:
                return True
    return True


def _heard(head: h11.Request, body: bytes) -> Heard:
    headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in head.headers)
    return Heard(head.method.decode("latin-1"), head.target.decode("latin-1"), headers, body)


def _headers() -> list[tuple[str, str]]:
    id = uuid4()
    return [("request-id", f"req_{id.hex[:24]}"), ("x-amzn-requestid", str(id))]
