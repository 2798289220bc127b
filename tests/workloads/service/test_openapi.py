"""Schemathesis asks for all that the OpenAPI document allows, and for what it does not, of a real server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.standins.openai.server import OpenAIServer
from tests.workloads.service.leaks import Password, Recorder
from tests.workloads.service.serving import served
from workloads.service.access.passwords import Passwords
from workloads.service.access.protect import protect
from workloads.service.api.application import application
from workloads.service.inference.inference import Inference
from workloads.service.settings import Access, Limits, ServiceSettings
from workloads.service.training import (
    PlannedTraining,
    StartedTraining,
    TrainingError,
    TrainingRequest,
    TrainingStatus,
)
from workloads.service.training.model import OVER
from workloads.textgames.settings import Endpoint, Model

SHORT = 15
LONG = 600
"""Seconds."""
CONFIGURATION = """
headers = { Authorization = "Bearer ${SERVICE_PASSWORD}" }
[checks.positive_data_acceptance]
# What a game is made with, and which models there are, no schema says.
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "404", "405", "409", "413", "415", "422", "429"]
"""


class Trainings:
    """Keeps trainings in mind and runs none."""

    def __init__(self) -> None:
        self.known: dict[str, TrainingStatus] = {}

    async def plan(self, request: TrainingRequest) -> PlannedTraining:
        return PlannedTraining(job="train", bound_usd=1.0, estimate_usd=0.1, plan={"stages": []})

    async def start(self, request: TrainingRequest, key: str = "") -> StartedTraining:
        if (
            request.env_size is not None
            and request.env_config.get("size", request.env_size) != request.env_size
        ):
            raise TrainingError("at_odds", 422, "env_size is at odds with env_config")
        if len(self.known) > 20:
            raise TrainingError("at_once", 409, "so many trainings are running already")
        run = f"20260101-000000-{len(self.known):06x}"
        self.known[run] = TrainingStatus(
            run=run,
            job="train",
            status="running",
            reason="",
            seconds=1.0,
            cost_usd=0.0,
            bound_usd=1.0,
            progress={},
        )
        return StartedTraining(run=run, job="train", status="queued", bound_usd=1.0)

    async def list(self) -> tuple[TrainingStatus, ...]:
        return tuple(self.known.values())

    async def status(self, run: str) -> TrainingStatus:
        if run not in self.known:
            raise TrainingError("not_found", 404, "there is no training of this name")
        return self.known[run]

    async def cancel(self, run: str) -> TrainingStatus:
        found = await self.status(run)
        if found.status in OVER:
            raise TrainingError("over", 409, "the training is over already")
        self.known[run] = replace(found, status="cancelled")
        return self.known[run]


@pytest.fixture(scope="module")
def ann(recorded: Recorder) -> Password:
    return recorded.password("ann")


@pytest.fixture(scope="module")
def url(ann: Password, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("service")
    with OpenAIServer() as openai:
        settings = ServiceSettings(
            name="textgames",
            model=Model(name="random"),
            models=str(folder / "models"),
            endpoint=Endpoint(url=openai.url),
            access=Access(attempts=1_000_000, longest_delay=1.0),
            limits=Limits(episodes=5, body=100_000),
        )
        made = application(Inference(settings, folder), Trainings(), "v-1")  # type: ignore[arg-type]
        with served(protect(made, settings, Passwords.parse(ann.entry))) as address:
            yield address


def hunt(url: str, ann: Password, recorded: Recorder, folder: Path, *more: str) -> None:
    """All checks; whatever they find is the failure."""
    (folder / "schemathesis.toml").write_text(CONFIGURATION)
    command = [str(Path(sys.executable).parent / "st"), "--config-file", str(folder / "schemathesis.toml")]
    command += [
        "run",
        f"{url}/openapi.json",
        "--checks",
        "all",
        "--generation-database",
        "none",
        "--no-color",
    ]
    done = subprocess.run(
        [*command, "--continue-on-failure", *more],
        cwd=folder,
        env={**os.environ, "SERVICE_PASSWORD": ann.text},
        capture_output=True,
        text=True,
    )
    recorded.text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]


@pytest.mark.slow
def test_nothing_undocumented_is_answered(
    url: str, ann: Password, recorded: Recorder, tmp_path: Path
) -> None:
    hunt(url, ann, recorded, tmp_path, "--seed", "7", "--max-time", str(SHORT), "--no-shrink")


@pytest.mark.matrix
def test_nothing_undocumented_is_answered_in_ten_minutes(
    url: str, ann: Password, recorded: Recorder, tmp_path: Path
) -> None:
    hunt(url, ann, recorded, tmp_path, "--max-time", str(LONG))
