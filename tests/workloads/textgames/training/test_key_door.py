"""A policy that wanders through the rooms of key_door finds out what the key and the door are for."""

from pathlib import Path

import pytest

from tests.workloads.textgames.training.conftest import Make
from tests.workloads.textgames.training.runs import quick, trained
from workloads.textgames.settings import Environment

GAIN = 0.08
"""By how much the success rate of the last ten steps lies above that of the first ten, at least.

Either is of 640 episodes, so its standard error is below 0.02. Two runs gained 0.17 and 0.19.
"""


@pytest.mark.llm
@pytest.mark.slow
def test_key_door_improves(tiny: Make, tmp_path: Path) -> None:
    taught = Environment(name="key_door", arguments={"size": 2, "max_steps": 12}, history="none")
    training = {"steps": 32, "batch_size": 64, "num_generations": 8, "learning_rate": 1e-3, "beta": 0.02}
    training |= {"lr_scheduler": "constant_with_warmup", "warmup_steps": 10, "save_every": 100}
    environment = {"name": "key_door", "history": "none", "arguments": {"size": 2, "max_steps": 24}}
    settings = quick(tiny("chatml", taught), environment, training=training, sampling={"max_tokens": 4})
    metrics = trained(settings, tmp_path)
    assert metrics["success_rate/last"] - metrics["success_rate/first"] > GAIN
    assert metrics["reward/last"] > metrics["reward/first"]
