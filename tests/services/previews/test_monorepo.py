"""Sites that are one of several packages of a repository, with real package managers."""

import json
import os
import shutil
import subprocess

import pytest
import trio

from services.messages import BuildSite, PreviewState, StartPreview, ThreadKey
from services.previews.node import find_node
from services.previews.tools import Tools
from tests.services.previews.astro import STARTER, open_hmr, read_payload
from tests.services.previews.real import real, repository
from tests.services.previews.registry import installed, lock, npm

pytestmark = pytest.mark.system

ONE = ThreadKey("acme", "ann", "one")
TWO = ThreadKey("acme", "ann", "two")
READY = PreviewState.READY
BADGE = '---\nimport "./badge.css";\n---\n<p class="badge">Badge of the house</p>\n'


def monorepo(root, workspaces):
    """The starter site in apps/web, which shows a component of packages/ui."""
    web, ui = root / "apps" / "web", root / "packages" / "ui"
    left_out = shutil.ignore_patterns("node_modules", "package-lock.json")
    shutil.copytree(STARTER, web, ignore=left_out)
    ui.mkdir(parents=True)
    manifest = json.loads((web / "package.json").read_text())
    version = "workspace:*" if workspaces == "pnpm" else "*"
    manifest = {**manifest, "name": "web", "dependencies": {**manifest["dependencies"]}}
    manifest["dependencies"]["@acme/ui"] = version
    (web / "package.json").write_text(json.dumps(manifest))
    exports = {"./Badge.astro": "./Badge.astro"}
    own = {"name": "@acme/ui", "version": "1.0.0", "type": "module", "exports": exports}
    (ui / "package.json").write_text(json.dumps({**own, "dependencies": {"dset": "3.1.4"}}))
    (ui / "Badge.astro").write_text(BADGE.replace("---\n<p", 'import "dset";\n---\n<p', 1))
    (ui / "badge.css").write_text(".badge { color: teal; }\n")
    top = {"name": "acme", "private": True}
    if workspaces == "pnpm":
        (root / "pnpm-workspace.yaml").write_text('packages:\n  - "apps/*"\n  - "packages/*"\n')
    else:
        top["workspaces"] = ["apps/*", "packages/*"]
    (root / "package.json").write_text(json.dumps(top))
    index = web / "src" / "pages" / "index.astro"
    text = index.read_text()
    text = text.replace("---\n", '---\nimport Badge from "@acme/ui/Badge.astro";\n', 1)
    index.write_text(text.replace("</h1>", "</h1><Badge />", 1))
    return root


async def update_of(browser, path):
    """Wait until the browser is told of a module of that path; how often it was told before."""
    while True:
        payload = await read_payload(browser)
        if path in json.dumps(payload) and payload["type"] in ("update", "full-reload"):
            return payload


async def shown(it, preview, text):
    with trio.fail_after(20):
        while text not in (page := await it.page(preview)):
            await trio.testing.wait_all_tasks_blocked(0.1)
    return page


@pytest.fixture(scope="module", params=["npm", "pnpm 12"])
def manager(request, tmp_path_factory):
    """A package manager and the PATH that leads to it."""
    if request.param == "npm":
        return "npm", npm(), os.environ["PATH"]
    programs = installed(request.param, tmp_path_factory.mktemp("programs"))
    return request.param, ["pnpm"], os.pathsep.join([str(programs), os.environ["PATH"]])


async def test_threads_of_a_monorepo_share_modules_and_each_sees_its_own_packages(
    tmp_path, manager, monkeypatch
):
    name, program, path = manager
    monkeypatch.setenv("PATH", path)
    tools = Tools(find_node(), tmp_path / "bin", path)
    tools.prepare()
    root = monorepo(tmp_path / "repo", name.partition(" ")[0])
    lock(root, name, program, tools.path)
    url = repository(root)
    async with real(tmp_path, tmp_path / "cache") as it:
        one = await it.open(ONE, repo_url=url)
        first = await it.until(ONE.preview_id, READY)
        two = await it.open(TWO, repo_url=url)
        second = await it.until(TWO.preview_id, READY)
        astro = [
            (root / "apps" / "web" / "node_modules" / "astro").resolve()
            if name != "npm"
            else (root / "node_modules" / "astro").resolve()
            for root in (one.root, two.root)
        ]
        assert astro[0] == astro[1]
        assert astro[0].is_relative_to(tmp_path / "cache" / "modules")
        for preview, workspace in ((first, one), (second, two)):
            assert "Badge of the house" in await it.page(preview)
            css = f"/@fs{workspace.root}/packages/ui/badge.css"
            answer = await it.door(preview).get(css, accept="text/css,*/*;q=0.1")
            assert answer.startswith(b"HTTP/1.1 200"), answer
        browser = await open_hmr(it.door(first))
        async with browser:
            sheet = one.root / "packages" / "ui" / "badge.css"
            sheet.write_text(".badge { color: crimson; }\n")
            assert (await update_of(browser, "badge.css"))["type"] == "update"
            badge = one.root / "packages" / "ui" / "Badge.astro"
            badge.write_text(badge.read_text().replace("of the house", "of thread one"))
            await shown(it, first, "Badge of thread one")
        assert "Badge of the house" in await it.page(second)
        built = await it.ask(BuildSite(ONE))
        assert built.errors == (), built
        assert "Badge of thread one" in await it.page(built.preview)
        # Nothing of it is seen by git.
        assert "node_modules" not in _status(one.root)
        # Opened again it is the same server, on the same links.
        before = it.events.get(f"astro@{ONE.preview_id}").pid
        await it.ask(StartPreview(ONE, one.root))
        await it.until(ONE.preview_id, READY)
        assert it.events.get(f"astro@{ONE.preview_id}").pid == before


def _status(root):
    words = ["git", "-C", str(root), "status", "--porcelain", "-uall"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout
