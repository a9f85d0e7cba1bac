"""What becomes of a turn when Bedrock fails: it goes on, or says why not."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
import trio
from structlog.testing import capture_logs

from services.agent.backend import BackendError
from services.agent.bedrock import memory, retry
from services.agent.bedrock.backend import Bedrock
from services.agent.bedrock.memory import NAME
from services.messages import TextDelta, Used
from services.standin import Conversation, Drop, Fail, Reply, Say, Script, Standin, Use
from tests.services.agent.bedrock.turning import OPTIONS, bodies, remembered, run, scripted
from tests.services.agent.recorder import Recorder
from tests.services.agent.sites import FILES, INDEX, Worktree

EDIT = Use("edit", {"path": INDEX, "old": "Hello", "new": "Hello, hello"})
DONE = Say("It greets twice.")
GREETED = FILES[INDEX].replace("Hello", "Hello, hello")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST", 0.01)


@pytest.mark.parametrize(
    "before",
    [
        Reply([Fail(429)]),
        Reply([Fail(429, in_stream=True)]),
        Reply([Fail(503)]),
        Reply([Fail(500, in_stream=True)]),
        Reply([Fail(424, in_stream=True)]),
        Reply([Fail(408)]),
        Reply([Drop()]),
        Reply([Say("Hm")], cut=0),
        Reply([Say("Hm")], cut=1),
        Reply([EDIT], cut=3),
        Reply([EDIT, Drop()]),
    ],
)
async def test_what_passes_is_tried_again_and_nothing_is_done_twice(
    it: Standin, site: Worktree, before: Reply
):
    scripted(it, Reply([EDIT], before=[before, before]), Reply([DONE], before=[before]))
    told = await run(site)
    assert len(it.requests) == 5
    assert site.text(INDEX) == GREETED
    assert told.changes == [(INDEX, "modified")]
    assert told.text.count("It greets twice.") == 1
    # A retry asks for the very same.
    asked = bodies(it)
    assert asked[0] == asked[1] == asked[2]


async def test_what_broke_off_has_its_price_and_what_was_refused_has_none(
    it: Standin, site: Worktree
):
    before = [Reply([EDIT], cut=3), Reply([Fail(429)])]
    scripted(it, Reply([DONE], before=before))
    told = await run(site)
    broken, _ = [event.usage for event in told.events if isinstance(event, Used)]
    assert broken.input_tokens > 0
    assert broken.cost > 0
    assert len(it.requests) == 3


@pytest.mark.parametrize("broken", [Drop(), Fail(500), Fail(429), Fail(424)])
@pytest.mark.parametrize(
    "again", ["I look at the heading, and change it.", "heading, and change it."]
)
async def test_what_was_said_when_the_stream_broke_is_not_said_again(
    it: Standin, site: Worktree, broken: Drop | Fail, again: str
):
    answer = [Say(again), EDIT]
    scripted(it, Reply(answer, before=[Reply([Say("I look at the "), broken])]), [DONE])
    told = await run(site)
    assert told.text == "I look at the heading, and change it.\n\nIt greets twice."
    assert site.text(INDEX) == GREETED
    assert "The person has read this of it: 'I look at the '" in it.requests[1].text
    # Nobody remembers that it broke.
    kept = "".join(remembered(site))
    assert "I look at the heading, and change it." in kept
    assert "broke off" not in kept


async def test_a_call_whose_input_had_not_come_whole_is_not_carried_out(
    it: Standin, site: Worktree
):
    cut = Reply([Say("I write."), Use("write", {"path": "b.md", "text": "x" * 500})], cut=12)
    scripted(it, Reply([EDIT], before=[cut]), [DONE])
    told = await run(site)
    assert told.changes == [(INDEX, "modified")]
    assert not (site.root / "b.md").exists()


async def test_it_waits_as_long_as_it_is_told(it: Standin, site: Worktree):
    scripted(it, Reply([DONE], before=[Reply([Fail(429, retry_after=1)])]))
    began = trio.current_time()
    await run(site)
    assert trio.current_time() - began >= 1


async def test_a_server_that_was_killed_and_is_back_is_asked_again(it: Standin, site: Worktree):
    scripted(it, Reply([EDIT]), [Say("It greets twice, as I was told.", pause=0.02)])
    killed = trio.Event()

    async def kill(event: object) -> None:
        if isinstance(event, TextDelta) and not killed.is_set():
            killed.set()
            it.kill()
            await it.revive()

    told = await run(site, told=Recorder(site.root, when_told=kill))
    assert killed.is_set()
    assert told.text == "It greets twice, as I was told."
    assert told.changes == [(INDEX, "modified")]


REFUSALS = [
    (Fail(400, "Malformed input request: #/top_k"), r"did not accept the request.*#/top_k"),
    (Fail(403), r"may not use .*bedrock:InvokeModelWithResponseStream"),
    (Fail(404), r"There is no model .*inference profile"),
    (Fail(400, "The provided model identifier is invalid."), r"There is no model "),
    (Fail(403, kind="ExpiredTokenException"), r"credentials of this deployment have expired"),
    (Fail(401), r"does not know who asks"),
    (Fail(400, "Input is too long for requested model."), r"conversation is too long"),
    (Fail(400, "Bad", in_stream=True), r"did not accept the request"),
]


@pytest.mark.parametrize(("refusal", "told"), REFUSALS)
async def test_what_does_not_pass_fails_at_once_and_says_what_to_do(
    it: Standin, site: Worktree, refusal: Fail, told: str
):
    scripted(it, [refusal])
    with pytest.raises(BackendError, match=told) as caught:
        await run(site)
    assert len(it.requests) == 1
    assert not re.search(r"\w(Error|Exception)\b|\n", str(caught.value))
    # What the model would not take is not sent again with the next turn.
    assert remembered(site) == []


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (Reply([Fail(429, "Too many requests")]), r"no more requests .*quota.*Too many requests"),
        (Reply([Fail(503)]), r"cannot be reached, or cannot answer"),
        (Reply([Say("I look"), Drop()]), r"broke off again and again"),
    ],
)
async def test_what_does_not_pass_in_time_fails_after_so_many_attempts(
    it: Standin, site: Worktree, failure: Reply, told: str
):
    scripted(it, [EDIT], failure)
    with pytest.raises(BackendError, match=told):
        await run(site, attempts=3)
    assert len(it.requests) == 4
    assert site.text(INDEX) == GREETED
    scripted(it, [Say("Fine.")])
    assert (await run(site, site.turn("Go on", id="turn-2"))).text == "Fine."
    # It knows what it had done, and that it failed.
    assert "Replaced it 1 times" in it.requests[-1].text
    assert "This failed: " in it.requests[-1].text


async def test_a_conversation_that_the_model_finds_too_long_is_shortened(
    it: Standin, site: Worktree
):
    for n in range(3):
        page = f"<p>{n}</p>\n" * 400
        scripted(it, [Use("write", {"path": f"src/{n}.md", "text": page})], [Say(f"Wrote {n}.")])
        await run(site, site.turn(f"Write {n}", id=f"turn-{n}"))
    it.requests.clear()
    it.script = Picky([], limit=6_000)
    told = await run(site, site.turn("Go on", id="turn-4"))
    assert told.text == "Short enough."
    first, *_, last = (len(request.body) for request in it.requests)
    assert last < first / 2
    assert "Write 2" in it.requests[-1].text
    # It stays short.
    it.requests.clear()
    await run(site, site.turn("And on", id="turn-5"))
    assert len(it.requests) == 1


@dataclass(frozen=True)
class Picky(Script):
    """A model that takes a conversation of so many bytes and no longer one."""

    limit: int = 0

    def reply(
        self, conversation: Conversation, attempt: int = 0, directory: str | None = None
    ) -> Reply:
        if conversation.size > self.limit:
            return Reply([Fail(400, "Input is too long for requested model.")])
        return Reply([Say("Short enough.")])


async def test_an_answer_that_found_the_conversation_full_goes_on_with_a_shorter_one(
    it: Standin, site: Worktree
):
    fern = "<p>A fern, and another.</p>"
    page = f"{fern}\n" * 400
    scripted(it, [Use("write", {"path": "src/a.md", "text": page})], [Say("Wrote it.")])
    await run(site)
    full = Reply([EDIT], stop="model_context_window_exceeded")
    scripted(it, full, [DONE])
    told = await run(site, site.turn("Greet", id="turn-2"))
    assert told.text == "It greets twice."
    assert fern in it.requests[-2].text
    assert fern not in it.requests[-1].text


async def test_an_answer_of_which_only_the_bill_is_missing_is_whole(it: Standin, site: Worktree):
    # messageStart, two deltas, the block's end, messageStop; what would follow is the metadata.
    scripted(it, Reply([Say("All done.")], cut=5))
    told = await run(site)
    assert len(it.requests) == 1
    assert told.text == "All done."


async def test_a_conversation_that_cannot_be_read_fails_the_turn(it: Standin, site: Worktree):
    (site.turn("").store / NAME).mkdir(parents=True)
    with pytest.raises(BackendError, match=r"cannot be read: Is a directory\."):
        await Bedrock(OPTIONS).run(site.turn("Do it"), Recorder(site.root))
    assert it.requests == []


async def test_a_conversation_that_cannot_be_written_fails_nothing(
    it: Standin, site: Worktree, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(memory, "append", full)
    scripted(it, [DONE])
    told = Recorder(site.root)
    with capture_logs() as logs:
        await Bedrock(OPTIONS).run(site.turn("Do it"), told)
    assert told.text == "It greets twice."
    assert [each["event"] for each in logs] == ["conversation not written"]


async def test_without_a_region_it_says_so(
    it: Standin, site: Worktree, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(BackendError, match=r"which AWS region to ask\. Set AWS_REGION"):
        await run(site)
    scripted(it, [DONE])
    assert (await run(site, region="us-east-1")).text == "It greets twice."


async def test_without_credentials_it_says_so(
    it: Standin, site: Worktree, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(BackendError, match=r"does not know who asks\. Give this deployment"):
        await run(site)
    assert it.requests == []


async def test_a_server_that_is_not_there_is_asked_so_often_and_no_more(
    it: Standin, site: Worktree, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://127.0.0.1:9")
    with pytest.raises(BackendError, match=r"cannot be reached.*Could not connect"):
        await run(site, attempts=2)
