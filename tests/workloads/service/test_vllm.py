"""The service with a tiny model that vLLM serves as a child."""

from collections.abc import Iterator

import pytest

from tests.workloads.service.leaks import Recorder
from tests.workloads.service.playing import House, house
from tests.workloads.service.test_transformers import GAME, actions, make_adapter

pytestmark = [
    pytest.mark.llm,
    pytest.mark.matrix,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def service(recorded: Recorder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    from workloads.textgames.tiny import model

    folder = tmp_path_factory.mktemp("service")
    model.write(folder / "own", "chatml", 0)
    for seed in (1, 2):
        make_adapter(folder / "own", folder / "models" / f"adapter-{seed}", seed)
    settings = {
        "model": {"name": str(folder / "own"), "dtype": "float32"},
        "engine": "vllm",
        "vllm": {"enforce_eager": True, "max_model_len": 1024, "ready_timeout": 300},
        "sampling": {"max_tokens": 8},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
        patch.setenv("VLLM_CPU_OMP_THREADS_BIND", "nobind")
        with house(recorded, folder, **settings) as made:
            yield made


def test_it_plays_with_the_model_and_with_adapters_that_are_named(service: House) -> None:
    health = service.health()
    assert (health["engine"], health["ready"]) == ("vllm", True)
    cold = {**GAME, "seed": 1, "sampling_params": {"temperature": 0.0}}
    bare = service.rollout(**cold)
    adapted = [service.rollout(adapter=f"adapter-{number}", **cold) for number in (1, 2)]
    assert len({str(actions(answer)) for answer in (bare, *adapted)}) == 3
    assert service.rollout(**cold) == bare


def test_an_evaluation_plays_its_episodes_side_by_side(service: House) -> None:
    answer = service.post("/evaluate-policy", eval_episodes=8, **GAME).json()
    assert answer["results"]["episodes"] == 8
    assert answer["results"]["tokens"] > 0
