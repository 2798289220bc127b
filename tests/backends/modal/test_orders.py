import json
from typing import Any

import msgspec
import pytest

from runner.backends.modal.orders import REPORT_EVERY, SLICE, Orders
from runner.engine.backend import Order
from runner.manifest.common import Image
from runner.plan.model import PinnedSource, Plan, Requirements, Search, Stage, Task
from runner.plan.seeds import seeded, task_seed

TRAIN = Stage(
    name="train",
    tasks=(Task("train/a", (("python", "train.py"),), {"lr": "0.1"}, ("w.toml",)),),
    requirements=Requirements(2.0, 1 << 30, 60),
    image=Image(env={"FROM": "image", "BOTH": "image"}),
    env={"BOTH": "stage"},
    secrets=("API_KEY",),
)
VALIDATE = Stage(
    name="validate",
    tasks=(Task("validate/all", (("python", "validate.py"),)),),
    requirements=Requirements(0.5, 1 << 30, 60),
    inputs=("train",),
    restore_weights=True,
)
PLAN = Plan(
    job="job",
    kind="Tune",
    source=PinnedSource("c", "t"),
    manifest={},
    stages=(TRAIN, VALIDATE),
    baseline=("w.toml",),
)
HANDLES: Any = {"control": object(), "outputs": object()}


@pytest.fixture
def orders() -> Orders:
    return Orders(PLAN, "run-1", grace=10.0, most_output=1000, volumes=HANDLES)


def test_an_order_is_plain_json_but_for_the_volumes(orders: Orders) -> None:
    order = orders.order(Order("train/a", 2, 60.0, {}))
    assert order.pop("volumes") == HANDLES
    assert json.loads(json.dumps(order)) == order
    assert (order["task"], order["attempt"]) == ("train/a", 2)
    assert order["snapshot"] == "/runner/code/snapshot.tar"
    assert order["checkpoint"] == "/runner/outputs/run-1/tasks/train/a/checkpoint"
    assert order["seed"] == task_seed(seeded(PLAN, "run-1"), "train/a")
    assert (order["grace"], order["max_output_bytes"]) == (10.0, 1000)


def test_an_order_names_secrets_and_no_more_of_the_environment_than_the_stage_wants(orders: Orders) -> None:
    order = orders.order(Order("train/a", 1, 60.0, {}))
    assert order["secret_names"] == ["API_KEY"]
    assert "secrets" not in order
    assert order["environment"] == {"OMP_NUM_THREADS": "2", "FROM": "image", "BOTH": "stage"}


def test_inputs_and_weights_are_read_from_the_outputs_volume(orders: Orders) -> None:
    order = orders.order(Order("validate/all", 1, 60.0, {"train/a": 3}))
    output = "/runner/outputs/run-1/tasks/train/a/attempt-3/output"
    assert order["inputs"] == {"train/a": output}
    assert order["restore"] == [[output, ["w.toml"]]]


@pytest.mark.parametrize(("timeout", "sliced"), [(SLICE, False), (SLICE + 1, True)])
def test_an_attempt_longer_than_a_container_may_work_is_sliced(
    orders: Orders, timeout: float, sliced: bool
) -> None:
    order = orders.order(Order("train/a", 1, timeout, {}))
    assert order.get("slice") == (SLICE if sliced else None)


@pytest.mark.parametrize("early", [{}, {"type": "hyperband", "min_iter": 3}])
def test_only_a_trial_that_may_end_early_shows_its_progress_while_it_works(early: dict[str, Any]) -> None:
    search = Search(method="random", parameters={}, command=("x",), early_terminate=early)
    stage = msgspec.structs.replace(TRAIN, search=search)
    plan = msgspec.structs.replace(PLAN, stages=(stage,))
    made = Orders(plan, "run-1", grace=10.0, most_output=1000, volumes={})
    order = made.order(Order("train/a", 1, 60.0, {}, {"lr": 0.1}))
    assert order.get("commit_every") == (REPORT_EVERY if early else None)
    assert order.get("commit_progress", False) == bool(early)
    assert order["files"]["args.json"] == '{"lr": 0.1}'
