"""Function calls of the Modal stand-in, through the real SDK: how they run, and how they end."""

import time
from collections.abc import Callable

import modal
import pytest

from tests.standins.modal.client import Plane
from tests.standins.modal.eventually import eventually

Deploy = Callable[..., modal.Function]


def pending(call: modal.FunctionCall) -> bool:
    try:
        call.get(timeout=0)
    except TimeoutError:
        return True
    return False


def ready(call: modal.FunctionCall) -> None:
    """Wait until a call has printed something."""
    eventually(lambda: list(call.logs.tail(5)))


def test_a_spawned_call_is_pending_until_it_has_a_result(deploy: Deploy) -> None:
    call = deploy().spawn(["sleep", 0.5], ["add", 1, 2])
    assert pending(call)
    again = modal.FunctionCall.from_id(call.object_id)
    assert again.get(timeout=10) == [None, 3]
    assert again.get(timeout=0) == [None, 3]


def test_an_unknown_call_is_not_found(plane: Plane) -> None:
    with pytest.raises(modal.exception.NotFoundError, match="'fc-unknown' not found"):
        modal.FunctionCall.from_id("fc-unknown").get(timeout=0)


def test_an_exception_comes_back_by_its_type(deploy: Deploy) -> None:
    with pytest.raises(ValueError, match="wrong"):
        deploy().remote(["raise", "wrong"])


def test_restricted_output_brings_back_no_objects(deploy: Deploy) -> None:
    job = deploy(_experimental_restrict_output=True)
    assert job.remote(["add", 1, 2]) == [3]
    with pytest.raises(modal.exception.RemoteError, match="wrong"):
        job.remote(["raise", "wrong"])


def test_a_map_gives_its_results_in_order(deploy: Deploy) -> None:
    job = deploy()
    assert list(job.map([["add", number, 1] for number in range(5)])) == [[number + 1] for number in range(5)]


def test_large_payloads_go_both_ways(deploy: Deploy) -> None:
    text = "x" * (3 << 20)
    assert deploy().remote(["add", text, "y"]) == [text + "y"]


def test_a_call_that_takes_too_long_is_killed(plane: Plane, deploy: Deploy) -> None:
    call = deploy(timeout=1).spawn(["sleep", 60])
    with pytest.raises(modal.exception.FunctionTimeoutError, match="timeout of 1s"):
        call.get(timeout=10)
    assert eventually(lambda: plane.containers() == [])


def test_a_failed_call_is_tried_again_as_its_policy_says(deploy: Deploy) -> None:
    volume = modal.Volume.from_name("retries", create_if_missing=True, version=2)
    policy = modal.Retries(max_retries=2, initial_delay=0.0, backoff_coefficient=1.0)
    job = deploy(volumes={"/data": volume}, retries=policy)
    call = job.spawn(["count", "/data/n"], ["commit", "retries"], ["raise", "wrong"])
    with pytest.raises(ValueError, match="wrong"):
        call.get(timeout=10)
    assert b"".join(volume.read_file("n")) == b"3"


def test_a_queued_call_that_is_cancelled_never_runs(plane: Plane, deploy: Deploy) -> None:
    plane.hold("run")
    call = deploy().spawn(["add", 1, 2])
    call.cancel()
    with pytest.raises(modal.exception.RemoteError, match="cancelled"):
        call.get(timeout=5)
    plane.release()
    assert plane.containers() == []


def test_a_running_call_that_is_cancelled_can_clean_up(deploy: Deploy) -> None:
    call = deploy("cancellable").spawn()
    ready(call)
    call.cancel()
    with pytest.raises(modal.exception.RemoteError):
        call.get(timeout=10)
    assert "cleaned up\n" in eventually(lambda: [entry.message for entry in call.logs.tail(20)][1:])


def test_a_cancelled_call_can_take_its_container_with_it(plane: Plane, deploy: Deploy) -> None:
    call = deploy().spawn(["print", "ready"], ["sleep", 60])
    ready(call)
    begun = time.monotonic()
    call.cancel(terminate_containers=True)
    with pytest.raises(modal.exception.RemoteError, match="cancelled"):
        call.get(timeout=10)
    assert time.monotonic() - begun < 1
    assert eventually(lambda: plane.containers() == [])


def test_a_crashed_container_gives_its_input_to_another_one(deploy: Deploy) -> None:
    volume = modal.Volume.from_name("crashes", create_if_missing=True, version=2)
    job = deploy(volumes={"/data": volume})
    call = job.spawn(["count", "/data/n"], ["commit", "crashes"], ["kill"])
    with pytest.raises(modal.exception.InternalFailure, match="exited with code 137"):
        call.get(timeout=20)
    assert b"".join(volume.read_file("n")) == b"4"


def test_a_preempted_container_is_interrupted_and_its_input_runs_again_on_the_same_call(
    plane: Plane, deploy: Deploy
) -> None:
    volume = modal.Volume.from_name("preemptions", create_if_missing=True, version=2)
    job = deploy("interrupted", volumes={"/data": volume}, single_use_containers=True)
    call = job.spawn("preemptions", "/data/word")
    eventually(lambda: any(container["calls"] == [call.object_id] for container in plane.containers()))
    time.sleep(0.3)
    assert len(plane.preempt("run")) == 1
    assert call.get(timeout=10) == "interrupted"


def test_a_preempted_container_that_does_not_leave_is_killed(plane: Plane, deploy: Deploy) -> None:
    call = deploy("stubborn").spawn()
    eventually(lambda: any(container["calls"] for container in plane.containers()))
    time.sleep(0.3)
    [before] = [container["id"] for container in plane.containers()]
    plane.preempt("run", grace=0.5)
    assert pending(call)
    eventually(
        lambda: [running["id"] for running in plane.containers() if running["calls"]] not in ([], [before])
    )
    assert [entry.message for entry in call.logs.tail(5)] == ["interrupted\n"]


def test_stopping_an_app_ends_its_calls(plane: Plane, deploy: Deploy) -> None:
    job = deploy(max_containers=1)
    running, waiting = job.spawn(["print", "ready"], ["sleep", 60]), job.spawn(["add", 1, 2])
    ready(running)
    modal.App.lookup("test_stopping_an_app_ends_its_calls").stop()
    assert plane.containers() == []
    for call in (running, waiting):
        with pytest.raises(modal.exception.RemoteError, match=r"cancelled|stopped"):
            modal.FunctionCall.from_id(call.object_id).get(timeout=0)
    with pytest.raises(modal.exception.NotFoundError, match="is stopped"):
        job.spawn(["add", 1, 2])


def test_outputs_expire(plane: Plane, deploy: Deploy) -> None:
    call = deploy().spawn(["add", 1, 2])
    assert call.get(timeout=10) == [3]
    plane.expire_outputs()
    with pytest.raises(modal.exception.OutputExpiredError):
        call.get(timeout=0)


def test_the_call_graph_tells_how_a_call_ended(deploy: Deploy) -> None:
    call = deploy().spawn(["add", 1, 2])
    call.get(timeout=10)
    [node] = call.get_call_graph()
    assert node.status == modal.call_graph.InputStatus.SUCCESS
    assert node.function_call_id == call.object_id


def test_options_make_a_variant_of_a_function(plane: Plane, deploy: Deploy) -> None:
    job = deploy(secrets=[modal.Secret.from_dict({"A": "1"})])
    other = job.with_options(cpu=2.0, memory=1024, timeout=77, secrets=[modal.Secret.from_dict({"B": "2"})])
    [environment] = other.remote(["environment"])
    assert environment["B"] == "2"
    assert "A" not in environment
    variant = next(function for function in plane.functions() if function["base"])
    assert (variant["cpu"], variant["memory"], variant["timeout"]) == (2.0, 1024, 77)
