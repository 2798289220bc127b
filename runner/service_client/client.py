"""The client itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote
from uuid import uuid4

from msgspec import Struct, to_builtins

from runner.errors import InputError
from runner.service_client.answers import Answer, decoded, refused_midway
from runner.service_client.connection import Connection
from runner.service_client.errors import ServiceError
from runner.service_client.models import (
    Ended,
    Evaluation,
    EvaluationRequest,
    Health,
    Rollout,
    RolloutRequest,
    Training,
    TrainingPlan,
    TrainingRequest,
    TrainingStarted,
    Turn,
)
from runner.service_client.retrying import Retries

TIMEOUT: Final = 900.0
FIRST_LOOK: Final = 1.0
LONGEST_LOOK: Final = 30.0
LONGEST_KEY: Final = 200


class _Trainings(Struct):
    trainings: tuple[Training, ...] = ()


class _Line(Struct):
    turn: Turn | None = None
    error: dict[str, object] | None = None


class ServiceClient:
    """A service, as a person or a program with a password sees it.

    With a `name` the password is that of this name; without one it is the team's. `timeout` is the most
    seconds that one request may take, and `retries` says what happens where it does not come through.

    Every method raises ServiceError where the service refuses or cannot be reached. Raises InputError for
    an address to which no password may go: another machine is spoken to over https only.
    """

    def __init__(
        self,
        url: str,
        password: str = "",
        name: str | None = None,
        *,
        timeout: float = TIMEOUT,
        retries: Retries = Retries(),  # noqa: B008 - it is frozen
    ) -> None:
        self._connection = Connection(url, password, name, timeout=timeout, retries=retries)
        self._name = name

    def __repr__(self) -> str:
        return f"ServiceClient({self.url!r}, name={self._name!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The address of the service."""
        return self._connection.url

    def close(self) -> None:
        """Ends all connections. The client may be used again."""
        self._connection.close()

    def health(self) -> Health:
        """How the service is. Needs no password and sends none."""
        return self._get("/health-check", Health, open=True)

    def rollout(self, request: RolloutRequest) -> Rollout:
        """Plays one episode."""
        return self._post("/generate-rollout", request, Rollout, repeatable=request.seed is not None)

    def stream_rollout(self, request: RolloutRequest) -> Iterator[Turn | Ended]:
        """Plays one episode: its turns as they are played, then its end."""
        body = {**_fields(request), "stream": True}
        question = self._connection.question(
            "POST", "/generate-rollout", body, repeatable=request.seed is not None
        )
        for line in self._connection.lines(question):
            told = decoded(line, _Line, self.url)
            if told.error is not None:
                raise refused_midway(line, self.url)
            if told.turn is None:
                yield decoded(line, Ended, self.url)
                return
            yield told.turn
        raise ServiceError("service-broken-off", 0, "the rollout broke off before its end", place=self.url)

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        """Plays many episodes, and says what they came to."""
        return self._post("/evaluate-policy", request, Evaluation, repeatable=request.seed is not None)

    def plan_training(self, request: TrainingRequest) -> TrainingPlan:
        """What a training would do and could cost; nothing is started."""
        body = {**_fields(request), "dry_run": True}
        return self._post("/start-training", body, TrainingPlan, repeatable=True)

    def start_training(self, request: TrainingRequest, key: str | None = None) -> TrainingStarted:
        """Starts a training. The same `key` never starts a second one; without it each call has its own."""
        key = str(uuid4()) if key is None else key
        if not (key.isascii() and key.isprintable() and key == key.strip() and 0 < len(key) <= LONGEST_KEY):
            raise InputError("bad-key", f"a key has 1 to {LONGEST_KEY} plain characters")
        return self._post("/start-training", request, TrainingStarted, key=key, repeatable=True)

    def training(self, run: str) -> Training:
        """How a training stands."""
        return self._get(f"/training-status/{quote(run, safe='')}", Training)

    def trainings(self) -> tuple[Training, ...]:
        """All trainings that the service knows."""
        return self._get("/training-status", _Trainings).trainings

    def cancel(self, run: str) -> Training:
        """Ends a training; what it has so far is kept."""
        return self._post(f"/cancel-training/{quote(run, safe='')}", None, Training, repeatable=True)

    def wait(
        self, run: str, seen: Callable[[Training], None] | None = None, every: float | None = None
    ) -> Training:
        """Waits until a training is over, and says how it ended.

        `seen` is told each time that it was looked at: every so many seconds, or less and less often.
        """
        pause = FIRST_LOOK
        while True:
            training = self.training(run)
            if seen is not None:
                seen(training)
            if training.over:
                return training
            time.sleep(pause if every is None else every)
            pause = min(LONGEST_LOOK, pause * 1.5)

    def _get(self, path: str, kind: type[Answer], *, open: bool = False) -> Answer:
        question = self._connection.question("GET", path, repeatable=True, open=open)
        return decoded(self._connection.ask(question), kind, self.url)

    def _post(
        self,
        path: str,
        body: Struct | dict[str, object] | None,
        kind: type[Answer],
        *,
        key: str | None = None,
        repeatable: bool,
    ) -> Answer:
        question = self._connection.question("POST", path, body, key=key, repeatable=repeatable)
        return decoded(self._connection.ask(question), kind, self.url)


def _fields(request: Struct) -> dict[str, object]:
    fields: dict[str, object] = to_builtins(request)
    return fields
