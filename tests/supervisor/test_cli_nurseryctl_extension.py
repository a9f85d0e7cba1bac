"""Commands of nurseryctl that other packages bring."""

from __future__ import annotations

import click
import pytest

from supervisor.cli.nurseryctl import extension
from tests.supervisor.fake_daemon import FakeDaemon, status


class TestExtensions:
    @pytest.fixture
    def point(self, monkeypatch: pytest.MonkeyPatch):
        """Declare an entry point in front of those that are installed."""
        from importlib import metadata

        def point(name: str, value: str) -> None:
            points = metadata.EntryPoints([metadata.EntryPoint(name, value, extension.GROUP)])
            monkeypatch.setattr(metadata, "entry_points", lambda group: points.select(group=group))

        return point

    def test_an_entry_point_is_a_command(self, ctl, point, fake: FakeDaemon):
        point("greet", "tests.supervisor.test_cli_nurseryctl_extension:greet")
        assert ctl("greet") == (0, f"hello from {fake.path}\n", "")
        assert "greet" in ctl("--help")[1]

    def test_what_is_built_in_cannot_be_replaced(self, ctl, point, fake: FakeDaemon):
        point("status", "tests.supervisor.test_cli_nurseryctl_extension:greet")
        fake.services(status())
        assert ctl("status")[1].split()[0] == "web"

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            ("no.such.module:x", "ModuleNotFoundError: No module named 'no'"),
            ("os:path", "os:path is no click command"),
        ],
    )
    def test_a_broken_one_breaks_nothing_else(self, ctl, point, value: str, reason: str):
        point("doctor", value)
        code, printed, _ = ctl("--help")
        assert code == 0
        assert "(cannot be loaded: " in printed
        assert "restart" in printed
        code, printed, complaints = ctl("doctor", "--deep", "x")
        assert (code, printed) == (1, "")
        assert complaints == (
            f"Error: cannot load 'doctor': {reason}; install {value} again, or remove it\n"
        )

    def test_nobody_is_looked_for_without_need(self, ctl, monkeypatch, fake: FakeDaemon):
        monkeypatch.setattr(extension, "_found", lambda: pytest.fail("looked for"))
        fake.services(status())
        assert ctl("status")[0] == 0


@click.command()
@click.pass_obj
def greet(client) -> None:
    click.echo(f"hello from {client.path}")
