"""The doctor between the other services, which a test plays."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from services.doctor import Options, serve
from services.doctor.scratch import CLEAN_WITHIN, PAGE, edit
from services.messages import (
    SCRATCH,
    DeleteThread,
    FindWorkspace,
    OpenWorkspace,
    Preview,
    PreviewState,
    Routes,
    SelfTest,
    StartPreview,
    StopPreview,
    ThreadKey,
    Verdict,
    Workspace,
)
from supervisor.control import Specs
from supervisor.desk import Gone, NotFound, Refused
from supervisor.spec import TaskSpec
from tests.harness import Harness, shipped
from tests.services.doctor.standins import Site, listening

SPEC = shipped("doctor")
OTHER = ThreadKey("acme", "ada", "first")
BEFORE = b"<h1>Hello</h1>\n"


class World:
    """The other services. `asked` is all that they were asked, in order."""

    def __init__(self, root: Path, state: PreviewState = PreviewState.READY) -> None:
        self.harness = Harness(SPEC)
        self.root = root
        self.state = state
        self.domains: list[str] = []
        self.sites: dict[ThreadKey, str] = {}
        self.asked: list[object] = []
        self.text_at_delete = b""
        self.deleted = trio.Event()
        self.refusal: Refused | None = None
        (root / PAGE).parent.mkdir(parents=True)
        (root / PAGE).write_bytes(BEFORE)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        async with trio.open_nursery() as nursery:
            desks = self.harness.channels.desks
            for desk in (desks["workspaces"], desks["previews"], self.harness.desk):
                nursery.start_soon(desk.answer, self._answer)
            await nursery.start(serve, self.harness.context(Options()))
            task_status.started()

    async def _answer(self, request: object) -> object:
        self.asked.append(request)
        match request:
            case Specs():
                return (TaskSpec(name="hmr", run="x:y", options={"domains": self.domains}),)
            case OpenWorkspace(key=key) | FindWorkspace(key=key):
                if self.refusal is not None:
                    raise self.refusal
                return self._workspace(key)
            case StartPreview(key=key):
                preview = Preview(key.preview_id, key, self.state, 1, "cannot find Astro")
                self.harness.channels.boards["routes"].set(Routes({preview.id: preview}))
                return preview
            case DeleteThread():
                self.text_at_delete = (self.root / PAGE).read_bytes()
                self.deleted.set()
                return None
            case StopPreview():
                return None
            case _:
                raise Refused(f"unknown request {request}")

    def _workspace(self, key: ThreadKey) -> Workspace:
        where = (self.root, self.root, self.root)
        return Workspace(
            key, *where, branch=key.branch, head="", resumed=False, site=self.sites.get(key, "")
        )

    async def ask(self, request):
        return await self.harness.channels.desks["doctor"].ask(request)

    def kinds(self) -> list[type]:
        return [type(request) for request in self.asked if not isinstance(request, Specs)]


class EditedSite(Site):
    """It shows what is in the worktree."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._page = root / PAGE

    async def serve(self, stream):
        self.edits = self._page.read_text()
        await super().serve(stream)


@pytest.fixture
def site(world, monkeypatch):
    """A dev server that notices the edit of the worktree."""
    site = EditedSite(world.root)

    async def noticed(workspace):
        mark = await edit(workspace)
        site.edited.set()
        return mark

    monkeypatch.setattr("services.doctor.service.edit", noticed)
    return site


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def address(key, port):
    return f"http://{key.preview_id}.localhost:{port}/"


SCRATCH_WORK = [OpenWorkspace, StartPreview, StopPreview, DeleteThread]


async def test_a_self_test_edits_a_scratch_thread_and_leaves_nothing(world, site, nursery):
    await nursery.start(world.run)
    async with listening(site.serve) as port:
        findings = await world.ask(SelfTest(address(SCRATCH, port)))
    assert findings.failed is None, findings.failed
    assert findings.inside
    verdicts = {hop.name: hop.verdict for hop in findings.hops}
    assert verdicts["preview"] is verdicts["hmr"] is Verdict.PASSED
    assert world.kinds() == SCRATCH_WORK
    assert world.asked[-1] == DeleteThread(SCRATCH, branch=True)
    assert world.text_at_delete == BEFORE


async def test_the_scratch_preview_is_not_the_one_that_people_see(world, nursery):
    await nursery.start(world.run)
    await world.ask(SelfTest(address(SCRATCH, 1)))
    assert StartPreview(SCRATCH, world.root, prefer=False) in world.asked


async def test_a_thread_of_somebody_is_looked_at_and_left_alone(world, site, nursery):
    await nursery.start(world.run)
    async with listening(site.serve) as port:
        findings = await world.ask(SelfTest(address(OTHER, port), OTHER))
    assert findings.failed is None, findings.failed
    assert {hop.name: hop.verdict for hop in findings.hops}["hmr"] is Verdict.NOT_TRIED
    assert world.kinds() == [FindWorkspace, StartPreview]
    assert (world.root / PAGE).read_bytes() == BEFORE


async def test_a_site_in_a_folder_of_its_repository_is_not_opened_as_another_one(world, nursery):
    world.sites = {OTHER: "apps/web"}
    await nursery.start(world.run)
    await world.ask(SelfTest(address(OTHER, 1), OTHER))
    assert StartPreview(OTHER, world.root, "apps/web", prefer=False) in world.asked


async def test_a_thread_that_is_not_there_is_refused(world, nursery):
    world.refusal = NotFound("cannot find it")
    await nursery.start(world.run)
    with pytest.raises(NotFound):
        await world.ask(SelfTest(address(OTHER, 1), OTHER))


async def test_a_site_that_does_not_start_says_why_and_the_way_is_walked_all_the_same(
    tmp_path, nursery
):
    world = World(tmp_path, PreviewState.FAILED)
    await nursery.start(world.run)
    async with listening(Site().serve) as port:
        findings = await world.ask(SelfTest(address(OTHER, port), OTHER))
    assert findings.failed is findings.hops[0]
    assert "cannot find Astro" in findings.hops[0].seen
    assert {hop.name: hop.verdict for hop in findings.hops}["http"] is Verdict.PASSED


async def test_a_site_that_is_not_ready_in_time_is_said_to_be_so(tmp_path, nursery, autojump_clock):
    world = World(tmp_path, PreviewState.INSTALLING)
    await nursery.start(world.run)
    findings = await world.ask(SelfTest(address(OTHER, 1), OTHER))
    assert "is installing" in findings.hops[0].seen
    assert findings.hops[0].ms == pytest.approx(1000 * Options().start)


async def test_the_domains_are_those_that_the_front_door_declares(world, nursery):
    world.domains = ["example.org"]
    await nursery.start(world.run)
    there = f"https://{OTHER.preview_id}.preview.example.com/"
    findings = await world.ask(SelfTest(there, OTHER))
    assert findings.failed.name == "configuration"
    assert "example.org" in findings.failed.seen


async def test_one_scratch_thread_is_in_one_hand(world, nursery):
    await nursery.start(world.run)

    async def silent(_stream):
        waiting.set()
        await trio.sleep_forever()

    waiting = trio.Event()
    async with listening(silent) as port, trio.open_nursery() as first:
        first.start_soon(world.ask, SelfTest(address(SCRATCH, port)))
        await waiting.wait()
        with pytest.raises(Refused, match="one is under way"):
            await world.ask(SelfTest(address(SCRATCH, port)))
        assert DeleteThread not in world.kinds()
        first.cancel_scope.cancel()
        with trio.CancelScope(shield=True):
            await gone(world)


async def gone(world):
    """Wait until the scratch thread was deleted."""
    with trio.fail_after(CLEAN_WITHIN):
        await world.deleted.wait()


@pytest.mark.parametrize("how", ["nobody waits", "the service stops"])
async def test_the_scratch_thread_goes_whatever_ends_the_walk(world, nursery, how):
    await nursery.start(world.run)

    async def silent(_stream):
        waiting.set()
        await trio.sleep_forever()

    waiting = trio.Event()
    async with listening(silent) as port, trio.open_nursery() as asking:

        async def ask():
            with pytest.raises(Gone):
                await world.ask(SelfTest(address(SCRATCH, port)))

        asking.start_soon(ask)
        await waiting.wait()
        if how == "nobody waits":
            asking.cancel_scope.cancel()
        else:
            world.harness.stopping.set()
        with trio.CancelScope(shield=True):
            await gone(world)
    assert world.kinds() == SCRATCH_WORK


async def test_a_scratch_thread_that_could_not_be_made_is_looked_for_all_the_same(world, nursery):
    """It may have been made half."""
    world.refusal = Refused("the disk is full")
    await nursery.start(world.run)
    with pytest.raises(Refused, match="the disk is full"):
        await world.ask(SelfTest(address(SCRATCH, 1)))
    assert world.asked[-1] == DeleteThread(SCRATCH, branch=True)
