"""The client and the service agree: the real application, played by an endpoint on this machine."""

import json
from collections.abc import Iterator

import pytest

from runner.service_client import (
    Ended,
    EvaluationRequest,
    RolloutRequest,
    Sampling,
    ServiceClient,
    ServiceError,
    TrainingRequest,
)
from runner.service_client.models import HistoryStrategy
from tests.standins.openai.server import OpenAIServer
from tests.workloads.service.leaks import QUICK, Recorder, recorded
from tests.workloads.service.serving import served

__all__ = ["recorded"]

PASSWORD = "grüße aus dem Versuch"
GUEST = "only for playing"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, recorded: Recorder) -> Iterator[str]:
    """The address of the application, which `team` and the guest may ask."""
    from workloads.service.app import create

    folder = tmp_path_factory.mktemp("service")
    mine, guests = (recorded.hash(QUICK.hash(recorded.secret(text))) for text in (PASSWORD, GUEST))
    entries = [mine, f"guest:inference:{guests}"]
    with OpenAIServer() as model, pytest.MonkeyPatch.context() as patch:
        settings = {"name": "web", "model": {"name": "perfect"}, "endpoint": {"url": model.url}}
        (folder / "service.json").write_text(json.dumps(settings))
        patch.setenv("RUNNER_SERVICE_SETTINGS", str(folder / "service.json"))
        patch.setenv("RUNNER_SERVICE_FOLDER", str(folder))
        patch.setenv("SERVICE_PASSWORDS", "\n".join(entries))
        with served(recorded.around(create())) as address:
            yield address


@pytest.fixture
def team(url: str) -> Iterator[ServiceClient]:
    with ServiceClient(url, PASSWORD) as client:
        yield client


@pytest.mark.parametrize("history", ["NO_HISTORY", "FULL_HISTORY", "SCRATCHPAD"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_rollout_is_played(history: HistoryStrategy, stream: bool, team: ServiceClient) -> None:
    request = RolloutRequest(
        env_type="tic_tac_toe", history_strategy=history, seed=3, sampling_params=Sampling(temperature=0.5)
    )
    if stream:
        *turns, ended = team.stream_rollout(request)
    else:
        ended = team.rollout(request)
        turns = list(ended.trajectory)
    assert isinstance(ended, Ended)
    assert (ended.summary.steps_taken, ended.summary.seed) == (len(turns), 3)
    assert (ended.model, ended.env_type, ended.history_strategy) == ("perfect", "tic_tac_toe", history)


def test_an_evaluation_has_its_episodes(team: ServiceClient) -> None:
    evaluation = team.evaluate(EvaluationRequest(env_config={"size": 4}, eval_episodes=4))
    assert (evaluation.results.success_rate, len(evaluation.episodes)) == (1.0, 4)


def test_health_is_open_to_everybody(url: str) -> None:
    with ServiceClient(url) as client:
        health = client.health()
    assert (health.service, health.engine, health.ready, health.training) == ("web", "endpoint", True, False)


def test_a_guest_gets_in_by_name_and_trains_nothing(url: str) -> None:
    with ServiceClient(url, GUEST, "guest") as client:
        assert client.rollout(RolloutRequest(env_type="tic_tac_toe")).summary.steps_taken
        with pytest.raises(ServiceError) as caught:
            client.start_training(TrainingRequest())
    assert caught.value.status == 403


def test_where_nothing_is_trained_that_is_said(team: ServiceClient) -> None:
    for ask in (lambda: team.plan_training(TrainingRequest()), team.trainings, lambda: team.cancel("run")):
        with pytest.raises(ServiceError, match="does not train") as caught:
            ask()
        assert caught.value.status == 404


def test_a_wrong_password_is_refused(url: str) -> None:
    with ServiceClient(url, "a wrong password") as client, pytest.raises(ServiceError) as caught:
        client.rollout(RolloutRequest())
    assert caught.value.status == 401


def test_a_wrong_field_is_named(team: ServiceClient) -> None:
    request = RolloutRequest(sampling_params=Sampling(top_p=2.0))
    with pytest.raises(ServiceError) as caught:
        team.rollout(request)
    assert caught.value.status == 422
    assert [problem.field for problem in caught.value.fields] == ["sampling_params.top_p"]
