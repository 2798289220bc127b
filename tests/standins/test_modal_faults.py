"""Calls to the Modal stand-in that are told to go wrong, and its record of them."""

import asyncio
import io
import time
from collections.abc import Callable

import modal
import pytest

from tests.standins.modal.client import Plane, PlaneFailed

Deploy = Callable[..., modal.Function]


@pytest.fixture
def volume(plane: Plane) -> modal.Volume:
    made = modal.Volume.from_name("faults", create_if_missing=True, version=2)
    made.hydrate()
    plane.reset_calls()
    return made


def put(volume: modal.Volume, path: str, content: bytes) -> None:
    with volume.batch_upload(force=True) as batch:
        batch.put_file(io.BytesIO(content), path)


def spawned(plane: Plane) -> int:
    return sum(function["waiting"] for function in plane.functions())


def test_a_call_can_fail_before_its_effect(plane: Plane, deploy: Deploy) -> None:
    plane.hold("*")
    job = deploy()
    plane.fail("FunctionMap", status="FAILED_PRECONDITION", message="not now")
    with pytest.raises(modal.exception.ConflictError, match="not now"):
        job.spawn()
    assert spawned(plane) == 0
    job.spawn()
    assert spawned(plane) == 1


def test_a_call_can_fail_after_its_effect(plane: Plane, deploy: Deploy) -> None:
    plane.hold("*")
    job = deploy()
    plane.fail("FunctionMap", before=False, status="FAILED_PRECONDITION")
    with pytest.raises(modal.exception.ConflictError):
        job.spawn()
    assert spawned(plane) == 1


def test_the_sdk_repeats_a_spawn_whose_answer_was_lost(plane: Plane, deploy: Deploy) -> None:
    plane.hold("*")
    job = deploy()
    plane.fail("FunctionMap", before=False, status="UNAVAILABLE")
    job.spawn()
    assert spawned(plane) == 2


def test_enough_failures_in_a_row_make_the_sdk_give_up(plane: Plane, volume: modal.Volume) -> None:
    plane.fail("VolumeGetFile2", status="INTERNAL", times=4)
    with pytest.raises(modal.exception.InternalError, match="told to fail"):
        list(volume.read_file("x"))
    with pytest.raises(FileNotFoundError):
        list(volume.read_file("x"))
    assert plane.counts() == {"VolumeGetFile2": 5}


def test_the_nth_call_of_some_can_be_struck(plane: Plane, volume: modal.Volume) -> None:
    plane.fail("VolumeListFiles2", status="PERMISSION_DENIED", nth=2, match="path=/")
    assert volume.listdir("/") == []
    with pytest.raises(modal.exception.PermissionDeniedError):
        volume.listdir("/")
    assert volume.listdir("/") == []


def test_resource_exhausted_is_not_repeated_unless_the_answer_says_so(
    plane: Plane, volume: modal.Volume
) -> None:
    plane.fail("VolumeListFiles2", status="RESOURCE_EXHAUSTED")
    with pytest.raises(modal.exception.ResourceExhaustedError):
        volume.listdir("/")
    plane.reset_calls()
    plane.fail("VolumeGetFile2", status="RESOURCE_EXHAUSTED", retry_after=0.1, times=2)
    with pytest.raises(FileNotFoundError):
        list(volume.read_file("x"))
    assert plane.counts()["VolumeGetFile2"] == 3


def test_a_call_can_be_slow(plane: Plane, volume: modal.Volume) -> None:
    plane.delay("VolumeListFiles2", 0.4, times=1)
    begun = time.monotonic()
    volume.listdir("/")
    assert time.monotonic() - begun >= 0.4


def test_a_call_can_hang(plane: Plane, volume: modal.Volume) -> None:
    plane.hang("VolumeListFiles2", times=1)

    async def impatient() -> None:
        await asyncio.wait_for(volume.listdir.aio("/"), 0.5)

    with pytest.raises(TimeoutError):
        asyncio.run(impatient())
    assert volume.listdir("/") == []


def test_an_order_that_makes_no_sense_is_refused(plane: Plane) -> None:
    with pytest.raises(PlaneFailed, match="no RPC named FunctionMpa"):
        plane.fail("FunctionMpa")
    with pytest.raises(PlaneFailed, match="no gRPC status named BROKEN"):
        plane.fail("FunctionMap", status="BROKEN")
    with pytest.raises(PlaneFailed, match="no Volume named nowhere"):
        plane.volume_limit("nowhere", 1)


def test_one_side_can_be_struck_alone(plane: Plane, deploy: Deploy, volume: modal.Volume) -> None:
    plane.fail("VolumeCommit", caller="client", status="PERMISSION_DENIED", times=None)
    plane.fail("VolumeGetOrCreate", caller="container", status="PERMISSION_DENIED", times=None)
    job = deploy(volumes={"/data": volume})
    assert job.remote(["try_commit", "faults"]) == ["PermissionDeniedError: the stand-in was told to fail"]


def test_blobs_and_blocks_can_fail(plane: Plane, deploy: Deploy, volume: modal.Volume) -> None:
    plane.fail("BlockPut", status="UNAVAILABLE")
    put(volume, "/f", b"content")
    assert plane.counts()["BlockPut"] == 2
    plane.fail("BlockGet", status="INTERNAL", times=5)
    with pytest.raises(modal.exception.Error):
        list(volume.read_file("f"))
    assert b"".join(volume.read_file("f")) == b"content"
    plane.fail("BlobPut", status="PERMISSION_DENIED", times=None)
    with pytest.raises(modal.exception.Error):
        deploy().remote(["add", "x" * (3 << 20), "y"])


def test_calls_are_recorded_without_what_they_carry(
    plane: Plane, deploy: Deploy, volume: modal.Volume
) -> None:
    put(volume, "/recorded", b"content")
    secret = modal.Secret.from_dict({"KEY": "hush-hush"})
    assert deploy(secrets=[secret]).remote(["add", "hush", "-hush"]) == ["hush-hush"]
    calls = plane.calls()
    assert "hush" not in repr(calls)
    upload = next(call for call in calls if call.rpc == "VolumePutFiles2")
    assert (upload.caller, upload.summary) == ("client", f"volume_id={volume.object_id} paths=/recorded")
    assert abs(upload.at - time.time()) < 30
    output = next(call for call in calls if call.rpc == "FunctionPutOutputs")
    assert output.caller.startswith("ta-")
    assert plane.counts()["FunctionMap"] == 1
    plane.reset_calls()
    assert plane.calls() == []
