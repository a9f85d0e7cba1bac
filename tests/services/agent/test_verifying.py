"""After its edits a turn's pages are looked at, and what it broke is mended or taken back."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from services.agent import Options
from services.agent.backend import BackendError, Host, Turn
from services.messages import (
    BuildError,
    Checked,
    CheckPreview,
    CommitChanges,
    DropChanges,
    FileChanged,
    Image,
    Leftover,
    Mode,
    Preview,
    PreviewState,
    Reason,
    RefreshPreview,
    RestoreCommit,
    Routes,
    Selection,
    StartPreview,
    TextDelta,
    TurnState,
    UndoTurn,
)
from supervisor.desk import Request
from tests.services.agent.serving import KEY, Bench, quiet

BROKEN = BuildError("no such component", "src/pages/index.astro", 3, 1, "> 3 | <Nope />")
GOOD = Checked(("/",))
BAD = Checked(("/", "/about"), (BROKEN,))


class Editor:
    """Writes one file in every run, and remembers the runs. `fails` in a repair."""

    def __init__(self, bench: Bench, *, fails: bool = False) -> None:
        self._bench = bench
        self._fails = fails
        self.runs: list[Turn] = []

    async def __call__(self, turn: Turn, host: Host) -> None:
        self.runs.append(turn)
        if turn.repair and self._fails:
            raise BackendError("the model is overloaded")
        self._bench.files()["a.md"] = f"version {len(self.runs)}"
        await host.emit(FileChanged("a.md", "modified"))
        await host.emit(TextDelta(f"{len(self.runs)}."))


@pytest.fixture
def editor(bench: Bench) -> Editor:
    return Editor(bench)


def looks(bench: Bench) -> list[CheckPreview]:
    return [asked for asked in bench.keeper.asked if isinstance(asked, CheckPreview)]


async def test_good_pages_are_looked_at_once_and_named(bench: Bench, editor: Editor) -> None:
    bench.keeper.pages = [Checked(("/", "/a"))]
    async with bench.life(editor):
        info = await bench.execute()
    assert (info.state, info.pages, info.broken) == (TurnState.COMMITTED, ("/", "/a"), ())
    assert looks(bench) == [CheckPreview(KEY, ("a.md",))]
    assert bench.kinds()[-4:] == ["turn.verifying", "turn.checked", "commit", "turn.finished"]


@pytest.mark.parametrize(
    ("known", "mode", "options", "begun"),
    [
        (False, Mode.EXECUTE, Options(), True),
        (True, Mode.EXECUTE, Options(), False),
        (False, Mode.PLAN, Options(), False),
        (False, Mode.EXECUTE, Options(verify=False), False),
    ],
)
async def test_a_preview_that_did_not_outlive_a_restart_is_brought_up_to_be_looked_at(
    bench: Bench, known: bool, mode: Mode, options: Options, begun: bool
) -> None:
    async def script(_turn: Turn, _host: Host) -> None:
        starts = [asked for asked in bench.keeper.asked if isinstance(asked, StartPreview)]
        wanted = StartPreview(KEY, bench.keeper.place / KEY.thread, prefer=False)
        assert starts == ([wanted] if begun else [])

    if known:
        shown = Preview(KEY.preview_id, KEY, PreviewState.ASLEEP, 1)
        bench.harness.channels.boards["routes"].set(Routes({KEY.preview_id: shown}))
    async with bench.life(script, options):
        info = await bench.execute(mode=mode)
    assert info.error is None


async def test_what_it_broke_it_is_sent_back_to_mend(bench: Bench, editor: Editor) -> None:
    bench.keeper.pages = [BAD, BAD, GOOD]
    async with bench.life(editor, Options(repairs=2)):
        pointed, image = Selection("a.md"), Image("image/png", b"\x89PNG\r\n\x1a\n...")
        info = await bench.execute("Say hello", selection=pointed, images=(image,))
    assert (info.state, info.repairs, info.broken) == (TurnState.COMMITTED, 2, ())
    assert [(turn.selection, turn.images) for turn in editor.runs[:2]] == [
        (pointed, (image,)),
        (None, ()),
    ]
    assert info.output == "1.\n\n2.\n\n3."
    assert [turn.repair for turn in editor.runs] == [0, 1, 2]
    assert "no such component (src/pages/index.astro:3)" in editor.runs[1].instruction
    assert "> 3 | <Nope />" in editor.runs[1].instruction
    assert looks(bench)[1] == CheckPreview(KEY, ("a.md",), ("/", "/about"))
    assert bench.keeper[KEY].messages == ["Say hello"]
    assert bench.keeper[KEY].head.files["a.md"] == "version 3"


async def test_what_stays_broken_is_taken_back(bench: Bench, editor: Editor) -> None:
    bench.keeper.pages = [BAD, BAD]
    bench.files()["mine.md"] = "by hand"
    async with bench.life(editor, Options(repairs=1)):
        info = await bench.execute()
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.BROKEN)
    assert info.broken == (BROKEN,)
    assert "no such component (src/pages/index.astro:3); the files are as they were" in str(
        info.error
    )
    assert (info.leftover, info.saved) == (Leftover.DROPPED, "d" * 40)
    assert bench.files() == {"index.md": "# Hello", "mine.md": "by hand"}


async def test_without_rollback_what_stays_broken_is_offered(bench: Bench, editor: Editor) -> None:
    bench.keeper.pages = [BAD]
    async with bench.life(editor, Options(repairs=0, rollback=False)):
        info = await bench.execute()
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.BROKEN)
    assert info.leftover is Leftover.OFFERED
    assert bench.files()["a.md"] == "version 1"
    assert bench.keeper[KEY].messages == []


async def test_a_repair_that_fails_does_not_leave_the_page_broken(bench: Bench) -> None:
    bench.keeper.pages = [BAD, BAD]
    async with bench.life(Editor(bench, fails=True)):
        info = await bench.execute()
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.BACKEND)
    assert str(info.error).startswith("the model is overloaded; the files are as they were")
    assert bench.files() == {"index.md": "# Hello"}


@pytest.mark.parametrize("ends", [BackendError("the model is overloaded"), None])
@pytest.mark.parametrize(("shown", "left"), [(BAD, Leftover.DROPPED), (GOOD, Leftover.OFFERED)])
async def test_what_it_broke_and_did_not_come_back_to_is_taken_back(
    bench: Bench,
    shown: Checked,
    left: Leftover,
    ends: BackendError | None,
    mock_clock: trio.testing.MockClock,
) -> None:
    async def script(_turn: Turn, host: Host) -> None:
        bench.files()["a.md"] = "half of it"
        await host.emit(FileChanged("a.md", "modified"))
        if ends is not None:
            raise ends
        mock_clock.jump(Options().turn_timeout)
        await trio.sleep_forever()

    bench.keeper.pages = [shown]
    async with bench.life(script):
        info = await bench.execute()
    assert (info.state, info.leftover, info.broken) == (TurnState.FAILED, left, shown.errors)
    assert info.reason is (Reason.TIMEOUT if ends is None else Reason.BACKEND)
    assert ("a.md" in bench.files()) is (left is Leftover.OFFERED)


def show(bench: Bench) -> None:
    """The mistake, where people look at the page."""
    shown = Preview(KEY.preview_id, KEY, PreviewState.READY, 1, error=BROKEN)
    bench.harness.channels.boards["routes"].set(Routes({KEY.preview_id: shown}))


async def test_a_page_that_was_broken_before_is_not_its_fault(bench: Bench, editor: Editor) -> None:
    bench.keeper.pages = [BAD, BAD]
    show(bench)
    async with bench.life(editor):
        info = await bench.execute()
    assert (info.state, info.repairs, info.broken) == (TurnState.COMMITTED, 0, (BROKEN,))
    assert looks(bench)[0] == CheckPreview(KEY, (BROKEN.file,))


@pytest.mark.parametrize(
    ("mode", "options"), [(Mode.PLAN, Options()), (Mode.EXECUTE, Options(verify=False))]
)
async def test_who_mends_nothing_does_not_look_at_what_is_broken(
    bench: Bench, mode: Mode, options: Options
) -> None:
    show(bench)
    async with bench.life(quiet, options):
        await bench.execute(mode=mode)
    assert looks(bench) == []


async def test_what_is_shown_still_and_was_mended_is_its_fault_if_it_breaks_it_again(
    bench: Bench, editor: Editor
) -> None:
    bench.keeper.pages = [GOOD, BAD, GOOD]
    show(bench)
    async with bench.life(editor):
        info = await bench.execute()
    assert (info.state, info.repairs, info.broken) == (TurnState.COMMITTED, 1, ())


async def test_what_is_known_and_what_is_shown_to_be_broken_before_are_both_not_its_fault(
    bench: Bench, editor: Editor
) -> None:
    bench.keeper.pages = [BAD, BAD]  # the second without the turn's work
    other = BuildError("no such layout", "src/pages/about.astro", 1)
    async with bench.life(editor, Options(repairs=0)):
        assert (await bench.execute()).broken == (BROKEN,)
        shown = Preview(KEY.preview_id, KEY, PreviewState.READY, 1, error=other)
        bench.harness.channels.boards["routes"].set(Routes({KEY.preview_id: shown}))
        both = Checked(("/", "/about"), (BROKEN, other))
        bench.keeper.pages = [Checked(("/about",), (other,)), both]
        info = await bench.execute()
    assert (info.state, info.broken) == (TurnState.COMMITTED, both.errors)
    assert len(looks(bench)) == 4


@pytest.mark.parametrize("options", [Options(verify=False), Options(rollback=False)])
async def test_who_breaks_off_is_looked_at_only_where_it_may_be_taken_back(
    bench: Bench, options: Options
) -> None:
    async def script(_turn: Turn, host: Host) -> None:
        await host.emit(FileChanged("a.md", "modified"))
        raise BackendError("the model is overloaded")

    async with bench.life(script, options):
        await bench.execute()
    assert looks(bench) == []


async def test_cancelled_while_it_is_seen_what_was_broken_before_it_ends(
    bench: Bench, editor: Editor
) -> None:
    show(bench)
    answer = bench.keeper.answer
    looked = trio.Event()

    async def slow(request: Request[object]) -> object:
        if isinstance(request, CheckPreview):
            looked.set()
            await trio.sleep_forever()
        return await answer(request)

    bench.keeper.answer = slow  # type: ignore[method-assign]
    with trio.fail_after(60):
        async with bench.life(editor):
            turn = await bench.start()
            await looked.wait()
            info = await bench.cancel(turn)
    assert (info.state, info.leftover, editor.runs) == (TurnState.CANCELLED, None, [])


async def test_what_is_broken_without_the_turn_too_is_not_taken_back(
    bench: Bench, editor: Editor
) -> None:
    bench.keeper.pages = [BAD, BAD, BAD, BAD]  # the third without the turn's work
    async with bench.life(editor, Options(repairs=1)):
        info = await bench.execute("Say hello")
        assert (info.state, info.leftover, info.broken) == (TurnState.COMMITTED, None, (BROKEN,))
        assert info.commit == bench.keeper[KEY].head.hash
        assert info.files == ("a.md",)
        assert bench.keeper[KEY].messages == ["Say hello"]
        assert bench.keeper[KEY].head.turn == info.turn
        again = await bench.execute("Say more")
        assert (again.state, again.repairs) == (TurnState.COMMITTED, 0)
    assert len(looks(bench)) == 4


async def test_what_cannot_be_brought_back_stays_taken_back(bench: Bench, editor: Editor) -> None:
    bench.keeper.pages = [BAD, BAD, BAD]
    bench.keeper.conflicts = ("a.md",)
    async with bench.life(editor, Options(repairs=1)):
        info = await bench.execute()
    assert (info.state, info.leftover) == (TurnState.FAILED, Leftover.DROPPED)


async def test_without_a_preview_a_turn_is_committed_unseen(bench: Bench, editor: Editor) -> None:
    bench.keeper.refusing[CheckPreview] = "the previews are stopping"
    async with bench.life(editor):
        info = await bench.execute()
    assert (info.state, info.pages) == (TurnState.COMMITTED, ())
    (checked,) = [event for event in bench.journal() if event["type"] == "turn.checked"]
    assert checked["skipped"] == "the previews are stopping"


@pytest.mark.parametrize("options", [Options(verify=False), Options()])
async def test_nothing_is_looked_at_unless_it_is_wanted_and_something_changed(
    bench: Bench, options: Options
) -> None:
    async def script(turn: Turn, host: Host) -> None:
        if not options.verify:
            await host.emit(FileChanged("a.md", "modified"))

    async with bench.life(script, options):
        await bench.execute()
        await bench.execute(mode=Mode.PLAN)
    assert looks(bench) == []


async def test_the_preview_is_told_of_what_git_took_in_or_took_back(
    bench: Bench, editor: Editor
) -> None:
    async with bench.life(editor, Options(repairs=0)):
        info = await bench.execute()
        bench.keeper.pages = [BAD]
        await bench.execute()
        await bench.ask(UndoTurn(KEY, info.turn))
    kinds = [type(asked) for asked in bench.keeper.asked]
    assert kinds.count(RefreshPreview) == 3
    for kind in (CommitChanges, DropChanges, RestoreCommit):
        after = kinds[len(kinds) - kinds[::-1].index(kind) :]
        assert RefreshPreview in after


async def test_cancelled_while_its_pages_are_looked_at_it_offers_its_work(
    bench: Bench, editor: Editor
) -> None:
    answer = bench.keeper.answer

    async def slow(request: Request[object]) -> object:
        if isinstance(request, CheckPreview):
            await trio.sleep_forever()
        return await answer(request)

    bench.keeper.answer = slow  # type: ignore[method-assign]
    with trio.fail_after(60):
        async with bench.life(editor):
            turn = await bench.start()
            await bench.until_journalled("turn.verifying")
            assert (await bench.found(turn)).state is TurnState.VERIFYING
            info = await bench.cancel(turn)
    assert (info.state, info.leftover) == (TurnState.CANCELLED, Leftover.OFFERED)


async def test_the_agent_can_ask_what_its_pages_show(bench: Bench) -> None:
    seen: list[object] = []

    async def script(_turn: Turn, host: Host) -> None:
        await host.emit(FileChanged("a.md", "modified"))
        seen.append(await host.preview_errors())
        bench.files()["a.md"] = "x"
        seen.append((await host.git_state()).modified)
        seen.append([file.path for file in (await host.git_diff()).files])

    bench.keeper.pages = [BAD]
    async with bench.life(script):
        await bench.execute()
    assert seen == [(BROKEN,), ("a.md",), ["a.md"]]
