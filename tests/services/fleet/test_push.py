"""`nurseryctl fleet push`: ECR is moto's, the registry a stand-in, who pushes is real."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner, Result

from services.fleet.engines import Local, find
from services.fleet.engines import push as bring
from services.fleet.push_command import push
from services.fleet.tagging import tags
from supervisor.desk import Refused
from tests.certificates import certificate
from tests.services.cloud import Cloud
from tests.services.fleet.registry import Registry, running

HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
REVISION = "0123456789abcdef0123456789abcdef01234567"
LABELS = {"version": "0.1.0", "revision": REVISION, "title": "nurseryd"}
AUTH = base64.b64encode(b"AWS:123456789012-auth-token").decode()  # what moto's ECR gives


@pytest.fixture
def image(
    require: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Makes images with buildah, in a storage of the test's own."""
    require("buildah")
    settings = tmp_path / "storage.conf"
    settings.write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{tmp_path}/images"\nrunroot = "{tmp_path}/run"\n'
    )
    monkeypatch.setenv("CONTAINERS_STORAGE_CONF", str(settings))

    def make(name: str, **labels: str) -> str:
        container = run("buildah", "from", "scratch")
        given = [f"--label=org.opencontainers.image.{key}={labels[key]}" for key in labels]
        run("buildah", "config", *given, container)
        run("buildah", "commit", "--rm", container, name)
        return name

    return make


@pytest.fixture
def registry(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """The registry behind ECR's name, for programs that the test starts."""
    trusted = certificate(tmp_path / "registry.pem", HOST)
    with running(AUTH, trusted) as (registry, proxy):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        yield registry


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def pushed(*words: str) -> Result:
    return CliRunner().invoke(push, words)


@pytest.mark.system
def test_an_image_comes_to_ecr_by_its_version_and_revision(
    image: Callable[..., str], registry: Registry, tmp_path: Path
) -> None:
    image("localhost/nurseryd:full", **LABELS)
    before = set(Path(tempfile.gettempdir()).glob("nurseryd-push-*"))
    done = pushed("localhost/nurseryd:full", "--repository", "nurseryd", "--create")
    assert (done.exit_code, done.stdout) == (
        0,
        f"{HOST}/nurseryd:0.1.0\n{HOST}/nurseryd:{REVISION[:12]}\n",
    )
    assert set(registry.manifests) == {"nurseryd:0.1.0", f"nurseryd:{REVISION[:12]}"}
    labels = registry.config("nurseryd:0.1.0")["config"]["Labels"]
    assert labels["org.opencontainers.image.revision"] == REVISION
    assert registry.hosts == {HOST}
    assert set(Path(tempfile.gettempdir()).glob("nurseryd-push-*")) == before
    ecr = boto3.client("ecr").describe_repositories()["repositories"][0]
    assert ecr["imageTagMutability"] == "IMMUTABLE"
    assert ecr["imageScanningConfiguration"] == {"scanOnPush": True}


@pytest.mark.system
def test_a_registry_that_refuses_is_told(
    image: Callable[..., str], registry: Registry, capfd: pytest.CaptureFixture[str]
) -> None:
    registry.credentials = "other"
    name = image("localhost/nurseryd:full", **LABELS)
    with pytest.raises(Refused, match="buildah ended with 125, and says why above"):
        bring(find(name), HOST, AUTH, f"{HOST}/nurseryd:1")
    assert registry.refused
    assert not registry.manifests
    assert "unauthorized" in capfd.readouterr().err


def test_a_tag_that_is_there_stays(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ecr = boto3.client("ecr")
    ecr.create_repository(repositoryName="nurseryd", imageTagMutability="IMMUTABLE")
    kind = "application/vnd.oci.image.manifest.v1+json"
    manifest = {"schemaVersion": 2, "mediaType": kind, "config": {"digest": "x"}, "layers": []}
    ecr.put_image(repositoryName="nurseryd", imageManifest=json.dumps(manifest), imageTag="0.1.0")
    told = engine(tmp_path, monkeypatch, "podman", LABELS)
    done = pushed("nurseryd:full", "--repository", f"{HOST}/nurseryd")
    assert (done.exit_code, done.stdout) == (0, f"{HOST}/nurseryd:{REVISION[:12]}\n")
    assert f"{HOST}/nurseryd:0.1.0 is there already" in done.stderr
    [words] = [line for line in told() if line.startswith("push ")]
    assert words.endswith(f" nurseryd:full docker://{HOST}/nurseryd:{REVISION[:12]}")
    done = pushed("nurseryd:full", "--repository", "nurseryd", "--tag", "0.1.0")
    assert done.exit_code == 1
    assert "tags are immutable" in done.stderr


def test_no_engine_sees_the_password_in_its_words_or_variables(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere")
    for name in ("docker", "podman"):
        told = engine(tmp_path, monkeypatch, name, LABELS)
        bring(find("nurseryd:full", name), HOST, AUTH, f"{HOST}/nurseryd:1")
        lines = "\n".join(told())
        assert "0600 {" in lines  # the file's mode, and what is in it
        assert lines.count(AUTH) == 1
        assert HOST in lines


def engine(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, labels: dict[str, str]
) -> Callable[[], list[str]]:
    """An engine that writes down its words, its variables and the login it was given."""
    place = folder / name
    place.mkdir()
    script = place / name
    shown = ", ".join(f'"org.opencontainers.image.{key}": "{labels[key]}"' for key in labels)
    script.write_text(
        f"""#!/bin/sh
echo "$@" >> {place}/told
env >> {place}/told
case "$*" in *inspect*) echo '[{{"Config": {{"Labels": {{{shown}}}}}}}]' ;; esac
while [ $# -gt 0 ]; do
    case $1 in
    --authfile) file=$2 ;;
    --config) file=$2/config.json ;;
    esac
    shift
done
if [ -n "$file" ]; then
    printf '%04d ' "$(stat --format %a "$file")" >> {place}/told
    cat "$file" >> {place}/told
fi
"""
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return lambda: (place / "told").read_text().splitlines()


def test_an_image_that_nobody_has_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="install docker, podman or buildah"):
        find("nurseryd:full")
    script = tmp_path / "podman"
    script.write_text("#!/bin/sh\nexit 1\n")
    script.chmod(0o755)
    with pytest.raises(Refused, match="podman has no such image; build it with 'make image'"):
        find("nurseryd:full")


def test_a_repository_that_is_not_there_is_made_only_if_told(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine(tmp_path, monkeypatch, "podman", LABELS)
    done = pushed("nurseryd:full", "--repository", "none")
    assert done.exit_code == 1
    assert "RepositoryNotFound" in done.stderr
    assert "--create makes it" in done.stderr
    done = pushed("nurseryd:full")
    assert "give --repository, or --stack" in done.stderr


def test_an_image_of_changes_says_why_it_has_no_version(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine(tmp_path, monkeypatch, "podman", LABELS | {"revision": f"{REVISION}-dirty"})
    done = pushed("nurseryd:full", "--repository", "nurseryd", "--create")
    assert done.stdout == f"{HOST}/nurseryd:{REVISION[:12]}-dirty\n"
    assert "it gets no version" in done.stderr


@pytest.mark.parametrize(
    ("labels", "given", "expected"),
    [
        (LABELS, "", ("0.1.0", REVISION[:12])),
        (LABELS | {"title": "nurseryd (slim)"}, "", ("0.1.0-slim", f"{REVISION[:12]}-slim")),
        (LABELS | {"revision": f"{REVISION}-dirty"}, "", (f"{REVISION[:12]}-dirty",)),
        (LABELS | {"revision": "unknown"}, "", ("0.1.0",)),
        ({}, "mine", ("mine",)),
    ],
)
def test_tags_come_from_labels(
    labels: dict[str, str], given: str, expected: tuple[str, ...]
) -> None:
    named = {f"org.opencontainers.image.{key}": value for key, value in labels.items()}
    assert tags(named, given) == expected


def test_what_is_no_tag_is_refused() -> None:
    with pytest.raises(Refused, match="cannot tell which tag"):
        tags({})
    with pytest.raises(Refused, match="cannot use the tag 'a/b'"):
        tags({}, "a/b")


def test_docker_keeps_the_daemon_that_its_user_chose(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    told = engine(tmp_path, monkeypatch, "docker", LABELS)
    script = tmp_path / "docker" / "docker"
    script.write_text(
        script.read_text().replace('case "$*" in', 'case "$*" in context*) echo unix:///mine ;;', 1)
    )
    bring(Local("docker", "nurseryd:full", {}), HOST, AUTH, f"{HOST}/nurseryd:1")
    assert f"tag nurseryd:full {HOST}/nurseryd:1" in told()
    assert any(
        line.startswith("--config ")
        and line.endswith(f"--host unix:///mine push {HOST}/nurseryd:1")
        for line in told()
    )
