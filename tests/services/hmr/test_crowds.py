"""Many at once, and some who mean no good: bounded memory, and everybody else is served."""

import os
import resource
import subprocess
import sys
from contextlib import ExitStack, suppress

import pytest
import trio

from services.messages import PreviewState
from tests.benchmarks.procfs import resident_mb
from tests.services.hmr import crowd
from tests.services.hmr.doors import (
    answer,
    front_door,
    read_all,
    read_head,
    request,
    routes,
    upstream,
)
from tests.services.hmr.test_tunnel import SWITCH, upgrade

READY = PreviewState.READY
TUNNELS = 5000


def gather():
    return subprocess.Popen(
        [sys.executable, crowd.__file__, str(TUNNELS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


async def test_five_thousand_idle_websockets_take_less_than_five_kilobytes_each(descriptors):
    async with front_door() as door:
        with gather() as them:
            port = int(await trio.to_thread.run_sync(them.stdout.readline))
            door.publish(routes(READY, port))
            before = resident_mb(os.getpid())
            them.stdin.write(f"{door.port}\n")
            them.stdin.flush()
            assert await trio.to_thread.run_sync(them.stdout.readline) == "open\n"
            each = (resident_mb(os.getpid()) - before) * 2**20 / TUNNELS
            them.stdin.close()
        assert each < 5 * 1024


async def test_a_thousand_navigations_are_all_served_when_it_has_started():
    served = []

    async def visit(door):
        said = await door.get("/", accept="text/html")
        assert said.endswith(b"hello")
        served.append(1)

    async with upstream(answer(b"hello")) as port, front_door() as door:
        door.publish(routes(PreviewState.STARTING, port))
        async with trio.open_nursery() as nursery:
            for _ in range(1000):
                nursery.start_soon(visit, door)
            await trio.testing.wait_all_tasks_blocked(0.2)
            assert not served
            door.publish(routes(READY, port))
    assert len(served) == 1000


async def test_more_than_may_be_held_are_told_at_once():
    async with upstream(answer(b"hello")) as port, front_door(held=1) as door:
        door.publish(routes(PreviewState.STARTING, port))
        async with await door.connect() as held:
            await held.send_all(request(connection="close"))
            await trio.testing.wait_all_tasks_blocked(0.02)
            said = await door.get()
            assert said.startswith(b"HTTP/1.1 503 ")
            assert b"too many others wait" in said
            door.publish(routes(READY, port))
            assert (await read_all(held)).endswith(b"hello")


async def test_a_browser_that_leaves_is_held_no_longer():
    async with upstream(answer(b"hello")) as port, front_door(held=1) as door:
        door.publish(routes(PreviewState.STARTING, port))
        for _ in range(3):
            async with await door.connect() as browser:
                await browser.send_all(request())
                await trio.testing.wait_all_tasks_blocked(0.02)
            await trio.testing.wait_all_tasks_blocked(0.02)
        async with await door.connect() as browser:
            await browser.send_all(request(connection="close"))
            await trio.testing.wait_all_tasks_blocked(0.02)
            door.publish(routes(READY, port))
            assert (await read_all(browser)).endswith(b"hello")


async def test_a_head_that_never_ends_has_one_deadline_however_often_something_comes():
    async with front_door(head=0.1) as door, await door.connect() as browser:
        await browser.send_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        async with trio.open_nursery() as nursery:

            async def drip():
                with suppress(trio.BrokenResourceError):
                    while True:
                        await browser.send_all(b"x")
                        await trio.testing.wait_all_tasks_blocked(0.005)

            nursery.start_soon(drip)
            with trio.fail_after(5):
                assert (await read_head(browser)).startswith(b"HTTP/1.1 408 ")
            nursery.cancel_scope.cancel()


async def test_a_browser_that_never_reads_is_given_up_and_frees_the_dev_server():
    freed = trio.Event()

    async def handle(stream):
        await read_head(stream)
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        try:
            while True:
                await stream.send_all(b"x" * 65536)
        except trio.BrokenResourceError:
            freed.set()

    async with upstream(handle) as port, front_door(stall=0.1) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request())
            with trio.fail_after(5):
                await freed.wait()


@pytest.mark.parametrize(
    ("limits", "opened"),
    [
        ({"connections": 2}, 2),
        ({"per_client": 2, "trusted": ()}, 2),
        ({"per_client": 2}, 3),
    ],
)
async def test_there_are_only_so_many_connections(limits, opened):
    async with upstream(answer()) as port, front_door(**limits) as door:
        door.publish(routes(READY, port))
        async with (
            await door.connect() as first,
            await door.connect(),
            await door.connect() as last,
        ):
            await trio.testing.wait_all_tasks_blocked(0.02)
            if opened == 2:
                assert (await read_all(last)).startswith(b"HTTP/1.1 503 ")
            else:
                await last.send_all(request())
                assert (await read_head(last)).startswith(b"HTTP/1.1 200 ")
            await first.send_all(request(connection="close"))
            assert (await read_all(first)).startswith(b"HTTP/1.1 200 ")
        assert (await door.get()).startswith(b"HTTP/1.1 200 ")


async def test_a_client_behind_a_load_balancer_has_limits_of_its_own():
    async with upstream(answer()) as port, front_door(per_client=1) as door:
        door.publish(routes(PreviewState.STARTING, port))
        async with await door.connect() as first:
            await first.send_all(request(x_forwarded_for="1.1.1.1, 192.0.2.1", connection="close"))
            await trio.testing.wait_all_tasks_blocked(0.02)
            again = await door.get(x_forwarded_for="2.2.2.2, 192.0.2.1")
            assert b"cannot do more at once" in again
            door.publish(routes(READY, port))
            assert (await door.get(x_forwarded_for="192.0.2.2")).startswith(b"HTTP/1.1 200 ")
            assert (await read_all(first)).startswith(b"HTTP/1.1 200 ")
        assert (await door.get(x_forwarded_for="192.0.2.1")).startswith(b"HTTP/1.1 200 ")


async def test_a_tunnel_counts_for_its_client_behind_a_load_balancer_until_it_ends():
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH)
        await read_all(stream)

    async with upstream(handle) as port, front_door(per_client=1) as door:
        door.publish(routes(READY, port))
        asked = upgrade().replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")
        async with await door.connect() as first, await door.connect() as second:
            await first.send_all(asked)
            assert (await read_head(first)).startswith(b"HTTP/1.1 101 ")
            await second.send_all(asked)
            assert (await read_head(second)).startswith(b"HTTP/1.1 503 ")
            await first.send_eof()
            assert await read_all(first) == b""
        async with await door.connect() as third:
            await third.send_all(asked)
            assert (await read_head(third)).startswith(b"HTTP/1.1 101 ")


class Turns(trio.abc.Instrument):
    """Counts the turns that connections had."""

    def __init__(self):
        self.count = 0

    def before_task_step(self, task):
        self.count += task.name == "services.hmr.service.attend"


async def test_one_who_asks_for_much_at_once_gets_it_one_turn_at_a_time():
    turns = Turns()
    async with front_door() as door:
        trio.lowlevel.add_instrument(turns)
        asked = request(host="evil.test") * 499 + request(host="evil.test", connection="close")
        assert (await door.exchange(asked)).count(b"HTTP/1.1 421 ") == 500
        trio.lowlevel.remove_instrument(turns)
    assert turns.count >= 500


def take_all_descriptors(until):
    """All up to that number, by a limit that is lowered to it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = ExitStack()
    taken.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (until, hard))
    with suppress(OSError):
        while True:
            taken.callback(os.close, os.open(os.devnull, os.O_RDONLY))
    return taken


async def test_without_a_descriptor_for_the_dev_server_a_request_is_told_so_or_waits():
    async with upstream(answer(b"hello")) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser, await door.connect() as patient:
            # An answer says that both have been accepted: after that nothing else is opened.
            for each in (browser, patient):
                await each.send_all(request(host="evil.test"))
                assert (await read_head(each)).startswith(b"HTTP/1.1 421 ")
                await each.receive_some()
            with take_all_descriptors(256):
                await browser.send_all(request(prefer="wait=0", connection="close"))
                assert (await read_all(browser)).startswith(b"HTTP/1.1 503 ")
                await patient.send_all(request(connection="close"))
                await trio.testing.wait_all_tasks_blocked()
            assert (await read_all(patient)).endswith(b"hello")
