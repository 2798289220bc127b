from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.workloads.textgames.training.runs import quick
from workloads.textgames.settings import SettingsError, TrainSettings
from workloads.textgames.training.configuration import check, groups


def settings(**changes: Any) -> TrainSettings:
    return msgspec.convert(quick("o/model", {"name": "key_door"}, **changes), TrainSettings)


def test_what_can_be_trained_is_not_refused() -> None:
    check(settings())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"training": {"batch_size": 6}}, "6 times gradient_accumulation_steps 1 is 6, .* num_generations 4"),
        ({"sampling": {"temperature": 0}}, "temperature 0 makes the replies of a group equal"),
        ({"sampling": {"max_tokens": 1024}}, "max_tokens 1024 leaves no room for a prompt"),
        (
            {"model": {"name": "o/model", "attn_implementation": "flash_attention_2"}},
            "needs the package flash-attn; take sdpa",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        check(settings(**changes))


def test_accumulated_batches_make_groups_together() -> None:
    accumulated = settings(training={"batch_size": 2, "gradient_accumulation_steps": 6})
    check(accumulated)
    assert groups(accumulated) == 3


@pytest.mark.llm
def test_trl_is_told_what_the_settings_say(tmp_path: Path) -> None:
    from workloads.textgames.training.configuration import configuration

    chosen = settings(training={"beta": 0.04, "loss": "dapo", "warmup_steps": 3, "log_every": 2})
    told = configuration(chosen, "float32", 2**33 + 5, tmp_path)
    assert (told.max_steps, told.per_device_train_batch_size, told.num_generations) == (3, 8, 4)
    assert (told.beta, told.loss_type, told.scale_rewards) == (0.04, "dapo", "group")
    assert (told.warmup_steps, told.logging_steps, told.save_steps) == (3, 2, 2)
    assert (told.max_completion_length, told.temperature, told.top_k, told.min_p) == (6, 1.0, 0, None)
    assert (told.learning_rate, str(told.lr_scheduler_type.value)) == (1e-3, "constant")
    assert told.seed == 5
    assert not told.use_vllm
    assert told.report_to == []


@pytest.mark.llm
def test_dr_grpo_does_not_divide_by_the_groups_deviation(tmp_path: Path) -> None:
    from workloads.textgames.training.configuration import configuration

    assert configuration(settings(), "float32", 0, tmp_path).scale_rewards == "none"
