"""Requests and answers, as the document has them."""

from collections.abc import Callable

import pytest

from runner.service_client import (
    Ended,
    EvaluationRequest,
    RolloutRequest,
    Sampling,
    ServiceClient,
    ServiceError,
    Training,
    TrainingRequest,
    Turn,
)
from tests.standins.service.desk import Said
from tests.standins.service.server import Fault, StandIn

Connect = Callable[..., ServiceClient]


def test_health_sends_no_password_and_passes_over_fields_of_tomorrow(
    service: StandIn, client: ServiceClient
) -> None:
    health = client.health()
    assert (health.status, health.engine, health.ready) == ("ok", "transformers", True)
    assert "authorization" not in service.requests[0].headers


def test_a_rollout_has_its_turns_and_its_summary(service: StandIn, client: ServiceClient) -> None:
    sampling = Sampling(temperature=0.8, max_tokens=50)
    request = RolloutRequest(env_type="tic_tac_toe", max_steps=20, sampling_params=sampling)
    rollout = client.rollout(request)
    assert [turn.step for turn in rollout.trajectory] == [1, 2]
    assert (rollout.summary.total_reward, rollout.env_type) == (1.0, "tic_tac_toe")
    assert service.requests[0].fields == {
        "env_type": "tic_tac_toe",
        "max_steps": 20,
        "sampling_params": {"temperature": 0.8, "max_tokens": 50},
    }


def test_a_streamed_rollout_tells_its_turns_and_then_its_end(client: ServiceClient) -> None:
    told = list(client.stream_rollout(RolloutRequest()))
    assert [type(each) for each in told] == [Turn, Turn, Ended]


def test_an_error_in_the_middle_of_a_stream_is_raised(service: StandIn, client: ServiceClient) -> None:
    lines = [b'{"turn":{"step":1}}\n', b'{"error":{"code":"slow-request","message":"it took too long"}}\n']
    service.faults.append(Fault(answer=Said(lines=lines)))
    stream = client.stream_rollout(RolloutRequest())
    assert next(stream) == Turn(step=1)
    with pytest.raises(ServiceError, match="it took too long") as caught:
        next(stream)
    assert caught.value.code == "slow-request"


def test_a_stream_that_ends_too_early_is_an_error(service: StandIn, client: ServiceClient) -> None:
    service.faults.append(Fault(drop="midway"))
    with pytest.raises(ServiceError, match="broke off"):
        list(client.stream_rollout(RolloutRequest()))


def test_an_evaluation_says_what_many_episodes_came_to(client: ServiceClient) -> None:
    evaluation = client.evaluate(EvaluationRequest(eval_episodes=20, history_strategy="SCRATCHPAD"))
    assert (evaluation.results.success_rate, len(evaluation.episodes)) == (0.5, 20)
    assert evaluation.history_strategy == "SCRATCHPAD"


def test_a_training_is_started_followed_and_listed(client: ServiceClient) -> None:
    started = client.start_training(TrainingRequest(learning_rate=1e-5))
    seen: list[Training] = []
    ended = client.wait(started.run, seen.append, every=0.0)
    assert [training.status for training in seen] == ["running", "succeeded"]
    assert ended.over
    assert [training.run for training in client.trainings()] == [started.run]


def test_a_training_is_planned_without_starting_one(service: StandIn, client: ServiceClient) -> None:
    assert client.plan_training(TrainingRequest()).bound_usd == 1.5
    assert service.desk.trainings == {}


def test_a_training_is_cancelled(client: ServiceClient) -> None:
    run = client.start_training(TrainingRequest()).run
    assert client.cancel(run).status == "cancelled"


def test_a_run_cannot_lead_to_another_path(service: StandIn, client: ServiceClient) -> None:
    with pytest.raises(ServiceError) as caught:
        client.training("../health-check?x")
    assert caught.value.status == 404
    assert service.requests[0].path == "/training-status/..%2Fhealth-check%3Fx"


def test_a_wrong_field_is_named(client: ServiceClient) -> None:
    with pytest.raises(ServiceError) as caught:
        client.rollout(RolloutRequest(max_steps=0))
    error = caught.value
    assert (error.status, error.exit_code, error.processed) == (422, 2, False)
    assert [(each.field, each.message) for each in error.fields] == [("max_steps", "must be at least 1")]
    assert error.fix == "max_steps: must be at least 1"


@pytest.mark.parametrize(("password", "name"), [("ada's own", "ada"), ("correct horse battery", None)])
def test_a_password_lets_in_with_its_name_or_without(
    password: str, name: str | None, service: StandIn, connect: Connect
) -> None:
    assert connect(service.url, password, name=name).trainings() == ()


@pytest.mark.parametrize("name", ["ada", "nobody", None])
def test_a_wrong_password_is_refused_and_not_tried_again(
    name: str | None, service: StandIn, connect: Connect
) -> None:
    with pytest.raises(ServiceError, match="wrong or missing") as caught:
        connect(service.url, "guess", name=name).trainings()
    assert (caught.value.status, caught.value.exit_code) == (401, 2)
    assert len(service.requests) == 1
