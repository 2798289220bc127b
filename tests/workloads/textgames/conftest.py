"""What tests with TRL and vLLM need: no hub, a small cache, one thread, a tiny model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from workloads.textgames.serving.server import VllmServer
from workloads.textgames.settings import Vllm
from workloads.textgames.training.reloading import WORKER_EXTENSION

HERE: Final = Path(__file__).parent
OTHERS: Final = (
    "ignore::DeprecationWarning",
    "ignore::FutureWarning",
    "ignore::UserWarning:(torch|transformers|trl|vllm|accelerate|peft|multiprocessing)",
)
"""Warnings of the libraries. Ours are no errors either then, but in `make test` they are."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("llm"):
            for other in OTHERS:
                item.add_marker(pytest.mark.filterwarnings(other))


@pytest.fixture(scope="session", autouse=True)
def quiet_libraries() -> Iterator[None]:
    """Read by the libraries when they are imported, and by what is started."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
        patch.setenv("VLLM_CPU_OMP_THREADS_BIND", "nobind")
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
        yield


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model of two layers and random weights, its tokenizer and a ChatML template.

    It is several times slower on two threads, which wait for each other.
    """
    import torch

    from workloads.textgames.tiny import model

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("models") / "tiny"
    model.write(folder, "chatml", 0)
    return folder


@pytest.fixture(scope="session")
def training_server(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VllmServer]:
    """vLLM with the tiny model, ready for a trainer of weights or of an adapter."""
    log = tmp_path_factory.mktemp("server") / "vllm.log"
    vllm = Vllm(enforce_eager=True, max_model_len=256, ready_timeout=300)
    flags = ("--worker-extension-cls", WORKER_EXTENSION)
    with VllmServer(
        tiny_model, vllm, log=log, dtype="float32", lora_rank=8, control=True, flags=flags
    ) as server:
        yield server
