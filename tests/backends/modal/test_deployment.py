"""The functions of a run's app, as the provider has them."""

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import runner
from runner.backends.modal.deployment import tag
from runner.backends.modal.images import carried, driving, served
from runner.backends.modal.names import app_name
from runner.errors import InputError, ProviderError
from runner.manifest.common import Image
from runner.plan.model import Plan, Requirements
from runner.settings import Settings
from tests.backends.modal.launched import plan, quiet, remote, snapshot, stage, written
from tests.standins.modal.client import Plane


@pytest.fixture
def deployed(plane: Plane, tmp_path: Path) -> Callable[..., dict[str, dict[str, Any]]]:
    """Makes an app stand; its functions by name, as the provider has them."""

    def deploy(planned: Plan, files: dict[str, bytes] | None = None, **settings: Any) -> dict[str, Any]:
        prefix = settings.pop("prefix", "made")
        layout = written(tmp_path, planned, os.urandom(3))
        remote(prefix, **settings).prepare(layout, planned, snapshot(files or {"a": b"a"}), quiet)
        app = app_name(prefix, layout.run)
        return {one["name"]: one for one in plane.functions() if one["app"] == app} | {"run": layout.run}

    return deploy


def test_the_coordinator_is_small_alone_and_restarted(deployed: Callable[..., Any]) -> None:
    found = deployed(plan(), prefix="small")

    coordinator, folder = found["coordinate"], f"/runs/{found['run']}"
    assert (coordinator["cpu"], coordinator["memory"]) == (0.125, 256)
    assert (coordinator["timeout"], coordinator["retries"]) == (24 * 3600, 10)
    assert coordinator["max_containers"] == 1
    assert coordinator["restricted_output"]
    assert coordinator["secrets"] == []
    assert coordinator["volumes"] == {
        "/runner/control": {"name": "small-control", "sub_path": folder, "read_only": False},
        f"/runner/outputs/{found['run']}": {"name": "small-outputs", "sub_path": folder, "read_only": True},
    }


def test_the_token_that_wakes_github_goes_to_the_coordinator_alone(
    deployed: Callable[..., Any], plane: Plane
) -> None:
    plane.secret("for-github", {"WAKE_TOKEN": "x"})
    found = deployed(plan(), prefix="waking", wake="WAKE_TOKEN", secrets={"WAKE_TOKEN": "for-github"})
    assert len(found["coordinate"]["secrets"]) == 1
    assert found["stage-run"]["secrets"] == []


def test_a_manifest_cannot_ask_for_the_token_that_wakes_github(plane: Plane) -> None:
    plane.secret("for-github", {"WAKE_TOKEN": "x", "OTHER": "y"})
    names = {"WAKE_TOKEN": "for-github", "OTHER": "for-github"}
    settings = remote("waking", wake="WAKE_TOKEN", secrets=names)
    for name in names:
        with pytest.raises(InputError, match="the runner's own") as refused:
            settings.require(plan(stage(secrets=(name,))))
        assert refused.value.code == "secret-taken"
    with pytest.raises(ProviderError, match="no secret GONE") as missing:
        remote("waking", wake="GONE").require(plan())
    assert missing.value.place == "github.wake"


def test_an_attempt_has_no_more_access_than_it_needs(deployed: Callable[..., Any]) -> None:
    found = deployed(plan(), prefix="tight")

    function, folder = found["stage-run"], f"/runs/{found['run']}"
    assert function["restricted"]
    assert function["restricted_output"]
    assert function["single_use"]
    assert function["retries"] == 0
    assert function["volumes"] == {
        "/runner/control": {"name": "tight-control", "sub_path": folder, "read_only": True},
        "/runner/code": {"name": "tight-code", "sub_path": "/" + "1" * 40, "read_only": True},
        f"/runner/outputs/{found['run']}": {"name": "tight-outputs", "sub_path": folder, "read_only": False},
    }


def test_a_stage_gets_the_machine_it_asks_for(deployed: Callable[..., Any]) -> None:
    needs = Requirements(2.5, 3 << 30, 7200, gpus=("L4", "T4:2"), regions=("us-east", "eu-west"))

    function = deployed(plan(stage(requirements=needs)))["stage-run"]

    assert (function["cpu"], function["memory"]) == (2.5, 3072)
    assert function["gpus"] == ["L4", "T4:2"]
    assert function["regions"] == ["us-east", "eu-west"]
    assert function["timeout"] == 7200 + 15 * 60


def test_no_call_is_longer_than_a_day(deployed: Callable[..., Any]) -> None:
    needs = Requirements(1.0, 1 << 30, 48 * 3600)

    assert deployed(plan(stage(requirements=needs)))["stage-run"]["timeout"] == 24 * 3600


@pytest.mark.parametrize(("wanted", "most"), [(None, 5), (3, 3), (50, 5)])
def test_a_stage_never_has_more_containers_than_the_settings_allow(
    deployed: Callable[..., Any], wanted: int | None, most: int
) -> None:
    found = deployed(plan(stage(max_parallel=wanted)), max_containers=5)

    assert found["stage-run"]["max_containers"] == most


def test_stages_have_functions_of_their_own_and_share_what_is_the_same(
    plane: Plane, deployed: Callable[..., Any]
) -> None:
    image = Image(pip=["numpy==2.4.6"])
    plane.reset_calls()

    found = deployed(plan(stage("train", image=image), stage("validate", image=image)), prefix="shared")

    assert {"coordinate", "stage-train", "stage-validate"} <= found.keys()
    assert found["stage-train"]["image"] == found["stage-validate"]["image"]
    assert plane.counts()["ImageGetOrCreate"] <= 4
    assert plane.counts()["VolumeGetOrCreate"] <= 6


def test_secrets_and_named_volumes_are_the_stages_own(plane: Plane, deployed: Callable[..., Any]) -> None:
    plane.secret("kept-keys", {"API_KEY": "x"})
    with_both = stage("a", secrets=("API_KEY",), volumes={"/data": "games"})

    found = deployed(plan(with_both, stage("b")), secrets={"API_KEY": "kept-keys"})

    assert [one["name"] for one in found["stage-a"]["secrets"]] == ["kept-keys"]
    assert found["stage-a"]["volumes"]["/data"] == {"name": "games", "sub_path": "", "read_only": False}
    assert found["stage-b"]["secrets"] == []
    assert "/data" not in found["stage-b"]["volumes"]


def test_an_app_says_whose_it_is(plane: Plane, deployed: Callable[..., Any]) -> None:
    run = deployed(plan(), prefix="tagged")["run"]

    tags = next(app["tags"] for app in plane.apps() if app["name"] == app_name("tagged", run))

    assert tags == {"job": "job", "run": run, "repository": "owner-name"}


def test_an_image_is_made_in_the_order_of_its_parts(deployed: Callable[..., Any]) -> None:
    image = Image(
        python="3.12",
        apt=["ffmpeg"],
        pip=["numpy==2.4.6"],
        requirements="requirements.lock",
        run=["make tools"],
        env={"MODE": "a b"},
    )

    lines = deployed(plan(stage(image=image)), {"requirements.lock": b"click==8.2.0\n"})["stage-run"]["image"]

    text = "\n".join(lines)
    parts = (
        "python:3.12",
        "ENV MODE='a b'",
        "ffmpeg",
        "-r /.requirements.txt",
        "numpy==2.4.6",
        "RUN make tools",
    )
    places = [text.find(part) for part in parts]
    assert -1 not in places, text
    assert places == sorted(places)


def test_an_image_of_a_registry_is_taken_as_it_is(deployed: Callable[..., Any]) -> None:
    image = Image(registry="ghcr.io/owner/image:1.2", pip=["numpy==2.4.6"])

    lines = deployed(plan(stage(image=image)))["stage-run"]["image"]

    assert lines[0] == "FROM ghcr.io/owner/image:1.2"
    assert any("numpy==2.4.6" in line for line in lines)


def test_a_dockerfile_is_the_one_of_the_snapshot(deployed: Callable[..., Any]) -> None:
    files = {"docker/Dockerfile": b"FROM debian:12\nCOPY run.sh /run.sh\n", "run.sh": b"true\n"}

    lines = deployed(plan(stage(image=Image(dockerfile="docker/Dockerfile"))), files)["stage-run"]["image"]

    assert "FROM debian:12" in lines
    assert "COPY run.sh /run.sh" in lines


def test_a_name_that_is_too_long_is_refused_before_anything_is_made(plane: Plane, tmp_path: Path) -> None:
    planned = plan(stage("s" * 60))
    layout = written(tmp_path, planned)

    with pytest.raises(InputError) as caught:
        remote("long").prepare(layout, planned, snapshot(), quiet)

    assert caught.value.code == "name-too-long"
    assert not [app for app in plane.apps() if app["description"].startswith("long-")]


@pytest.mark.parametrize(
    ("text", "value"), [("owner/repo", "owner-repo"), ("x" * 100, "x" * 63), ("", "-"), ("a b\nc", "a-b-c")]
)
def test_tags_are_what_the_provider_takes(text: str, value: str) -> None:
    assert tag(text) == value


@pytest.mark.parametrize(
    ("chosen", "module"),
    [
        (carried, "runner.backends.modal.attempt"),
        (driving, "runner.backends.modal.coordinator"),
        (served, "runner.backends.modal.serve"),
    ],
)
def test_containers_get_every_file_of_ours_that_they_import(
    tmp_path: Path, chosen: Callable[[str], bool], module: str
) -> None:
    package = Path(runner.__file__).parent
    for path in package.rglob("*.py"):
        name = path.relative_to(package).as_posix()
        if chosen(name):
            (tmp_path / "runner" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "runner" / name).write_bytes(path.read_bytes())

    subprocess.run([sys.executable, "-c", f"import {module}"], env={"PYTHONPATH": str(tmp_path)}, check=True)


@pytest.mark.parametrize(("chosen", "module"), [(carried, "attempt"), (served, "serve")])
def test_tasks_and_services_get_no_file_of_ours_that_they_do_not_import(
    chosen: Callable[[str], bool], module: str
) -> None:
    program = f"import runner.backends.modal.{module}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    package = Path(runner.__file__).parent
    imported = {
        Path(module.__file__).relative_to(package).as_posix()
        for name in done.stdout.split()
        if name.partition(".")[0] == "runner" and (module := importlib.import_module(name)).__file__
    }
    given = {path.relative_to(package).as_posix() for path in package.rglob("*.py")}
    assert {name for name in given if chosen(name) and not name.startswith("worker/")} == {
        name for name in imported if not name.startswith("worker/")
    }


def test_the_coordinator_gets_nothing_of_the_launching_side() -> None:
    package = Path(runner.__file__).parent
    rooms = {path.name for path in package.iterdir() if path.is_dir() and driving(f"{path.name}/x.py")}
    assert not rooms & {"cli", "pipeline", "forge", "ledger", "lint", "kinds"}
    assert {"backends", "engine", "plan", "worker"} <= rooms


def test_the_sizes_of_the_settings_reach_the_coordinator() -> None:
    told = remote("told")._request("20200101-000000-000000", "app", 2, "")

    limits = Settings().limits
    assert (limits.file_size, limits.output_size) == ("10MiB", "10GiB")
    assert (told["file_size"], told["most_output"]) == (10 << 20, 10 << 30)
    assert told["retries"] == 2
