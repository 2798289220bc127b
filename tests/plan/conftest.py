from collections.abc import Callable

import pytest

from runner.manifest.common import Gate
from runner.plan.model import DeployedFile, Endpoint, PinnedSource, Plan, Requirements, Stage, Task
from runner.plan.prices import Prices

GIBIBYTE = 2**30


@pytest.fixture
def prices() -> Prices:
    return Prices("2026-01-02", "a test", 0.001, 0.0001, {"T4": 0.01, "H100": 0.1}, 1.75)


@pytest.fixture
def requirements() -> Callable[..., Requirements]:
    def make(**changes: object) -> Requirements:
        return Requirements(**{"cpu": 2.0, "memory": 4 * GIBIBYTE, "timeout": 100, **changes})  # type: ignore[arg-type]

    return make


@pytest.fixture
def plan(requirements: Callable[..., Requirements]) -> Plan:
    """Two variants, then three matchups; two weight files, two gates."""
    train = Stage(
        name="train",
        tasks=tuple(
            Task(f"train/{name}", (("python", "tune.py", name),), {"variant": name}, (f"data/{name}.toml",))
            for name in ("ember", "tide")
        ),
        requirements=requirements(retries=1),
        build=("make", "game"),
        secrets=("WANDB_API_KEY",),
    )
    validate = Stage(
        name="validate",
        tasks=tuple(
            Task(f"validate/{name}", (("play", name), ("report",))) for name in ("a-b", "a-c", "b-c")
        ),
        requirements=requirements(cpu=1.0, gpus=("T4", "H100")),
        inputs=("train",),
        proceed="any",
        restore_weights=True,
    )
    return Plan(
        job="weights",
        kind="Tune",
        source=PinnedSource("c" * 40, "d" * 40, uncommitted=("game.py",)),
        manifest={"kind": "Tune"},
        stages=(train, validate),
        gates=(
            Gate(metric="win_rate", task="train/ember", against="champion"),
            Gate(metric="first_seat_win_rate", between=[0.45, 0.6]),
        ),
        deploy=(
            DeployedFile("train/ember", "weights/data/ember.toml", "data/ember.toml"),
            DeployedFile("train/tide", "weights/data/tide.toml", "data/tide.toml"),
        ),
        baseline=("data/ember.toml", "data/tide.toml"),
    )


@pytest.fixture
def service(requirements: Callable[..., Requirements]) -> Plan:
    """A service with one container that always stands, which trains."""
    served = Stage(
        name="serve",
        tasks=(Task("serve/app", (("python", "make.py", "tiny"),)),),
        requirements=requirements(gpus=("T4",)),
        secrets=("HF_TOKEN", "SERVICE_PASSWORDS"),
        volumes={"/cache": "models"},
        endpoint=Endpoint(
            app="games.app:create",
            min_containers=1,
            max_containers=3,
            password_secret="SERVICE_PASSWORDS",
            training="jobs/tiny.yaml",
            watch=("games", "models"),
        ),
        notes=("tiny answers", "requests may launch jobs/tiny.yaml"),
    )
    return Plan(
        job="games",
        kind="Service",
        source=PinnedSource("c" * 40, "d" * 40),
        manifest={"kind": "Service", "spec": {"budget": {"usd": 3}}},
        stages=(served,),
    )
