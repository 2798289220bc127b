"""What a person and a program get to see."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.standins.service.desk import refused
from tests.standins.service.server import Fault, StandIn

Ask = Callable[..., Any]


def test_health_is_said_without_a_password(ask: Ask, service: StandIn) -> None:
    done = ask("health", RUNNER_SERVICE_PASSWORD="")
    assert done.stdout.splitlines() == [
        "textgames: ok, ready",
        "  tiny with transformers, version 0123456789ab, trains",
        "  up 12s, 0 rollouts now",
    ]
    assert "authorization" not in service.requests[0].headers


def test_a_rollout_is_a_readable_transcript_that_obeys_no_model(ask: Ask) -> None:
    done = ask("rollout", "--env-type", "tic_tac_toe", "--adapter", "a/b", "--seed", "3")
    assert done.stdout.splitlines() == [
        "step 1",
        "  a maze",
        "  step 1",
        "  > up 1",
        "  reward 0",
        "step 2",
        "  a maze",
        "  step 2",
        "  > up 2",
        "  reward 1, done",
        "success: total reward 1 in 2 steps, 14 tokens",
        "tiny with a/b, tic_tac_toe, NO_HISTORY, seed 3",
    ]


def test_a_stream_shows_the_same(ask: Ask) -> None:
    assert ask("rollout", "--stream").stdout == ask("rollout").stdout


def test_options_become_the_fields_of_the_document(ask: Ask, service: StandIn) -> None:
    done = ask(
        "rollout", "--model-path", "models/x", "--env-type", "key_door", "--env-config", '{"size": 4}',
        "--history-strategy", "SCRATCHPAD", "--max-steps", "20", "--temperature", "0.8", "--top-p", "0.9",
        "--top-k", "5", "--min-p", "0.1", "--max-tokens", "50", "--seed", "7", "--stream",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert service.requests[0].fields == {
        "model_path": "models/x", "env_type": "key_door", "env_config": {"size": 4},
        "history_strategy": "SCRATCHPAD", "max_steps": 20, "seed": 7, "stream": True,
        "sampling_params": {"temperature": 0.8, "top_p": 0.9, "top_k": 5, "min_p": 0.1, "max_tokens": 50},
    }  # fmt: skip


def test_an_evaluation_is_a_table_with_intervals(ask: Ask) -> None:
    done = ask("evaluate", "--eval-episodes", "20")
    assert done.stdout.splitlines() == [
        "tiny, key_door, NO_HISTORY: 20 episodes",
        "              value  95 % interval",
        "success rate  50.0%  29.9% to 70.1% (Wilson)",
        "mean reward   0.5    0.266 to 0.734 (Student t)",
        "mean steps    3",
        "tokens        420",
    ]


def test_a_training_says_its_price_and_what_comes_next(ask: Ask, service: StandIn) -> None:
    done = ask(
        "train", "--learning-rate", "1e-5", "--batch-size", "16", "--max-steps", "500", "--env-size", "4"
    )
    assert done.stdout.splitlines() == [
        "grpo 20261120-150400 is launching, at most $1.50, probably $0.25 to $0.50",
        "next:",
        f"  runner service status 20261120-150400 --url {service.url}",
        f"  runner service cancel 20261120-150400 --url {service.url}",
        "  runner collect        # brings home what was trained at a provider: its pull request",
    ]
    assert service.requests[0].fields == {
        "learning_rate": 1e-5, "batch_size": 16, "max_steps": 500, "env_size": 4
    }  # fmt: skip


def test_a_dry_run_starts_nothing(ask: Ask, service: StandIn) -> None:
    done = ask("train", "--dry-run")
    assert done.stdout == "grpo would be run, at most $1.50; nothing was started\n"
    assert service.desk.trainings == {}


def test_a_training_is_waited_for(ask: Ask) -> None:
    done = ask("train", "--wait")
    assert done.returncode == 0
    assert done.stderr.splitlines() == ["20261120-150400: running", "20261120-150400: succeeded"]
    assert done.stdout.splitlines()[-3:] == [
        "grpo 20261120-150400: succeeded",
        "  2.0s, $0.00 so far, at most $1.50",
        "  step 2, reward 0.25",
    ]


def test_a_training_that_fails_exits_with_1_and_says_why(ask: Ask, service: StandIn) -> None:
    run = json.loads(ask("train", "--json").stdout)["run"]
    service.desk.endings = "failed"
    done = ask("status", run, "--wait")
    assert done.returncode == 1
    assert "  the container was killed\n" in done.stdout


def test_trainings_are_listed_and_cancelled(ask: Ask) -> None:
    assert ask("status").stdout.startswith("no trainings yet; ")
    run = json.loads(ask("train", "--json").stdout)["run"]
    assert ask("cancel", run).stdout.startswith(f"grpo {run}: cancelled\n")
    assert [each["status"] for each in json.loads(ask("status", "--json").stdout)] == ["cancelled"]


@pytest.mark.parametrize(
    "command", [["health"], ["rollout"], ["evaluate"], ["train"], ["train", "--dry-run"]]
)
def test_json_is_all_that_a_program_gets(command: list[str], ask: Ask) -> None:
    done = ask(*command, "--json")
    assert isinstance(json.loads(done.stdout), dict)
    assert done.stderr == ""


def test_a_stream_for_programs_has_a_line_for_each_turn(ask: Ask) -> None:
    lines = [json.loads(line) for line in ask("rollout", "--stream", "--json").stdout.splitlines()]
    assert [next(iter(line)) for line in lines] == ["turn", "turn", "model"]


def test_what_the_service_refuses_exits_with_2_and_names_the_field(ask: Ask, service: StandIn) -> None:
    wrong = refused(422, "invalid", "1 field of the request is wrong", ("env_config.size", "is too large"))
    service.faults.append(Fault(answer=wrong))
    done = ask("rollout", "--env-config", '{"size": 99}')
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"error[invalid]: {service.url}: 1 field of the request is wrong",
        "  fix: env_config.size: is too large",
    ]


@pytest.mark.exhaustive
def test_a_service_that_is_not_there_exits_with_4(ask: Ask) -> None:
    done = ask("health", RUNNER_SERVICE_URL="http://127.0.0.1:9")
    assert done.returncode == 4
    assert "cannot be reached" in done.stderr


@pytest.mark.exhaustive
def test_a_lost_answer_to_a_training_says_how_to_ask_again(ask: Ask, service: StandIn) -> None:
    service.faults.extend([Fault(drop="after")] * 5)
    done = ask("train")
    assert done.returncode == 4
    assert f"--key {next(iter(service.desk.keys))}, which starts no second one" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rollout", "--env-config", "[1]"], "it is no JSON object"),
        (["rollout", "--env-type", "chess"], "key_door"),
        (["health", "--timeout", "soon"], "is not a duration"),
        (["status", "--wait"], "needs a RUN"),
        (["rolout"], "Did you mean rollout?"),
        (["health", "--url", "http://example.org"], "only over https"),
        (["health", "--url", "http://127.0.0.1:1", "--job", "x"], "name two services"),
    ],
)
def test_a_wrong_command_is_refused_before_anything_is_asked(
    arguments: list[str], said: str, ask: Ask, service: StandIn
) -> None:
    done = ask(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert service.requests == []


def test_without_an_address_it_is_said_how_to_give_one(ask: Ask) -> None:
    done = ask("health", RUNNER_SERVICE_URL="")
    assert done.returncode == 2
    assert "error[no-service]" in done.stderr


@pytest.mark.parametrize(
    "name", ["health", "rollout", "evaluate", "train", "status", "cancel", "list", "rollback", "remove"]
)
def test_every_command_has_help_with_examples(name: str, ask: Ask) -> None:
    assert f"runner service {name}" in ask(name, "--help").stdout.partition("Examples:")[2]
