"""The service over a real socket."""

import re
import socket
import stat
from contextlib import suppress
from functools import partial

import pytest
import trio
from structlog.testing import capture_logs

from services.api import Options, serve
from services.api.listening import CannotListen
from services.api.service import counted_for
from services.forwarded import Forwarders
from services.keyring.file import retire, rotate
from services.messages import Preview, PreviewState, Routes, Transfer, Transfers
from tests.services.api.fakes import KEY, Fakes


class Running:
    def __init__(self, port, token):
        self.port = port
        self.token = token

    def request(self, method, path, body=b"", *headers):
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Authorization: Bearer {self.token}",
            f"Content-Length: {len(body)}",
            *headers,
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    async def exchange(self, data):
        """Send, and read until the server closes: a socket that stays open fails the test."""
        with trio.fail_after(10):
            async with await trio.open_tcp_stream("127.0.0.1", self.port) as stream:
                await stream.send_all(data)
                received = b"".join([part async for part in stream])
        head, _, body = received.partition(b"\r\n\r\n")
        return int(head.split()[1]), body


@pytest.fixture
def start(fakes, nursery, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("services.api.service.is_read", lambda: True)

    async def start(**options):
        options = {"bind": "127.0.0.1:0", "token_file": str(tmp_path / "token")} | options
        ended = trio.Event()

        async def life(task_status):
            try:
                ctx = fakes.harness.context(Options(**options))
                await serve(ctx, task_status=task_status)
            finally:
                ended.set()

        await nursery.start(life)
        out = capsys.readouterr().out
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)", out)
        running = Running(int(found[1]), found[2])
        running.banner = out
        running.ended = ended
        return running

    return start


@pytest.fixture
def nobody_is_cut_off(monkeypatch):
    """Whoever has no answer when the service stops would hold it up for a minute."""
    monkeypatch.setattr("services.api.service.CLOSE_WITHIN", 60.0)


async def stopped(fakes, api):
    """Ask the service to stop, and wait until it has ended, sooner than by cutting anybody off."""
    fakes.harness.stopping.set()
    with trio.fail_after(30):
        await api.ended.wait()


async def fewer_tasks_than(before):
    """Wait until a task that there was has ended."""
    with trio.fail_after(5):
        while True:
            await trio.lowlevel.checkpoint()
            if trio.lowlevel.current_statistics().tasks_living < before:
                break


async def test_the_banner_names_the_addresses_and_the_token_file(start, tmp_path):
    api = await start(preview="http://127.0.0.1:4322/")
    assert "http://127.0.0.1:4322/\n" in api.banner
    assert str(tmp_path / "token") in api.banner
    assert (tmp_path / "token").read_text() == api.token + "\n"


async def test_no_token_is_written_where_a_log_is_kept(
    fakes, nursery, capsys, monkeypatch, tmp_path
):
    file = tmp_path / "token"
    monkeypatch.setattr("services.api.service.is_read", lambda: False)
    options = Options(bind="127.0.0.1:0", token_file=str(file), generate="anywhere")
    with capture_logs() as logs:
        await nursery.start(partial(serve, fakes.harness.context(options)))
    said = capsys.readouterr().out + str(logs)
    assert "'nurseryctl token show'" in said
    assert str(file) in said
    assert file.read_text().strip() not in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_connection_that_is_to_close_is_closed(start):
    api = await start()
    request = api.request("GET", "/health/live", b"", "Connection: close")
    began = trio.current_time()
    status, body = await api.exchange(request)
    assert trio.current_time() - began < 4  # before the limit on idle connections
    assert (status, body) == (200, b'{"status":"alive"}')


async def test_a_connection_is_silent_for_as_long_as_the_options_say(start):
    api = await start(idle=1.0)
    status, _ = await api.exchange(api.request("GET", "/health/live"))
    assert status == 200


async def test_a_probe_may_ask_for_the_head_alone(start):
    api = await start()
    asked = api.request("HEAD", "/health/live", b"", "Connection: close")
    assert await api.exchange(asked) == (200, b"")


async def test_a_large_body_is_refused_before_it_is_read(start):
    api = await start()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        request = api.request("POST", "/api/init", b"").replace(
            b"Content-Length: 0", b"Content-Length: 999999999"
        )
        await stream.send_all(request + b"{" * 100_000)
        with trio.fail_after(5):
            assert (await stream.receive_some()).startswith(b"HTTP/1.1 413")


async def test_a_stop_answers_what_is_under_way_and_takes_nothing_new(start, fakes):
    api = await start()
    fakes._open(KEY)
    fakes.gate = trio.Event()
    body = b'{"clientId":"acme","userId":"ann","threadId":"t1","instruction":"x"}'
    answers = []
    async with trio.open_nursery() as nursery:

        @nursery.start_soon
        async def execute():
            answers.append(await api.exchange(api.request("POST", "/api/execute", body)))

        await fakes.executing.wait()
        fakes.harness.stopping.set()
        while True:
            try:
                (await trio.open_tcp_stream("127.0.0.1", api.port)).socket.close()
            except OSError:
                break
            await trio.lowlevel.checkpoint()
        assert not api.ended.is_set()
        fakes.gate.set()
    [(status, reply)] = answers
    assert status == 200
    assert b'"turnId":"turn-1"' in reply
    with trio.fail_after(5):
        await api.ended.wait()


async def test_whoever_hangs_up_while_it_waits_ends_no_turn(start, fakes):
    api = await start()
    fakes._open(KEY)
    fakes.gate = trio.Event()
    body = b'{"clientId":"acme","userId":"ann","threadId":"t1","instruction":"x"}'
    with capture_logs() as logs:
        async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
            await stream.send_all(api.request("POST", "/api/execute", body))
            await fakes.executing.wait()
            before = trio.lowlevel.current_statistics().tasks_living
        await fewer_tasks_than(before)
        assert not fakes.ended
        fakes.gate.set()
        await trio.testing.wait_all_tasks_blocked()
    assert fakes.ended
    assert logs == []


@pytest.mark.usefixtures("nobody_is_cut_off")
async def test_a_connection_that_only_idles_does_not_hold_up_a_stop(start, fakes):
    api = await start()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", "/health/live"))
        await stream.receive_some()
        await stopped(fakes, api)


async def test_a_life_that_broke_off_leaves_its_token_to_the_next(tmp_path, capsys):
    file = tmp_path / "token"
    ctx = Fakes(tmp_path).harness.context(Options("127.0.0.1:0", token_file=str(file)))
    tokens = []
    for _ in range(2):
        async with trio.open_nursery() as nursery:
            await nursery.start(lambda task_status: serve(ctx, task_status=task_status))
            tokens.append(file.read_text())
            nursery.cancel_scope.cancel()
        assert file.exists()
    assert tokens[0] == tokens[1]


async def test_a_configured_token_is_neither_written_nor_shown(tmp_path, fakes, nursery, capsys):
    options = Options("127.0.0.1:0", token="chosen", token_file=str(tmp_path / "token"))
    ctx = fakes.harness.context(options)
    await nursery.start(lambda task_status: serve(ctx, task_status=task_status))
    assert not (tmp_path / "token").exists()
    assert "chosen" not in capsys.readouterr().out


async def test_a_busy_port_ends_the_life_with_a_sentence(tmp_path, fakes):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        bind = f"127.0.0.1:{busy.getsockname()[1]}"
        ctx = fakes.harness.context(Options(bind, token_file=str(tmp_path / "token")))
        with pytest.raises(CannotListen, match="cannot listen on"):
            await serve(ctx, task_status=trio.TASK_STATUS_IGNORED)


@pytest.fixture
def board(fakes):
    return fakes.harness.channels.boards["transfers"]


async def read_until(stream, text, within=5):
    """What came until a text was in it."""
    received = b""
    with trio.fail_after(within):
        while text not in received:
            part = await stream.receive_some()
            assert part, received
            received += part
    return received


@pytest.mark.usefixtures("nobody_is_cut_off")
async def test_a_stream_of_transfers_goes_on_and_ends_with_the_service(start, fakes, board):
    api = await start()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", "/v1/transfers"))
        head = await read_until(stream, b'data: {"running":{}}\n\n')
        assert b"content-type: text/event-stream" in head
        board.set(Transfers({"acme/ann": Transfer("fetch", 1, 2, 3)}))
        await read_until(stream, b'"what":"fetch","done":1,"total":2,"bytes":3')
        await stopped(fakes, api)


async def test_a_stream_ends_with_the_token_that_it_was_asked_for_with(start, board, tmp_path):
    api = await start()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", "/v1/transfers"))
        await read_until(stream, b'data: {"running":{}}\n\n')
        rotate(tmp_path / "token")
        retire(tmp_path / "token")
        asked = api.request("GET", "/v1/workspaces", b"", "Connection: close")
        with trio.fail_after(5):  # the tokens are looked at once a second
            while (await api.exchange(asked))[0] != 401:
                pass
        board.set(Transfers({"acme/ann": Transfer("fetch", 1, 2, 3)}))
        rest = await read_until(stream, b"0\r\n\r\n")
    assert b"fetch" not in rest


async def test_a_stream_of_previews_goes_on(start, fakes):
    api = await start()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        asked = api.request("GET", "/v1/previews", b"", "Accept: text/event-stream")
        await stream.send_all(asked)
        await read_until(stream, b'data: {"previews":[],"default":null}\n\n')
        preview = Preview(KEY.preview_id, KEY, PreviewState.INSTALLING, 20001, "43 %")
        routes = Routes({preview.id: preview}, preview.id)
        fakes.harness.channels.boards["routes"].set(routes)
        await read_until(stream, b'"reason":"43 %"')


async def test_whoever_leaves_a_stream_of_transfers_leaves_nothing_behind(start, board):
    api = await start()
    with capture_logs() as logs:
        async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
            await stream.send_all(api.request("GET", "/v1/transfers"))
            await read_until(stream, b"data:")
            before = trio.lowlevel.current_statistics().tasks_living
        await fewer_tasks_than(before)
        board.set(Transfers({"acme/ann": Transfer("push")}))
        alive = api.request("GET", "/health/live", b"", "Connection: close")
        assert (await api.exchange(alive))[0] == 200
    assert logs == []


async def trickle(stream, data):
    with suppress(trio.BrokenResourceError):
        for _ in range(20):
            await stream.send_all(data)
            await trio.sleep(10)


@pytest.mark.parametrize("size", [1000, 1_000_000])
async def test_a_body_that_trickles_has_one_minute_in_all(start, autojump_clock, size):
    api = await start()
    head = api.request("POST", "/api/init", b"").replace(
        b"Content-Length: 0", b"Content-Length: %d" % size
    )
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(head)
        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trickle, stream, b" ")
            received = await read_until(stream, b"}", 70)
            assert trio.current_time() - began == pytest.approx(60, abs=1)
            nursery.cancel_scope.cancel()
    assert received.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready", "/health/startup"])
async def test_health_says_the_same_to_who_asks_again(start, fakes, path):
    api = await start()
    asked = api.request("GET", path)
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        said = []
        for _ in range(3):
            await stream.send_all(asked)
            said.append(await stream.receive_some())
    heads = [re.sub(rb"date: [^\r]*", b"", answer).partition(b"\r\n\r\n")[0] for answer in said]
    assert heads[0] == heads[1] == heads[2]
    assert b"application/json" in heads[0]
    assert b"nosniff" in heads[0]


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("10.1.2.3", None),
        ("::ffff:10.1.2.3", None),
    ],
)
def test_connections_are_counted_for_who_is_no_load_balancer(address, client):
    assert counted_for(Forwarders(["10.0.0.0/8"]), address) == client


async def test_the_token_may_be_in_secrets_manager(fakes, nursery, cloud, capsys):
    cloud.put("operator", "first-of-sixteen-or-more")
    with capture_logs() as logs:
        options = Options(bind="127.0.0.1:0", token="secretsmanager:operator")
        await nursery.start(
            lambda task_status: serve(fakes.harness.context(options), task_status=task_status)
        )
    [address] = [entry["address"] for entry in logs if entry["event"] == "api listens"]
    port = int(address.rstrip("/").rpartition(":")[2])
    for token, status in (("first-of-sixteen-or-more", 200), ("secretsmanager:operator", 401)):
        api = Running(port, token)
        asked = api.request("GET", "/v1/services", b"", "Connection: close")
        assert (await api.exchange(asked))[0] == status
    fakes.harness.stopping.set()
    assert fakes.harness.output.redactor.text("first-of-sixteen-or-more") == "[redacted]"
    assert "first-of" not in capsys.readouterr().out
