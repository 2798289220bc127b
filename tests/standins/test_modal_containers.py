"""Containers of the Modal stand-in: real processes, each in a private root."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import modal
import pytest

from tests.standins.modal.client import ROOT, Plane
from tests.standins.modal.eventually import eventually

Deploy = Callable[..., modal.Function]


def test_a_container_has_only_the_environment_that_it_was_given(
    plane: Plane, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_TEST", "1")
    plane.secret("hf", {"HF_TOKEN": "hf_xyz"})
    image = modal.Image.debian_slim().env({"BAKED": "with space"})
    [environment] = deploy(image=image, secrets=[modal.Secret.from_name("hf")]).remote(["environment"])
    assert environment["HF_TOKEN"] == "hf_xyz"
    assert environment["BAKED"] == "with space"
    assert environment["HOME"] == "/root"
    assert environment["MODAL_IS_REMOTE"] == "1"
    assert environment["MODAL_TASK_ID"].startswith("ta-")
    assert "OF_THE_TEST" not in environment
    assert plane.environment["MODAL_TOKEN_SECRET"] not in environment.values()
    mine = {name for name in environment if not name.startswith(("MODAL_", "PYTHON"))}
    assert mine == {"PATH", "HOME", "LANG", "LC_CTYPE", "HF_TOKEN", "BAKED"} & set(environment)


def test_a_container_sees_its_own_files_and_not_the_machine_s(deploy: Deploy, tmp_path: Path) -> None:
    (tmp_path / "added").mkdir()
    (tmp_path / "added" / "f").write_text("from the image")
    image = modal.Image.debian_slim().add_local_dir(tmp_path / "added", "/job/source")
    tree, root, temporary = deploy(image=image).remote(["tree", "/job"], ["ls", "/root"], ["ls", "/tmp"])
    assert tree == {"source/f": "from the image"}
    assert "standin_jobs.py" in root
    # A checkout or an interpreter in there is the container's own.
    own = {path.parts[2] for path in (ROOT, Path(sys.prefix)) if path.is_relative_to("/tmp")}
    assert set(temporary) <= own


def test_what_a_container_started_ends_with_it(plane: Plane, deploy: Deploy) -> None:
    call = deploy().spawn(["daemon"], ["print", "ready"], ["sleep", 60])
    eventually(lambda: list(call.logs.tail(5)))
    assert daemons() == 1
    plane.kill("run", fails=True)
    assert eventually(lambda: daemons() == 0)


def daemons() -> int:
    commands = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(process.read_bytes())
        except OSError:
            continue
    return commands.count(b"sleep\0" + b"987654\0")


def test_a_restricted_container_may_only_do_its_work(plane: Plane, deploy: Deploy) -> None:
    plane.secret("hidden", {"A": "1"})
    volume = modal.Volume.from_name("restricted", create_if_missing=True, version=2)
    job = deploy(restrict_modal_access=True, volumes={"/data": volume}, single_use_containers=True)
    answers = job.remote(["add", 1, 2], ["look_up_secret", "hidden"], ["write", "/data/f", "1"])
    assert answers[0] == 3
    assert answers[1].startswith("PermissionDeniedError: SecretGetOrCreate is not available")
    eventually(lambda: [entry.path for entry in volume.listdir("/")] == ["f"])


def test_an_unrestricted_container_may_start_others(deploy: Deploy) -> None:
    job = deploy()
    app = "test_an_unrestricted_container_may_start_others"
    [call_id] = job.remote(["spawn", app, "run", ["add", 1, 2]])
    assert modal.FunctionCall.from_id(call_id).get(timeout=10) == [3]


def test_single_use_containers_are_used_once(deploy: Deploy) -> None:
    job = deploy(single_use_containers=True)
    tasks = [job.remote(["task"])[0] for _ in range(3)]
    assert len(set(tasks)) == 3
    shared = deploy(name="shared")
    assert len({shared.remote(["task"])[0] for _ in range(3)}) == 1


def most_at_once(plane: Plane, calls: list[modal.FunctionCall]) -> int:
    most = 0

    def done() -> bool:
        nonlocal most
        most = max(most, len(plane.containers()))
        return all(call.get_call_graph()[0].status == modal.call_graph.InputStatus.SUCCESS for call in calls)

    eventually(done, 30)
    return most


def test_max_containers_is_the_most_that_run(plane: Plane, deploy: Deploy) -> None:
    job = deploy(max_containers=2)
    assert most_at_once(plane, [job.spawn(["sleep", 0.3]) for _ in range(6)]) == 2


def test_the_plane_has_room_for_some_containers_and_shares_it(plane: Plane, deploy: Deploy) -> None:
    plane.options(containers=2)
    try:
        jobs = [deploy(name=name) for name in ("one", "two", "three")]
        calls = [job.spawn(["sleep", 0.2]) for job in jobs for _ in range(2)]
        assert most_at_once(plane, calls) == 2
    finally:
        plane.options(containers=4)


def test_held_functions_queue_their_inputs(plane: Plane, deploy: Deploy) -> None:
    plane.hold("stage-*")
    held, free = deploy(name="stage-train"), deploy(name="coordinate")
    call = held.spawn(["add", 1, 2])
    assert free.remote(["add", 1, 2]) == [3]
    assert [container["function"] for container in plane.containers()] == ["coordinate"]
    plane.release()
    assert call.get(timeout=10) == [3]


def test_a_function_that_cannot_be_imported_fails_its_calls(plane: Plane, deploy: Deploy) -> None:
    missing = deploy(source=False)
    with pytest.raises(ModuleNotFoundError, match="standin_jobs"):
        missing.spawn(["add", 1, 2]).get(timeout=10)


def test_a_lost_answer_to_a_container_loses_no_work(plane: Plane, deploy: Deploy) -> None:
    job = deploy()
    plane.fail("FunctionGetInputs", before=False, status="UNAVAILABLE", caller="container")
    plane.fail("FunctionPutOutputs", before=False, status="UNAVAILABLE", caller="container")
    assert job.remote(["add", 1, 2]) == [3]
    assert len(job.spawn(["add", 1, 2]).get_call_graph()) == 1


def test_containers_start_in_less_than_a_second(deploy: Deploy) -> None:
    job = deploy(single_use_containers=True)
    job.remote(["add", 1, 2])
    begun = time.monotonic()
    job.remote(["add", 1, 2])
    assert time.monotonic() - begun < 1 + os.getloadavg()[0]
