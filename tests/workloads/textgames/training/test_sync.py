"""Weights reach vLLM; where they do not, or not all, training fails with the reason."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.workloads.textgames.training.lessons import SMALL, learn
from workloads.textgames.serving.server import VllmServer
from workloads.textgames.training.sync import SyncError

pytestmark = [pytest.mark.llm, pytest.mark.slow]

EXACT = 1e-4
TIGHT = 0.02
"""Nats: a few updates go beyond it when weights do not arrive."""

Break = Callable[[Any], None]


@pytest.fixture
def served(training_server: VllmServer) -> VllmServer:
    """The server, whatever a test before has left in it: the next synchronisation replaces all weights."""
    return training_server


def forget_all(generation: Any) -> None:
    """Synchronise the first time only."""
    if not getattr(generation, "done", False):
        type(generation).__mro__[1].sync_weights(generation)
    generation.done = True


def forget_the_packed_copy(generation: Any) -> None:
    """What vLLM's own reload does: on CPUs the packed copy of a tied output layer stays as it is."""
    from safetensors.torch import save_file

    folder = generation.scratch
    save_file(
        {name: weight.contiguous() for name, weight in generation._iter_named_params()},
        folder / "model.safetensors",
    )
    call = {"method": "reload_weights", "kwargs": {"weights_path": str(folder)}}
    generation._server.post("/collective_rpc", call)
    generation._server.post("/reset_prefix_cache", {})


@pytest.fixture(params=[forget_all, forget_the_packed_copy])
def broken(request: pytest.FixtureRequest, served: VllmServer, tmp_path: Path) -> Iterator[Any]:
    """An engine whose synchronisation is broken, and says nothing."""
    from workloads.textgames.training.served import ServedEngine, ServedGeneration

    class Broken(ServedGeneration):  # type: ignore[misc]
        scratch = tmp_path
        sync_weights = request.param

    class Engine(ServedEngine):
        generation = Broken

    yield Engine(served, adapter=False)


def test_a_broken_sync_is_found_before_training(broken: Any, tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(SyncError, match="not all weights reach vLLM"):
        learn(tiny_model, tmp_path, broken, 3)


def test_a_broken_sync_is_found_after_an_update(broken: Any, tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(SyncError, match=r"after \d+ updates, vLLM and the trainer disagree"):
        learn(tiny_model, tmp_path, broken, 20, verify_sync=False, max_logp_difference=TIGHT)


def test_a_token_without_a_number_counts_as_too_far(
    served: VllmServer, tiny_model: Path, tmp_path: Path
) -> None:
    from workloads.textgames.training.served import ServedEngine, ServedGeneration

    class Silent(ServedGeneration):  # type: ignore[misc]
        def generate(self, *arguments: Any, **keywords: Any) -> Any:
            prompts, completions, said, ids = super().generate(*arguments, **keywords)
            said[0][0][0] = None
            return prompts, completions, said, ids

    class Engine(ServedEngine):
        generation = Silent

    with pytest.raises(SyncError, match="nan nats on average"):
        learn(tiny_model, tmp_path, Engine(served, adapter=False), 1, verify_sync=False)


def test_an_adapter_reaches_a_server(served: VllmServer, tiny_model: Path, tmp_path: Path) -> None:
    from workloads.textgames.training.served import ServedEngine

    learned = learn(tiny_model, tmp_path, ServedEngine(served, adapter=True), 5, lora=True)
    assert learned.verification is not None
    assert learned.verification.perturbed < EXACT < 0.1 < learned.verification.moved
    assert max(learned.differences) < EXACT


def test_an_adapter_reaches_vllm_in_the_process(tiny_model: Path, tmp_path: Path) -> None:
    from workloads.textgames.training.colocated import ColocatedEngine

    engine = ColocatedEngine(tiny_model, SMALL, "float32")
    try:
        learned = learn(tiny_model, tmp_path, engine, 5, lora=True)
    finally:
        engine.close()
    assert learned.verification is not None
    assert learned.verification.perturbed < EXACT < 0.1 < learned.verification.moved
    assert max(learned.differences) < EXACT


def test_weights_go_to_memory_where_they_fit() -> None:
    from workloads.textgames.training.served import folder_for

    with folder_for(1) as small, folder_for(1 << 60) as large:
        assert Path(small).parent == Path("/dev/shm")
        assert Path(large).parent == Path(tempfile.gettempdir())
