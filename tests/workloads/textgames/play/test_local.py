"""A player in this process, with transformers and a model made on the spot."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from workloads.textgames.play.local import TransformersPlayer
from workloads.textgames.play.player import PlayerError, Reply, Request
from workloads.textgames.settings import Sampling

pytestmark = pytest.mark.llm


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from workloads.textgames.tiny.model import write

    folder = tmp_path_factory.mktemp("tiny") / "model"
    write(folder, "qwen2_5", 0)
    return folder


def player(model: Path, sampling: Sampling | None = None, **more: Any) -> TransformersPlayer:
    return TransformersPlayer(model, sampling or Sampling(max_tokens=12), **more)


def ask(text: str, seed: int = 0, tools: Sequence[dict[str, Any]] = ()) -> Request:
    return Request([{"role": "user", "content": text}], list(tools), seed)


REQUESTS = [ask("key " * length, length) for length in (3, 1, 20, 2)]


def test_the_same_requests_get_the_same_replies(model: Path) -> None:
    own = player(model)
    found = own.replies(REQUESTS)
    assert found == own.replies(REQUESTS)
    assert all(0 < reply.tokens <= 12 for reply in found)
    assert len({reply.text for reply in found}) > 1
    assert found != own.replies([request._replace(seed=request.seed + 1) for request in REQUESTS])


def test_what_else_draws_numbers_is_left_alone(model: Path) -> None:
    import torch

    own = player(model)
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    own.replies(REQUESTS)
    assert torch.rand(1) == expected


def test_greedy_replies_do_not_depend_on_the_batch(model: Path) -> None:
    greedy = Sampling(temperature=0, max_tokens=12)
    together = player(model, greedy, batch_size=4).replies(REQUESTS)
    assert together == player(model, greedy, batch_size=1).replies(REQUESTS)
    assert together == player(model, greedy, batch_size=3).replies(REQUESTS)


def test_a_conversation_that_is_too_long_gets_an_empty_reply(model: Path) -> None:
    context = json.loads((model / "config.json").read_text())["max_position_embeddings"]
    long, short = player(model).replies([ask("key " * context), ask("key")])
    assert long == Reply("", 0)
    assert short.tokens > 0


def test_nothing_asked_is_nothing_replied(model: Path) -> None:
    assert player(model).replies([]) == []


def test_the_models_own_sampling_does_not_count(model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    path = folder / "generation_config.json"
    own = json.loads(path.read_text()) | {"do_sample": True, "repetition_penalty": 9.0, "top_k": 1}
    path.write_text(json.dumps(own))
    assert player(folder).replies(REQUESTS) == player(model).replies(REQUESTS)


def test_functions_take_their_room_in_the_conversation(model: Path) -> None:
    context = json.loads((model / "config.json").read_text())["max_position_embeddings"]
    tools = [{"type": "function", "function": {"name": "add", "description": "key " * context}}]
    assert player(model).replies([ask("key", tools=tools)]) == [Reply("", 0)]


def test_an_adapter_lies_over_the_model(model: Path, tmp_path: Path) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(1)
    lora = LoraConfig(r=4, lora_alpha=64, target_modules="all-linear", init_lora_weights=False)
    get_peft_model(AutoModelForCausalLM.from_pretrained(model), lora).save_pretrained(tmp_path)
    assert player(model, adapter=tmp_path).replies(REQUESTS) != player(model).replies(REQUESTS)


def test_a_folder_that_cannot_be_loaded_is_explained_in_one_line(model: Path, tmp_path: Path) -> None:
    with pytest.raises(PlayerError, match="cannot be loaded: ") as found:
        player(tmp_path)
    assert len(str(found.value).splitlines()) == 1
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    (folder / "model.safetensors").write_bytes(b"short")
    with pytest.raises(PlayerError, match=f"the model in {folder} cannot be loaded: "):
        player(folder)


def test_a_chat_template_that_refuses_is_explained(model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    (folder / "chat_template.jinja").write_text("{{ raise_exception('no system\n prompt, please') }}")
    with pytest.raises(
        PlayerError, match="chat template does not take a conversation: no system prompt, please"
    ):
        player(folder).replies([ask("key")])


def test_replies_drawn_apart_do_not_depend_on_the_batch(model: Path) -> None:
    warm = Sampling(temperature=0.9, top_p=0.9, top_k=40, min_p=0.01, max_tokens=12)
    alone = [player(model, warm, apart=True).replies([request])[0] for request in REQUESTS]
    assert player(model, warm, apart=True).replies(REQUESTS) == alone
    again = player(model, warm, apart=True).replies([request._replace(seed=9) for request in REQUESTS])
    assert again != alone


def test_tokens_drawn_apart_come_as_often_as_they_are_likely(model: Path) -> None:
    import torch

    from workloads.textgames.play.apart import drawn_apart

    probabilities = torch.tensor([0.5, 0.3, 0.15, 0.05])
    rows = 4_000
    scores = probabilities.log().expand(rows, 4)
    for sampling, expected in (
        (Sampling(), [0.5, 0.3, 0.15, 0.05]),
        (Sampling(top_k=2), [0.625, 0.375, 0.0, 0.0]),
        (Sampling(top_p=0.7), [0.625, 0.375, 0.0, 0.0]),
        (Sampling(min_p=0.2), [0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0.0]),
    ):
        drawn = drawn_apart(list(range(rows)), sampling)(
            torch.zeros(rows, 1, dtype=torch.long), scores.clone()
        )
        shares = torch.bincount(drawn.argmax(dim=1), minlength=4) / rows
        assert shares.tolist() == pytest.approx(expected, abs=0.03)


def test_sampling_can_be_changed_between_calls(model: Path) -> None:
    own = player(model)
    warm = own.replies(REQUESTS)
    own.sampling = Sampling(temperature=0, max_tokens=3)
    cold = own.replies(REQUESTS)
    assert all(reply.tokens <= 3 for reply in cold)
    assert cold == player(model, Sampling(temperature=0, max_tokens=3)).replies(REQUESTS)
    own.sampling = Sampling(max_tokens=12)
    assert own.replies(REQUESTS) == warm
