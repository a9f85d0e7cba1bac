"""The documentation tells the truth, and leaves nothing out.

What there is comes from the code: the types of the configuration, the commands, the routes, the
exit codes, the variables that are read. What is documented comes from all pages, README.md and
config/README.md first; for the options of a command, its `--help`.
"""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from supervisor.config import ConfigError, load
from supervisor.plan import plan
from tests.docs import codes, commands, keys, pages, variables
from tests.docs.routes import routes

ROOT = pages.ROOT
KEYS = {
    table.head[0].removeprefix("key of ").strip("`"): table
    for table in pages.tables()
    if table.head[0].startswith("key of ")
}


def test_each_table_of_a_configuration_is_documented_and_no_other() -> None:
    assert sorted(KEYS) == sorted(keys.tables())


@pytest.mark.parametrize("title", keys.tables())
def test_the_keys_of_a_table_are_documented_once_and_no_others(title: str) -> None:
    told = [key for cell, *_ in KEYS[title].rows for key in pages.named(cell)]
    assert sorted(told) == sorted(keys.keys(keys.tables()[title]))


@pytest.mark.parametrize("title", keys.tables())
def test_defaults_are_documented_as_they_are(title: str) -> None:
    classes = keys.tables()[title]
    for cell, told, *_ in KEYS[title].rows:
        there = [keys.default(classes, key) for key in pages.named(cell)]
        if None not in there:
            assert told == ", ".join(filter(None, there)), cell


@pytest.mark.parametrize("title", keys.tables())
def test_every_word_that_a_key_may_have_is_documented_with_them(title: str) -> None:
    told = " ".join(cell for row in KEYS[title].rows for cell in row)
    classes = keys.tables()[title]
    for key in keys.keys(classes):
        for word in keys.words(classes, key):
            assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", told), (key, word)


def test_the_routes_that_are_documented_are_those_of_the_api() -> None:
    told = [name for cell, *_ in pages.rows("route") for name in pages.named(cell)]
    assert sorted(told) == sorted(routes())


def test_the_daemons_exit_codes_are_documented_and_no_others() -> None:
    assert sorted(codes.documented("exit code")) == sorted(codes.of_the_daemon())


def test_the_exit_statuses_of_nurseryctl_are_documented_and_no_others() -> None:
    assert sorted(codes.documented("exit status")) == sorted(codes.of_nurseryctl())


# Commands.


def test_each_command_is_documented_and_no_other() -> None:
    told = [commands.command_of(words.split()) for words, _ in commands.told()]
    assert sorted(told) == sorted(
        words
        for words, command in commands.commands().items()
        if not isinstance(command, click.Group) or command.invoke_without_command
    )


def test_the_options_that_the_documentation_has_are_those_of_the_commands() -> None:
    for words, meaning in commands.told():
        command = commands.commands()[commands.command_of(words.split())]
        there = {name for option in command.params for name in option.opts}
        for option in pages.named(meaning):
            assert not option.startswith("-") or option.split()[0] in there, (words, option)


@pytest.mark.parametrize("words", commands.commands())
def test_each_command_says_what_it_does_and_so_do_its_options(words: str) -> None:
    command = commands.commands()[words]
    assert command.help or command.short_help
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name


def test_every_command_line_in_the_documentation_is_one() -> None:
    typed = list(commands.typed())
    assert len(typed) > 40
    assert [why for words in typed if (why := commands.mistake(words))] == []


def test_a_command_line_that_is_none_is_found() -> None:
    assert (
        commands.mistake(["nurseryctl", "fleet", "begin"])
        == "nurseryctl fleet has no command begin"
    )
    assert commands.mistake(["nurseryctl", "logs", "--all"]) == "nurseryctl logs has no --all"
    assert commands.mistake(["nurseryd", "--config=x", "check", "--strict"]) is None


def test_what_is_to_be_made_can_be_made() -> None:
    assert commands.made() - set(commands.targets()) == set()


def test_make_help_has_all_that_is_not_a_part_of_another_target() -> None:
    assert {name for name, said in commands.targets().items() if not said} == {
        name for name in commands.targets() if name.startswith("check-")
    }


# Variables.


def test_every_variable_that_is_read_is_documented() -> None:
    told = _variables()
    assert {name: where for name, where in variables.read().items() if name not in told} == {}


def test_every_variable_that_programs_are_given_is_documented() -> None:
    assert variables.given_to_programs() - _variables() == set()


def test_no_variable_is_told_of_twice() -> None:
    named = [name for cell, *_ in pages.rows("variable") for name in pages.named(cell)]
    assert sorted(named) == sorted(set(named))


def test_every_variable_that_is_documented_is_somebodys() -> None:
    """It is named in what we run, or in what runs us."""
    text = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("supervisor", "services", "config", "tests")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".py", ".toml", ".mjs", ".yaml") and "docs" not in path.parts
    ) + "".join((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "Dockerfile"))
    named = [name for cell, *_ in pages.rows("variable") for name in pages.named(cell)]
    assert [name for name in named if not re.search(rf"\b{name}\b", text)] == []


def _variables() -> set[str]:
    return {
        name
        for cell, *_ in pages.rows("variable")
        for name in pages.named(cell)
        if variables.VARIABLE.fullmatch(name.upper())
    }


# The pages themselves.


@pytest.mark.parametrize("page", pages.pages())
def test_links_lead_somewhere(page: str) -> None:
    text = pages.pages()[page]
    for link in pages.links(text):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (ROOT / page).parent / place if place else ROOT / page
        assert target.exists(), link
        if anchor:
            assert anchor in pages.anchors(target.read_text(encoding="utf-8")), link


def test_every_path_of_this_repository_that_is_named_exists() -> None:
    """Those with a NAME to be chosen are held by `tests/contracts/test_contributing.py`."""
    for path in re.findall(r"`((?:config|supervisor|services|tests)/[\w./]*)`", pages.everything()):
        assert "NAME" in path or (ROOT / path).exists(), path


@pytest.mark.parametrize("page", pages.pages())
def test_a_table_ends_before_what_follows_it(page: str) -> None:
    """Else it is read as another row."""
    assert re.findall(r"^\|.*\n[^|\n].*", pages.pages()[page], re.MULTILINE) == []


def test_a_row_has_a_cell_for_each_column() -> None:
    for table in pages.tables():
        for row in table.rows:
            assert len(row) == len(table.head), (table.page, row)


@pytest.mark.parametrize(
    "block", [pytest.param(block, id=where) for where, block in pages.configurations()]
)
def test_every_configuration_is_a_plan(block: str, tmp_path: Path) -> None:
    """As a file of its own, or as a drop-in for live editing on this machine."""
    whole = re.search(r"^\[service\.[^.\]]+\]", block, re.MULTILINE)
    file = tmp_path / "nurseryd.toml"
    if whole:
        file.write_text(block, encoding="utf-8")
    else:
        for name in ("local.toml", "services.toml"):
            (tmp_path / name).write_text((ROOT / "config" / name).read_text(), encoding="utf-8")
        file = tmp_path / "local.toml"
        (tmp_path / "local.toml.d").mkdir()
        (tmp_path / "local.toml.d" / "ours.toml").write_text(block, encoding="utf-8")
    try:
        plan(load(file, {"NURSERYD_TOKEN": "a-token-of-its-own-length"}))
    except ConfigError as error:
        pytest.fail("\n".join(map(str, error.problems)))
