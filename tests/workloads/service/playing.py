"""The whole service, with a model behind an endpoint that scripted players stand for."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import json

from tests.standins.openai.server import OpenAIServer
from tests.workloads.service.leaks import Password, Recorder
from tests.workloads.service.serving import served
from workloads.service.app import create


@dataclass
class House:
    """A service on a real server."""

    url: str
    models: Path
    ann: Password
    recorder: Recorder

    def client(self, **options: Any) -> httpx.Client:
        return self.recorder.client(self.url, headers=self.ann.bearer, timeout=30, **options)

    def post(self, path: str, **body: Any) -> httpx.Response:
        with self.client() as client:
            return client.post(path, json=body)

    def rollout(self, **body: Any) -> Any:
        answer = self.post("/generate-rollout", **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def health(self) -> Any:
        with self.client() as client:
            return client.get("/health-check").json()

    def until(self, holds: Callable[[Any], bool], seconds: float = 20) -> Any:
        """What the service says of itself, as soon as that holds."""
        deadline = time.monotonic() + seconds
        while not holds(health := self.health()):
            assert time.monotonic() < deadline, health
            time.sleep(0.02)
        return health


@contextmanager
def house(recorder: Recorder, folder: Path, **settings: Any) -> Iterator[House]:
    """A service with these settings, in a folder of its own."""
    models = folder / "models"
    models.mkdir(parents=True, exist_ok=True)
    document = {"name": "textgames", "model": {"name": "perfect"}, "models": str(models), **settings}
    (folder / "service.json").write_bytes(json.encode(document))
    ann = recorder.password("ann")
    surroundings = {
        "RUNNER_SERVICE_SETTINGS": str(folder / "service.json"),
        "RUNNER_SERVICE_VERSION": "v-1",
        "RUNNER_SERVICE_FOLDER": str(folder),
        "SERVICE_PASSWORDS": ann.entry,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in surroundings.items():
            patch.setenv(name, value)
        app = create()
        assert "SERVICE_PASSWORDS" not in os.environ
    with served(app) as url:
        made = House(url, models, ann, recorder)
        made.until(lambda health: health["ready"] or health["status"] == "failed", 300)
        yield made


@contextmanager
def played_by(openai: OpenAIServer, recorder: Recorder, folder: Path, **settings: Any) -> Iterator[House]:
    """A service whose model is behind this endpoint."""
    with house(recorder, folder, endpoint={"url": openai.url}, **settings) as made:
        yield made
