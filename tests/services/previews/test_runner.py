"""The parts of the runner that need no Astro, in the Node that runs it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import msgspec
import pytest

from services.previews import servers
from services.previews.failure import read_failure
from services.previews.node import find_node
from services.previews.reports import Broken, read
from tests.services.previews.astro import ENVIRONMENT

PARTS = servers.RUNNER.with_name("runner")


def node(*words: object) -> subprocess.CompletedProcess[str]:
    command = [find_node().node, *words]
    return subprocess.run(
        list(map(str, command)), env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )


def said_by(part: str, expression: str) -> object:
    """What an expression over a part's exports, as `it`, comes to."""
    code = f"import * as it from '{PARTS / part}'; console.log(JSON.stringify({expression}))"
    done = node("--input-type=module", "--eval", code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout or done.stderr)


def site_with(folder: Path, **package: object) -> Path:
    astro = folder / "node_modules" / "astro"
    astro.mkdir(parents=True)
    (astro / "package.json").write_text(
        json.dumps({"name": "astro", "version": "9.1.2", **package})
    )
    return folder


@pytest.mark.parametrize(
    ("message", "file"),
    [
        ("ENOENT: no such file or directory, open '/site/first.md'", "/site/first.md"),
        ("EMFILE: too many open files, open '/site/it is.md'", "/site/it is.md"),
        ("EIO: i/o error, read", None),
        ("EISDIR: illegal operation on a directory, open '/site'", None),
        ("ENOENT: no such file or directory, open 'first.md'", None),
        (
            "Failed to load url /src/a.ts?raw (resolved id: /site/src/a.ts?raw) in /site/b.astro."
            " Does the file exist?",
            "/site/src/a.ts",
        ),
        ("b is not defined", None),
    ],
)
def test_an_error_says_which_file_could_not_be_read(message: str, file: str | None):
    assert (
        said_by("again.mjs", f"it.unreadIn({{ message: {json.dumps(message)} }}) ?? null") == file
    )


def test_ranges_of_versions_mean_what_npm_means_by_them():
    cases = {
        ("^18.17.1 || ^20.3.0 || >=21.0.0", "20.3.0"): True,
        ("^18.17.1 || ^20.3.0 || >=21.0.0", "20.2.9"): False,
        ("18.20.8 || ^20.3.0 || >=22.0.0", "18.20.8"): True,
        ("18.20.8 || ^20.3.0 || >=22.0.0", "18.20.9"): False,
        ("18.20.8 || ^20.3.0 || >=22.0.0", "21.9.0"): False,
        (">=22.12.0", "22.12.0"): True,
        (">=22.12.0", "22.11.9"): False,
        (">= 22.12 <24", "23.0.0"): True,
        (">= 22.12 <24", "24.0.0"): False,
        (">22", "22.5.0"): False,
        ("<=22", "22.5.0"): True,
        ("~20.3.1", "20.3.9"): True,
        ("~20.3.1", "20.4.0"): False,
        ("^0.2.3", "0.3.0"): False,
        ("20.x", "20.9.9"): True,
        ("20", "21.0.0"): False,
        ("18 - 20.2", "20.2.7"): True,
        ("18 - 20.2", "20.3.0"): False,
        ("*", "1.0.0"): True,
        ("", "1.0.0"): True,
        ("whatever it takes", "1.0.0"): True,
    }
    pairs = json.dumps(list(cases))
    found = said_by("versions.mjs", f"{pairs}.map((one) => it.admits(...one))")
    assert dict(zip(cases, found, strict=True)) == cases


@pytest.mark.parametrize(
    ("package", "says"),
    [
        ({"engines": {"node": ">=99.0.0"}}, "cannot run Astro 9.1.2: it needs Node >=99.0.0"),
        ({"bin": "x"}, "cannot run Astro 9.1.2: it has no programmatic API"),
        (None, "cannot find Astro from"),
    ],
)
def test_a_site_whose_astro_cannot_be_run_is_told_why(tmp_path, package, says):
    site = tmp_path / "site"
    site.mkdir()
    (site / "node_modules").mkdir() if package is None else site_with(site, **package)
    cache = tmp_path / "cache"
    done = node(servers.RUNNER, "dev", site, 1, cache, site / "node_modules")
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["message"].startswith(says)
    assert says in str(read_failure(cache))


def test_a_wrong_command_line_is_explained(tmp_path):
    for words in ([], ["dev"], ["fly", "a", "b", "c", "d"], ["dev", "a", "", "c", "d"]):
        done = node(servers.RUNNER, *words)
        assert done.returncode == 2
        assert "usage: node runner.mjs dev <root> <port>" in done.stderr


def test_what_a_site_logs_is_no_report(tmp_path):
    code = (
        f"import {{ emit }} from '{PARTS / 'saying.mjs'}';"
        """console.log('{"event": "astro.error"}'); emit('astro.fixed');"""
    )
    done = node("--input-type=module", "--eval", code)
    assert done.stdout == '{"event":"astro.fixed"}\n'
    assert done.stderr == '{"event": "astro.error"}\n'


def test_a_promise_that_was_forgotten_ends_nothing_and_is_said_in_the_log(tmp_path):
    entry = {"exports": {".": "./index.mjs"}, "type": "module"}
    site = site_with(tmp_path / "site", **entry)
    (site / "node_modules/astro/index.mjs").write_text(
        "export const dev = 1, preview = 1;\n"
        "export const build = async () => {\n"
        "  void Promise.reject(new Error('too dry'));\n"
        "  await new Promise(setImmediate);\n"
        "};\n"
    )
    out, cache = tmp_path / "out", tmp_path / "cache"
    done = node(servers.RUNNER, "build", site, out, cache, site / "node_modules")
    assert done.returncode == 0
    assert done.stdout == ""
    assert "Error: too dry" in done.stderr


def test_no_report_is_longer_than_the_supervisor_takes():
    code = (
        f"import {{ emit }} from '{PARTS / 'saying.mjs'}'; const long = 'ä'.repeat(50000);"
        "emit('astro.error', { message: long, frame: long, paths: [long] });"
    )
    done = node("--input-type=module", "--eval", code)
    assert len(done.stdout.encode()) < 16 * 1024
    assert json.loads(done.stdout)["event"] == "astro.error"


def test_a_text_that_is_cut_within_a_character_can_still_be_read(tmp_path):
    code = (
        f"import {{ emit }} from '{PARTS / 'saying.mjs'}';"
        f"import {{ failing }} from '{PARTS / 'failing.mjs'}';"
        "const message = '😀'.repeat(9000);"
        "for (const text of [message, 'x' + message]) emit('astro.error', { message: text });"
        f"failing({{ root: '{tmp_path}', cache: '{tmp_path}' }}, () => {{}})"
        "(new Error('x' + message));"
    )
    lines = node("--input-type=module", "--eval", code).stdout.splitlines()
    assert len(lines) == 3
    assert all(isinstance(read(json.loads(line)), Broken) for line in lines)
    assert all(msgspec.json.decode(line)["message"].lstrip("x").startswith("😀") for line in lines)
    assert str(read_failure(tmp_path)).startswith("x😀")


def test_texts_name_no_path_of_the_machine_but_addresses_stay():
    names = "it.naming('/srv/a+b/site')"
    text = json.dumps("at /srv/a+b/site/src/x.ts:1, file:///srv/a+b/site/y, /@fs/srv/a+b/site/z")
    assert said_by("paths.mjs", f"{names}.relative({text})") == (
        "at src/x.ts:1, y, /@fs/srv/a+b/site/z"
    )
    stack = json.dumps(
        "Error: no\n    at f (/srv/a+b/site/src/x.ts:1:2)\n    at g (/srv/lib/y.js:1:2)"
        "\n    at async file:///srv/z.mjs:1:1\n    at node:internal/x:1:1"
    )
    assert said_by("paths.mjs", f"{names}.stack({stack})") == "Error: no\n    at f (src/x.ts:1:2)"


def test_annotations_name_the_files_of_the_repository_and_no_others_in_the_same_room():
    def said(file: str) -> str:
        code = f'<p data-astro-source-file="{file}" data-astro-source-loc="1:2">'
        told = said_by("annotations.mjs", f"it.relativeIn({json.dumps(code)}, '/srv/a+b')")
        assert isinstance(told, str)
        assert len(told) == len(code)
        return told.replace("<p", "").partition(" data-astro-source-loc")[0].strip()

    assert said("/srv/a+b/web/src/x.astro") == 'data-astro-source-file="web/src/x.astro"'
    assert said("/srv/a+b/web/node_modules/theme/x.astro") == ""
    assert said("/srv/a+bc/x.astro") == ""
    assert said("src/x.astro") == 'data-astro-source-file="src/x.astro"'


def test_a_site_is_named_by_its_repository_or_else_by_itself(tmp_path: Path):
    site = tmp_path / "repo" / "apps" / "web"
    site.mkdir(parents=True)
    assert said_by("annotations.mjs", f"it.repositoryOf('{site}')") == str(site)
    (tmp_path / "repo" / ".git").write_text("gitdir: elsewhere\n")
    assert said_by("annotations.mjs", f"it.repositoryOf('{site}')") == str(tmp_path / "repo")


ROUTES = {
    "index.astro": ("/", True, None),
    "about.md": ("/about", True, None),
    "docs/index.mdx": ("/docs", True, None),
    "rss.xml.ts": ("/rss.xml", False, None),
    "a b.astro": ("/a%20b", True, None),
    "blog/[slug].astro": (None, True, "/blog"),
    "[lang]/about.astro": (None, True, "/"),
    "[...all].astro": (None, True, "/"),
}


def test_pages_are_at_the_addresses_that_their_files_say():
    names = json.dumps(list(ROUTES))
    found = said_by(
        "addresses.mjs",
        f"{names}.map((one) => it.routeOf('/s/src/pages/' + one, {{ pages: '/s/src/pages' }}))"
        ".map((one) => [one.address ?? null, one.isPage, one.above ?? null])",
    )
    assert dict(zip(ROUTES, map(tuple, found), strict=True)) == ROUTES
    none = json.dumps(["/s/src/pages/_a.astro", "/s/src/a.astro", "/s/src/pages/a.css"])
    where = "{ pages: '/s/src/pages' }"
    expression = f"{none}.map((one) => it.routeOf(one, {where}) ?? null)"
    assert said_by("addresses.mjs", expression) == [None, None, None]
    where = "{ pages: '/s/p', base: '/docs/', trailingSlash: 'always' }"
    names = json.dumps([f"/s/p/{name}" for name in ("index.astro", "a.astro", "a.json.ts")])
    expression = f"{names}.map((one) => it.routeOf(one, {where}).address)"
    assert said_by("addresses.mjs", expression) == ["/docs/", "/docs/a/", "/docs/a.json"]


@pytest.mark.parametrize(
    ("file", "address", "fits"),
    [
        ("blog/[slug].astro", "/blog/one", True),
        ("blog/[slug].astro", "/blog/one/", True),
        ("blog/[slug].astro", "/blog/one/two", False),
        ("blog/[slug].astro", "/blog", False),
        ("blog/[...path].astro", "/blog", True),
        ("blog/[...path].astro", "/blog/one/two", True),
        ("blog/[...path].astro", "/blogs", False),
        ("[lang]-[page].astro", "/en-home", True),
        ("a.b.astro", "/axb", False),
    ],
)
def test_an_address_belongs_to_a_page_whose_name_fits(file, address, fits):
    expression = f"it.routeOf('/p/{file}', {{ pages: '/p' }}).pattern.test('{address}')"
    assert said_by("addresses.mjs", expression) is fits


def test_what_a_page_links_to_and_loads_is_read_out_of_it():
    html = json.dumps(
        '<a href="/one?x#y">1</a><a class="a" href=\'/two/\'>2</a><a href="//other/three">3</a>'
        '<a href="https://other/four">4</a><link rel="stylesheet" href="/src/a.css">'
        '<script type="module" src="/@vite/client"></script>'
        '<script type="module" src="/src/a.astro?astro&amp;type=script&amp;index=0&amp;lang.ts">'
        '<astro-island component-url="/src/I.tsx" renderer-url="/node_modules/x.js"></astro-island>'
        '<img src="/favicon.svg">'
    )
    assert said_by("addresses.mjs", f"it.linksIn({html})") == ["/one", "/two/"]
    assert said_by("addresses.mjs", f"it.modulesIn({html})") == [
        "/src/a.css",
        "/src/a.astro?astro&type=script&index=0&lang.ts",
        "/src/I.tsx",
    ]


@pytest.mark.parametrize("tells", [True, False])
def test_an_edit_is_taken_in_when_the_watcher_told_it_or_should_have(tmp_path: Path, tells: bool):
    file = json.dumps(str(tmp_path / "page.astro"))
    tell = f"setTimeout(() => watcher.emit(name, {file}), 20)" if tells else "0"
    code = f"""
        import {{ EventEmitter }} from 'node:events';
        import {{ rmSync, writeFileSync }} from 'node:fs';
        import {{ Taking }} from '{PARTS / "taking.mjs"}';
        const watcher = new EventEmitter();
        watcher.getWatched = () => ({{}});
        const seen = [];
        const taking = new Taking(watcher, () => {{}}, (work) => work());
        for (const name of ['add', 'change', 'unlink']) {{
          watcher.on(name, async () => {{
            await new Promise((resolve) => setTimeout(resolve, 30));
            seen.push(name);
          }});
        }}
        const tell = (name) => {tell};
        writeFileSync({file}, 'one');
        tell('add');
        await taking.take([{file}]);
        await taking.take([{file}]);
        rmSync({file});
        tell('unlink');
        await taking.take([{file}]);
        console.log(JSON.stringify([seen, taking.has([{file}])]));
    """
    done = node("--input-type=module", "--eval", code)
    assert json.loads(done.stdout or done.stderr) == [["add", "unlink"], True]


@pytest.mark.parametrize(("edits", "told"), [(1, 1), (2, 2)])
def test_an_edit_just_after_another_is_told_though_the_watcher_drops_it(
    tmp_path: Path, edits: int, told: int
):
    """chokidar says nothing of a change within 50 ms of the one before to the same file."""
    file = json.dumps(str(tmp_path / "page.astro"))
    code = f"""
        import {{ EventEmitter }} from 'node:events';
        import {{ utimesSync, writeFileSync }} from 'node:fs';
        import {{ missNothing }} from '{PARTS / "watching.mjs"}';
        const watcher = new EventEmitter();
        const seen = [];
        missNothing(watcher);
        watcher.on('change', () => seen.push('change'));
        watcher.on('all', (what) => seen.push(what));
        writeFileSync({file}, 'one');
        watcher.emit('change', {file});
        if ({edits} > 1) utimesSync({file}, 1, 1);
        setTimeout(() => console.log(JSON.stringify(seen)), 400);
    """
    done = node("--input-type=module", "--eval", code)
    assert json.loads(done.stdout) == ["change"] + ["change", "change"] * (told - 1)
