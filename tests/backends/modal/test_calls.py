import time
from pathlib import Path

import modal
import pytest
from modal_proto import api_pb2

from runner.backends.modal import calls
from runner.backends.modal.calls import CallEnd, call_end, one_line
from runner.backends.modal.images import coordinator_image
from tests.backends.modal.scripted import trap
from tests.standins.modal.client import Plane

STATUS = api_pb2.GenericResult


def answer(status: int, text: str = "", data: bytes = b"") -> api_pb2.FunctionGetOutputsResponse:
    result = api_pb2.GenericResult(status=status, exception=text, data=data)  # type: ignore[arg-type]
    return api_pb2.FunctionGetOutputsResponse(outputs=[api_pb2.FunctionGetOutputsItem(result=result)])


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (answer(STATUS.GENERIC_STATUS_TIMEOUT, "hit its timeout"), "timeout"),
        (answer(STATUS.GENERIC_STATUS_KERNEL_OOM_KILL), "out-of-memory"),
        (answer(STATUS.GENERIC_STATUS_FAILURE, "Container ran Out Of Memory"), "out-of-memory"),
        (answer(STATUS.GENERIC_STATUS_INTERNAL_FAILURE, "the zoom failed"), "infrastructure"),
        (answer(STATUS.GENERIC_STATUS_TERMINATED, "cancelled"), "infrastructure"),
        (answer(STATUS.GENERIC_STATUS_SUCCESS, data=b"never looked at"), "infrastructure"),
        (api_pb2.FunctionGetOutputsResponse(), "infrastructure"),
    ],
)
def test_what_the_provider_says_of_a_call_is_an_outcome_with_a_reason(
    given: api_pb2.FunctionGetOutputsResponse, outcome: str
) -> None:
    end = call_end(given)
    assert end is not None
    assert end.outcome == outcome
    assert end.reason


def test_a_call_that_has_not_ended_has_no_end() -> None:
    assert call_end(api_pb2.FunctionGetOutputsResponse(num_unfinished_inputs=1)) is None


def test_what_a_provider_says_becomes_one_short_line() -> None:
    assert one_line("  a\n\tb \x1b[1m") == "a b \ufffd[1m"
    assert len(one_line("x" * 1000)) == 300


def test_a_call_nobody_knows_has_ended(plane: Plane) -> None:
    assert calls.ended("fc-00000000") == CallEnd("infrastructure", "the provider does not know its call")


def test_what_a_call_returns_is_never_unpickled(plane: Plane, tmp_path: Path) -> None:
    app = modal.App("test-calls-trap", include_source=False)
    scripted = Path(__file__).with_name("scripted.py")
    image = coordinator_image().add_local_file(scripted, "/root/tests/backends/modal/scripted.py")
    app.function(name="trap", image=image)(trap)
    app.deploy()
    sprung = tmp_path / "sprung"
    call = modal.Function.from_name("test-calls-trap", "trap").spawn(str(sprung))
    while (end := calls.ended(call.object_id)) is None:
        time.sleep(0.1)
    assert end.outcome == "infrastructure"
    assert not sprung.exists()
    call.get()
    assert sprung.exists()
