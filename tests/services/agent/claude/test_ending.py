"""How turns end before their time, and what is left of them then: nothing."""

from __future__ import annotations

import os
import signal
import sys

import pytest
import trio

from services.agent.backend import BackendError, BudgetExceeded
from services.agent.claude import Options, conversation, make
from services.agent.claude.backend import GRACE
from services.agent.claude.session import LOST
from services.messages import TextDelta
from services.standin import Drop, Fail, Pause, Reply, Say, Usage, Use, on
from tests.services.agent.claude.conftest import PATIENCE, FakeHost
from tests.supervisor.real import alive, until

pytestmark = pytest.mark.system

WORDS = "one two three four five six seven eight " * 50
SLOW = on("slowly", [Say(WORDS, pause=0.05), Pause()])
PAGE = Use("Write", {"file_path": "{cwd}/src/pages/new.astro", "content": "x"})


class Heard(FakeHost):
    """Tells when the first event of a kind has come."""

    kind: type = TextDelta

    def __post_init__(self) -> None:
        self.heard = trio.Event()

    async def emit(self, event) -> None:
        await super().emit(event)
        if isinstance(event, self.kind):
            self.heard.set()


async def cancelled(desk, instruction: str, host: Heard, **fields) -> None:
    """Cancel a turn once it was heard of; it ends, though what it is at would go on."""
    with trio.CancelScope() as scope:
        async with trio.open_nursery() as nursery:

            async def cancel() -> None:
                await host.heard.wait()
                scope.cancel()

            nursery.start_soon(cancel)
            await desk.run(instruction, host, **fields)
    assert scope.cancelled_caught


def test_what_is_waited_for_when_a_turn_is_cancelled_is_less_than_a_second():
    assert conversation.WIND_DOWN + GRACE < 1


@pytest.mark.parametrize("wire", ["direct", "bedrock"])
async def test_a_turn_is_cancelled_in_the_midst_of_its_words(desk, monkeypatch):
    monkeypatch.setattr(conversation, "WIND_DOWN", PATIENCE)  # it writes down what it heard
    desk.script(SLOW)
    host = Heard()
    await cancelled(desk, "Tell slowly", host)
    assert not desk.left()
    with trio.fail_after(PATIENCE):
        await desk.api.until(lambda: desk.api.requests[-1].hung_up)
    assert host.text.strip() in WORDS
    assert host.used.input_tokens > 0
    # Its conversation goes on.
    desk.script(on("again", [Say("Yes?")]))
    assert (await desk.run("And again")).text == "Yes?"
    assert "Tell slowly" in desk.api.requests[-1].text


async def test_each_turn_has_its_own_price_though_others_were_interrupted(desk, monkeypatch):
    monkeypatch.setattr(conversation, "WIND_DOWN", PATIENCE)  # it says the price in its own time
    words = [Say("one two three four five six seven eight " * 50, pause=0.05)]
    desk.script(on("slowly", Reply(words, usage=Usage(input=1000, output=10))))
    costs = []
    for _ in range(4):
        host = Heard()
        await cancelled(desk, "Tell slowly", host)
        costs.append(host.used.cost)
    assert costs == pytest.approx([costs[0]] * 4, rel=0.2)


async def test_it_is_cancelled_while_a_person_is_asked(desk):
    class Waiting(Heard):
        async def decide(self, tool: str, summary: str):
            self.heard.set()
            await trio.sleep_forever()

    Waiting.kind = type(None)
    desk.script(on("page", [PAGE]))
    await cancelled(desk, "A page", Waiting())
    assert not (desk.root / "src/pages/new.astro").exists()


async def test_it_is_cancelled_while_the_api_is_silent(desk):
    desk.script(on("page", [Say("Well"), Pause()]))
    await cancelled(desk, "A page", Heard())


async def test_it_is_cancelled_while_a_script_runs_and_nothing_of_that_is_left(desk):
    class Ran(Heard):
        async def decide(self, tool: str, summary: str):
            nursery.start_soon(self.look)
            return await super().decide(tool, summary)

        async def look(self) -> None:
            await until((desk.root / "pid").exists)
            self.heard.set()

    Ran.kind = type(None)
    desk.options = Options(model="claude-sonnet-5", scripts=("serve",))
    script = "setsid sh -c 'echo $$ > .pid; mv .pid pid; sleep 1000' & sleep 1000"
    (desk.root / "package.json").write_text(f'{{"scripts": {{"serve": "{script}"}}}}')
    desk.script(on("serve", [Use("Bash", {"command": "npm run serve"})]))
    async with trio.open_nursery() as nursery:
        await cancelled(desk, "Please serve", Ran())
    assert not alive(int((desk.root / "pid").read_text()))


@pytest.mark.parametrize("wire", ["direct", "bedrock"])
async def test_the_cli_waits_where_the_api_is_busy_and_goes_on(desk):
    busy = [Reply([Fail(429, "slow down", retry_after=1)]), Reply([Fail(529, "overloaded")])]
    desk.options = Options(model="claude-sonnet-5", retries=3)
    desk.script(on("page", Reply([Say("At last.")], before=busy)))
    assert (await desk.run("A page")).text == "At last."


@pytest.mark.parametrize(
    ("failing", "words"),
    [
        (Fail(429, "slow down", retry_after=1), r"asked too often.*429.*slow down"),
        (Fail(529, "overloaded"), r"overloaded.*529"),
        (Fail(400, "too odd"), r"does not accept the request.*too odd"),
        (Fail(401, "who are you"), r"does not accept the key"),
        (Fail(403, "not you"), r"does not allow it"),
        (Fail(404, "which model"), r"no such model"),
        (Fail(500, "boom"), r"in trouble.*500"),
    ],
    ids=lambda it: str(it.status) if isinstance(it, Fail) else "",
)
async def test_an_api_that_goes_on_failing_fails_the_turn_in_words(desk, failing, words):
    desk.script(on("page", [failing]))
    with pytest.raises(BackendError, match=words) as caught:
        await desk.run("A page")
    assert not isinstance(caught.value, BudgetExceeded)


async def test_a_stream_that_breaks_off_is_asked_for_again(desk):
    broken = Reply([Say("This is half"), Pause(2.0), Drop()])
    desk.script(on("page", Reply([Say("This is all.")], before=[broken])))
    host = await desk.run("A page")
    assert host.text == "This is half\n\nThis is all."


async def test_one_that_always_breaks_off_fails_the_turn_in_words(desk):
    desk.options = Options(model="claude-sonnet-5", retries=0)
    desk.script(on("page", [Say("This is half"), Drop()]))
    with pytest.raises(BackendError, match="broke off: try again"):
        await desk.run("A page")


async def test_an_edit_is_not_made_twice_when_the_answer_after_it_breaks_off(desk):
    desk.script(
        on("page", [PAGE], Reply([Say("It is there.")], before=[Reply([Say("It is"), Drop()])]))
    )
    host = await desk.run("A page")
    assert host.tools == [("write", "src/pages/new.astro", True)]


@pytest.mark.parametrize("wire", ["direct", "bedrock"])
async def test_a_turn_stops_at_its_budget(desk):
    dear = Usage(input=100_000, output=1000)
    desk.script(on("page", Reply([PAGE], usage=dear), Reply([Say("Done.")], usage=dear)))
    host = FakeHost()
    with pytest.raises(BudgetExceeded, match=r"\$0\.10"):
        await desk.run("A page", host, budget=0.1)
    assert host.used.cost > 0.1
    assert host.used.input_tokens >= 100_000
    # Whether the CLI gets to its edit before that is its own affair; what is told is true.
    done = (desk.root / "src/pages/new.astro").exists()
    assert host.tools == [("write", "src/pages/new.astro", done)]
    assert host.files == ([("src/pages/new.astro", "added")] if done else [])


async def test_the_budget_is_the_turn_s_and_not_the_conversation_s(desk):
    dear = Usage(input=100_000, output=1000)
    desk.script(on("page", Reply([Say("Done.")], usage=dear)))
    first = await desk.run("A page")
    second = await desk.run("A page", budget=first.used.cost * 1.5)
    assert second.text == "Done."
    assert second.used.cost == pytest.approx(first.used.cost)


async def test_what_the_host_says_of_a_budget_fails_the_turn(desk):
    desk.script(on("page", [Say("Done.")]))
    with pytest.raises(BudgetExceeded, match="it is spent"):
        await desk.run("A page", FakeHost(budget=0.0))


async def test_a_turn_has_so_many_steps(desk):
    desk.options = Options(model="claude-sonnet-5", max_turns=1)
    desk.script(on("page", [PAGE], [Say("Done.")]))
    host = FakeHost()
    with pytest.raises(BackendError, match="not done after 1 steps"):
        await desk.run("A page", host)
    assert host.used.input_tokens > 0


async def test_a_cli_that_is_killed_fails_the_turn_in_words(desk):
    class Killer(FakeHost):
        async def decide(self, tool: str, summary: str):
            for pid in desk.left():
                os.kill(pid, signal.SIGKILL)
            return await super().decide(tool, summary)

    desk.script(on("page", [Say("Now"), PAGE], [Say("Done.")]))
    host = Killer()
    with pytest.raises(BackendError, match="ended before the turn did, by SIGKILL"):
        await desk.run("A page", host)
    assert host.used.input_tokens > 0
    assert host.tools == [("write", "src/pages/new.astro", False)]
    # The next turn knows of it, or is told that it does not: it may have had no time to write.
    desk.script(on("again", [Say("Yes?")]))
    assert (await desk.run("And again")).text == "Yes?"
    heard = desk.api.requests[-1].text
    assert ("A page" in heard) is not (LOST in heard)


STAND_IN = """#!{python}
import os, sys, time
for line in sys.stdin:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            open({pid!r} + ".new", "w").write(str(os.getpid()))
            os.rename({pid!r} + ".new", {pid!r})
            time.sleep(1000)  # with the pipes in its hands
        os._exit(0)
    os.wait()
    while not os.path.exists({pid!r}):
        time.sleep(0.01)
    print("I am broken", file=sys.stderr)
    sys.exit(3)
"""


async def test_what_a_cli_leaves_behind_that_ends_badly_is_gone(desk, tmp_path):
    cli, pid = tmp_path / "cli", tmp_path / "pid"
    cli.write_text(STAND_IN.format(python=sys.executable, pid=str(pid)))
    cli.chmod(0o755)
    desk.options = Options(cli=str(cli))
    with pytest.raises(BackendError, match=r"with code 3 \(I am broken\)"):
        await desk.run("A page")
    assert not alive(int(pid.read_text()))


async def test_a_cli_that_says_nothing_is_given_up(desk, tmp_path, monkeypatch):
    from services.agent.claude import conversation

    monkeypatch.setattr(conversation, "CONNECT", 0.2)
    cli = tmp_path / "cli"
    cli.write_text("#!/bin/sh\nsleep 1000\n")
    cli.chmod(0o755)
    desk.options = Options(cli=str(cli))
    with pytest.raises(BackendError, match="does not answer"):
        await desk.run("A page")


async def test_a_cli_that_is_too_old_hears_nothing_of_a_stranger(desk, tmp_path):
    cli = tmp_path / "cli"
    cli.write_text(
        f"#!{sys.executable}\n"
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    it = json.loads(line)\n"
        "    answer = {'subtype': 'success', 'request_id': it['request_id'], 'response':"
        " {'claude_code_version': '2.1.200', 'hook_on_failure_supported': True}}\n"
        "    print(json.dumps({'type': 'control_response', 'response': answer}), flush=True)\n"
        "    assert it['type'] == 'control_request'\n"
    )
    cli.chmod(0o755)
    desk.options = Options(cli=str(cli))
    with pytest.raises(BackendError, match=r"cannot use Claude Code 2\.1\.200: 2\.1\.248"):
        await desk.run("A page")


async def test_a_cli_that_is_not_there_is_said(desk):
    desk.options = Options(cli="/no/such/claude")
    with pytest.raises(BackendError, match="cannot start Claude Code"):
        await desk.run("A page")


async def test_without_the_extra_it_says_what_to_install(desk, monkeypatch):
    monkeypatch.setitem(sys.modules, "claude_agent_sdk", None)
    for name in [it for it in sys.modules if it.startswith("services.agent.claude.")]:
        monkeypatch.delitem(sys.modules, name)
    backend = make(Options(), desk.harness.context(None))
    with pytest.raises(BackendError, match="install nurseryd with its extra `claude`"):
        await backend.run(desk.turn("A page"), FakeHost())
