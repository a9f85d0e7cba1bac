"""The schema and the reader agree on what a file may say."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given

from supervisor.config.files import nodes
from supervisor.config.meanings import MEANINGS, meaning
from supervisor.config.origin import Document
from supervisor.config.reader import read
from supervisor.config.schema import TABLES, schema
from supervisor.config.shape import keys_of
from tests.docs.pages import configurations
from tests.supervisor.test_config import FILES

ROOT = Path(__file__).parents[2]
EXAMPLES = [block for _, block in configurations()]
VALIDATOR = jsonschema.Draft202012Validator(schema())
WEB = '[service.web]\nkind = "process"\ncommand = ["web"]\n'


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("text", [
    (ROOT / "config/services.toml").read_text(),
    *(part for part in EXAMPLES if "\nkind = " in part),  # the others lie over a file
    "",
    WEB + 'requires = { a = "healthy" }\nlimits = [{ causes = [1, "SEGV"], restarts = 0 }]',
    WEB + 'stop_timeout = "${X:-3}"\nautostart = "${Y}"\nrestart = "${Z}"\numask = "0${W}"',
    WEB + 'rlimits = { nofile = 3, core = "unlimited", nproc = ["${X}", 3] }\nnice = -20',
    WEB + "log = { max_bytes = 0 }\nschedule = { every = 1.5 }\nready = { notify = true }",
    '[service."a@"]\nkind = "task"\nrun = "m:f"\n[service."a@".options]\na = [{ b = 1979-05-27 }]',
    '[group.g]\nmembers = ["a"]\nstrategy = "rest_for_one"\n[channels]\na = 3\n',
])  # fmt: skip
def test_what_is_right_is_valid(text: str):
    data = json.loads(json.dumps(tomllib.loads(text), default=str))
    assert list(VALIDATOR.iter_errors(data)) == []
    assert read(nodes(data, Document("f")), ANY, files=["f"]).problems == ()


ANY = {"X": "1", "Y": "true", "Z": "never", "W": "22"}


@pytest.mark.parametrize("text", [
    "x = 1",
    "service = 3",
    "[service.web]",
    "[service.web]\nkind = 'process'",
    "[service.web]\nkind = 'proces'\ncommand = ['a']",
    "[service.web]\nkind = '${KIND}'\ncommand = ['a']",
    "[service.'a b']\nkind = 'process'\ncommand = ['a']",
    "[service.web]\nkind = 'task'\nrun = 'm:f'\ncommand = ['a']",
    WEB + "name = 'x'",
    WEB + "comand = 'x'",
    WEB + "nice = 20",
    WEB + "nice = '3'",
    WEB + "autostart = 'yes'",
    WEB + "restart = 'sometimes'",
    WEB + "umask = '8'",
    WEB + "environment = { A = 1 }",
    WEB + "requires = { a = 'helthy' }",
    WEB + "limits = [{}]",
    WEB + "limits = [{ causes = [] }]",
    WEB + "log = { fil = 'x' }",
    WEB + "ready = 'now'",
    WEB + "backoff = { first = 0 }",
    WEB + "stable_after = inf",
    "[health.h]\nhttp = 'http://h'",
    "[group.g]\nmembers = []",
    "[channels]\na = 0",
    "[supervisor]\nlog = 'jsn'",
    "[supervisor]\nsokcet = 'x'",
    "[supervisor]\nshutdown_timeout = inf",
])  # fmt: skip
def test_what_is_wrong_is_not(text: str):
    data = tomllib.loads(text)
    assert not VALIDATOR.is_valid(data)
    assert read(nodes(data, Document("f")), {}, files=["f"]).problems


@given(FILES)
def test_what_the_schema_takes_the_reader_takes_but_for_what_a_variable_turns_out_to_be(data):
    if VALIDATOR.is_valid(data):
        config = read(nodes(data, Document("f")), ANY, files=["f"])
        assert [one for one in config.problems if "${" not in str(data)] == []


def test_every_key_has_a_meaning_and_every_meaning_a_key():
    for table in TABLES:
        told = schema()["$defs"][table.__name__]["properties"]
        for key in keys_of(table):
            assert told[key]["description"] == meaning(table, key), key
    for table, meanings in MEANINGS.items():
        keys = {"kind", *(field.name for field in msgspec.structs.fields(table))}
        assert meanings.keys() <= keys
