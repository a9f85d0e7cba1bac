"""The operator's page: what runs is seen as it runs, and commanded."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services.messages import Scope
from services.messages.tokens import Access, Grant, sign
from tests.browser.operating import Operator
from tests.services.studio.building import MODULES, install
from tests.whole.daemon import CONFIG, Daemon, until

pytestmark = pytest.mark.system

# Writes what must stay text, then works as a service does that does nothing.
TALKER = r"""
import sys, time
print('<img src=x onerror="document.title=\'owned\'"> & <b>bold</b>', flush=True)
print('\x1b[31mred\x1b[0m needle one', flush=True)
print('{"event": "of a record", "level": "warning", "n": 7}', flush=True)
print('ValueError: all is lost', file=sys.stderr, flush=True)
while True:
    time.sleep(1000)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("operated")


@pytest.fixture(scope="module")
def daemon(place: Path, cache: Path) -> Iterator[Daemon]:
    """A daemon with a service of its own to command, and a check that a file decides."""
    talker = json.dumps([sys.executable, "-u", "-c", TALKER])
    (place / "well").touch()
    config = place / "nurseryd.toml"
    config.write_text(f"""
[supervisor]
include = ["{CONFIG}"]

[service.talker]
kind = "process"
command = {talker}
restart = "always"
backoff = {{ first = 0.2 }}

[service.pillar]
kind = "process"
command = ["sleep", "1000"]
essential = true

[health.well]
service = "talker"
exec = ["test", "-e", "{place}/well"]
period = 0.5
timeout = 0.5
failures = 1
""")
    with Daemon(place, cache, config=config) as daemon:
        yield daemon
        assert daemon.end() == 0


@pytest.fixture
def operator(daemon: Daemon, page: Page) -> Iterator[Operator]:
    operator = Operator(daemon, page)
    yield operator
    assert operator.complaints == []


def talker(daemon: Daemon) -> dict[str, Any]:
    return daemon.get("/v1/services/talker")[1]["service"]


def started(daemon: Daemon) -> float | None:
    """When the API that is ready was started; None while there is none."""
    try:
        it = daemon.get("/v1/services/api")[1]["service"]
    except OSError:
        return None
    return it["started"] if it["ready"] else None


def test_a_crash_is_seen_as_it_happens(operator: Operator, daemon: Daemon) -> None:
    operator.open()
    operator.state("talker", "RUNNING")
    before = talker(daemon)
    expect(operator.service("talker")).to_contain_text(f"pid {before['pid']}")
    os.kill(before["pid"], signal.SIGKILL)
    expect(operator.panel("Events")).to_contain_text("killed by SIGKILL")
    expect(operator.service("talker")).to_contain_text(re.compile(r"Restarts\s*1"))
    after = until("another life", lambda: talker(daemon)["ready"] and talker(daemon))
    expect(operator.service("talker")).to_contain_text(f"pid {after['pid']}")


def test_services_are_stopped_started_and_restarted(operator: Operator, daemon: Daemon) -> None:
    operator.open()
    operator.press("Stop talker")
    operator.state("talker", "STOPPED")
    assert talker(daemon)["state"] == "STOPPED"
    operator.press("Start talker")
    operator.state("talker", "RUNNING")
    before = talker(daemon)["pid"]
    operator.press("Restart talker")
    until("another process", lambda: talker(daemon)["pid"] not in (None, before))
    expect(operator.page.get_by_text("talker is RUNNING")).to_be_visible()
    expect(operator.page.get_by_role("button", name="Stop api", exact=True)).to_be_disabled()


def test_an_essential_one_is_stopped_only_by_who_means_it(operator: Operator) -> None:
    operator.open()
    dialog = operator.page.locator("nu-dialog")
    operator.press("Stop pillar")
    expect(operator.page.get_by_role("dialog", name="Stop pillar?")).to_be_visible()
    expect(dialog).to_contain_text("It is essential")
    dialog.get_by_role("button", name="Cancel").click()
    operator.state("pillar", "RUNNING")
    operator.press("Stop pillar")
    dialog.get_by_role("button", name="Stop pillar").click()
    operator.state("pillar", "STOPPED")
    operator.press("Start pillar")
    operator.state("pillar", "RUNNING")


def test_the_page_comes_back_when_what_serves_it_was_restarted(
    operator: Operator, daemon: Daemon
) -> None:
    operator.open()
    began = started(daemon)
    operator.press("Restart api")
    expect(operator.page.locator("nu-dialog")).to_contain_text("comes back by itself")
    operator.page.locator("nu-dialog").get_by_role("button", name="Restart api").click()
    until("another life", lambda: {started(daemon)} - {began, None})
    before = talker(daemon)["pid"]
    os.kill(before, signal.SIGKILL)
    pid = until("another process", lambda: {talker(daemon)["pid"]} - {before, None})
    expect(operator.service("talker")).to_contain_text(f"pid {pid.pop()}")
    expect(operator.page.locator(".connection")).to_have_text("live")


def test_a_log_is_text_and_is_searched(operator: Operator, daemon: Daemon) -> None:
    operator.open()
    page = operator.page
    operator.press("Logs talker")
    expect(operator.lines.filter(has_text="<img src=x")).not_to_have_count(0)
    expect(page.get_by_role("log").locator("img, b")).to_have_count(0)
    expect(operator.lines.filter(has_text="of a record  n=7").last).to_be_visible()
    needles = operator.lines.filter(has_text="needle one")

    def written() -> int:
        return str(daemon.get("/v1/services/talker/logs")[1]).count("needle one")

    # A life that has just begun may have yet to write its own.
    until("all of them", lambda: needles.count() == written())
    shown = operator.lines.count()
    page.get_by_label("Search in the log").fill("NEEDLE")
    expect(operator.lines.last).to_have_text("red needle one")
    expect(page.get_by_role("log").locator("mark").last).to_have_text("needle")
    assert 0 < operator.lines.count() < shown
    page.get_by_label("Search in the log").fill("")
    page.get_by_label("Stream").select_option("stderr")
    expect(operator.lines.last).to_have_text("ValueError: all is lost")
    expect(page.get_by_role("log").locator("p").last).to_have_class("error")
    page.get_by_label("Stream").select_option("")
    operator.press("Pause")
    before = operator.lines.count()
    operator.press("Restart talker")
    expect(page.get_by_text("more since the pause")).to_be_visible()
    assert operator.lines.count() == before
    operator.press("Go on")
    expect(operator.lines).not_to_have_count(before)
    page.get_by_label("Log of", exact=True).select_option("nurseryd")
    expect(operator.lines.filter(has_text="service changed").last).to_be_visible()
    page.get_by_label("Search in the log").press("Escape")
    expect(page.get_by_role("log")).to_have_count(0)
    expect(page.get_by_role("button", name="Logs talker", exact=True)).to_be_focused()
    assert page.title() != "owned"


def test_a_failing_probe_says_why(operator: Operator, place: Path) -> None:
    operator.open()
    check = operator.panel("Probes").get_by_role("listitem").filter(has_text="talker")
    expect(check).to_contain_text("healthy")
    expect(check).to_contain_text("last look passed")
    (place / "well").unlink()
    expect(check).to_contain_text("failing")
    expect(check).to_contain_text("exited with 1")
    operator.state("talker", "RUNNING")
    expect(operator.service("talker")).to_contain_text("unhealthy")
    expect(operator.service("talker").locator(".state")).to_have_class("state warn")
    expect(operator.page.get_by_text("1 service needs attention")).to_be_visible()
    expect(operator.panel("Events")).to_contain_text("well: ")
    (place / "well").touch()
    expect(check).to_contain_text("healthy")
    expect(operator.page.get_by_text("services are as they should be")).to_be_visible()


def test_a_preview_and_the_hour_are_shown(operator: Operator, daemon: Daemon) -> None:
    daemon.init()
    daemon.shown("<h1")
    operator.open()
    page = operator.page
    preview = operator.panel("Previews").get_by_role("listitem").filter(has_text="acme/ada/first")
    expect(preview).to_contain_text("ready")
    expect(preview).to_contain_text(re.compile(r"\d+ MB"), timeout=60_000)
    plot = page.locator("nu-plot").filter(has_text="Memory")
    expect(plot.locator(".line")).to_have_attribute("d", re.compile("L"), timeout=60_000)
    expect(operator.service("nurseryd")).to_contain_text(re.compile(r"\d MB"))
    plot.get_by_text("As a table").click()
    expect(plot.get_by_role("cell").filter(has_text=" MB").first).to_be_visible()
    page.get_by_label("Plots of").select_option("talker")
    expect(plot.locator(".value")).to_have_text(re.compile(r"^\d+(\.\d)? MB$"))
    with page.context.expect_page() as opened:
        operator.press("Open acme/ada/first")
    expect(opened.value.locator("h1").first).to_have_text("Grow something you will love")
    operator.press("Stop acme/ada/first")
    expect(preview).to_have_count(0)


def test_it_is_for_operators_and_says_so(operator: Operator, daemon: Daemon) -> None:
    page = operator.page
    page.goto(f"{operator.address}?token={sign(daemon.token, Grant(Scope('acme')))}")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("token")
    operator.sign_in(Scope("acme"))
    expect(page.get_by_role("heading", name="This page is for operators")).to_be_visible()
    expect(page.get_by_text("client:acme")).to_be_visible()
    operator.press("Sign in with another token")
    operator.sign_in(Scope(), expires=1)
    expect(page.get_by_role("alert").filter(has_text="expired")).to_be_visible()
    operator.sign_in(Scope(), Access.READ)
    operator.state("talker", "RUNNING")
    expect(page.get_by_text("Your token reads and changes nothing")).to_be_visible()
    expect(page.get_by_role("button", name="Stop talker", exact=True)).to_be_disabled()
    operator.press("Sign out")
    expect(page.get_by_label("Token")).to_be_visible()


def test_a_token_that_expires_ends_the_page_and_says_so(operator: Operator, daemon: Daemon) -> None:
    expires = int(time.time()) + 15
    operator.open(sign(daemon.token, Grant(Scope(), expires=expires)))
    operator.state("talker", "RUNNING")
    until("the end of the token", lambda: time.time() > expires)
    assert daemon.post("/v1/services/talker/restart", {})[0] == 200  # a stream ends by an event
    expect(operator.page.get_by_text("Your session has ended")).to_be_visible()
    operator.sign_in(Scope())
    operator.state("talker", "RUNNING")


@pytest.mark.parametrize("size", [(1400, 900), (360, 780)], ids=["wide", "narrow"])
def test_nothing_is_out_of_reach(operator: Operator, size: tuple[int, int]) -> None:
    """For who sees little, hears instead, or has a small screen: by axe-core's rules."""
    install()
    page = operator.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    operator.open()
    operator.state("talker", "RUNNING")
    operator.press("Logs talker")
    expect(operator.lines.first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    source = (MODULES / "axe-core" / "axe.min.js").read_text()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(source)
        found = page.evaluate("async () => (await axe.run(document)).violations")
        assert [(it["id"], [node["html"][:200] for node in it["nodes"]]) for it in found] == []
