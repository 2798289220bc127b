"""A sweep is opened at W&B once, or it is said why not."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kinds.sweep.errands import GRID, Errands
from tests.standins.wandb.server import WandbServer


@pytest.fixture
def errands(tmp_path: Path, wandb_server: WandbServer) -> Errands:
    return Errands(tmp_path, wandb_server)


def test_a_sweep_is_created_once_however_often_the_task_is_started(
    errands: Errands, wandb_server: WandbServer
) -> None:
    assert errands.open() == errands.open()
    sweep = wandb_server.sweeps[0]
    assert len(wandb_server.sweeps) == 1
    assert errands.opened() == {
        "entity": "me",
        "project": "games",
        "id": sweep.name,
        "name": "my sweep run-1",
        "url": f"https://wandb.example/me/games/sweeps/{sweep.name}",
        "state": "PENDING",
        "method": "grid",
        "metric": {"name": "loss", "goal": "minimize"},
        "parameters": ["plan", "x"],
        "run_count": 0,
    }
    for name, text in [("sweep-id", sweep.name), ("entity", "me"), ("project", "games")]:
        assert (errands.input / f"sweep/open/{name}.txt").read_text() == f"{text}\n"
    assert wandb_server.unknown == []


@pytest.mark.parametrize("status", [0, 502])
def test_a_creation_whose_answer_is_lost_is_found_by_its_name(
    errands: Errands, wandb_server: WandbServer, status: int
) -> None:
    wandb_server.fail("UpsertSweep", status, moment="after")
    assert errands.open()[0] == 0
    assert [sweep.name for sweep in wandb_server.sweeps] == [errands.opened()["id"]]


def test_a_creation_that_had_no_effect_is_made_again(errands: Errands, wandb_server: WandbServer) -> None:
    wandb_server.drop("UpsertSweep", moment="before")
    assert errands.open()[0] == 0
    assert [sweep.name for sweep in wandb_server.sweeps] == [errands.opened()["id"]]


def test_of_two_sweeps_of_one_name_the_oldest_is_kept(errands: Errands, wandb_server: WandbServer) -> None:
    first, second = (wandb_server.create_sweep({**GRID, "name": "my sweep run-1"}, "games") for _ in range(2))
    first.created -= 60
    assert errands.open()[0] == 0
    assert errands.opened()["id"] == first.name
    assert (first.state, second.state) == ("PENDING", "CANCELED")


def test_a_sweep_means_to_wandb_what_it_meant_here(errands: Errands, wandb_server: WandbServer) -> None:
    parameters = {
        "lr": {"min": 1e-05, "max": 1},
        "layers": {"min": 1, "max": 4},
        "tag": {"values": ["008", "1e3"]},
        "deep": {"parameters": {"x": {"min": 0.0, "max": 1.0}}},
    }
    sweep = {"method": "random", "parameters": parameters, "program": "train.py"}
    assert errands.open(sweep=sweep, local_controller=True)[0] == 0
    made = wandb_server.sweeps[0]
    assert made.is_local
    assert made.config["parameters"] == {
        "lr": {"min": 1e-05, "max": 1, "distribution": "uniform"},
        "layers": {"min": 1, "max": 4, "distribution": "int_uniform"},
        "tag": {"values": ["008", "1e3"]},
        "deep": {"parameters": {"x": {"min": 0.0, "max": 1.0, "distribution": "uniform"}}},
    }
    assert "'008'" in made.text
    assert yaml.safe_load(made.text) == made.config


@pytest.mark.parametrize("written", ["", "me/", "me/games/"])
def test_a_sweep_that_exists_is_found_however_its_id_is_written(
    errands: Errands, wandb_server: WandbServer, written: str
) -> None:
    made = wandb_server.create_sweep(GRID, "games")
    entity = {"sweep_id": f"{written}{made.name}", "project": "games" if written != "me/games/" else "other"}
    if written == "me/":
        entity["sweep_id"] = f"games/{made.name}"
    assert errands.open(sweep=None, **entity)[0] == 0
    assert (errands.opened()["id"], errands.opened()["project"]) == (made.name, "games")
    assert len(wandb_server.sweeps) == 1


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"entity": "nobody"},
            "W&B does not create the sweep in nobody/games: W&B says: entity nobody not found",
        ),
        ({"entity": "others"}, "W&B does not create the sweep in others/games: W&B says: permission denied"),
        ({"sweep_id": "none"}, "there is no sweep me/games/none at W&B, or this key may not see it"),
        (
            {"sweep": {"method": "grid"}},
            "W&B does not create the sweep in me/games: W&B says: Invalid sweep config: ",
        ),
    ],
)
def test_what_wandb_refuses_is_said_in_a_sentence(
    errands: Errands, wandb_server: WandbServer, settings: dict[str, Any], sentence: str
) -> None:
    wandb_server.add_person("others")
    code, said, complaint = errands.open(**settings)
    assert (code, said) == (1, "")
    assert complaint.startswith(sentence)
    assert complaint.count("\n") == 1
    assert wandb_server.sweeps == []


def test_what_wandb_only_warns_of_is_passed_on(errands: Errands, wandb_server: WandbServer) -> None:
    exponents = {"distribution": "log_uniform", "min": -9, "max": -2}
    code, _, complaint = errands.open(sweep={**GRID, "method": "random", "parameters": {"lr": exponents}})
    assert code == 0
    assert complaint.startswith("W&B warns of the sweep: lr uses log_uniform, where min/max specify base-e")


def test_a_key_that_is_missing_or_wrong_is_named_and_not_shown(errands: Errands) -> None:
    code, _, complaint = errands.run("open_sweep.py", "sweep/open", WANDB_API_KEY="")
    assert (code, complaint) == (
        1,
        "there is no WANDB_API_KEY in the environment: name it under `secrets`\n",
    )
    code, _, complaint = errands.run("open_sweep.py", "sweep/open", WANDB_API_KEY="f" * 40)
    assert code == 1
    assert complaint.endswith("does not accept the key in WANDB_API_KEY\n")
    assert "f" * 40 not in complaint


@pytest.mark.parametrize("status", [0, 429, 503])
def test_a_wandb_that_fails_once_is_asked_again(
    errands: Errands, wandb_server: WandbServer, status: int
) -> None:
    wandb_server.fail("Viewer", status)
    assert errands.open()[0] == 0
    assert wandb_server.counts()["Viewer"] == 2


@pytest.mark.exhaustive
def test_a_wandb_that_is_not_there_is_told_apart_from_one_that_fails(
    errands: Errands, wandb_server: WandbServer
) -> None:
    wandb_server.fail("Viewer", 503, times=None)
    assert errands.open()[2].endswith("fails with HTTP 503: the stand-in was told to fail\n")
    with wandb_server.refusing():
        code, _, complaint = errands.open()
    assert (code, complaint.split(" cannot")[1]) == (1, " be reached: Connection refused\n")


@pytest.mark.exhaustive
def test_a_wandb_that_does_not_answer_is_given_up_in_time(
    errands: Errands, wandb_server: WandbServer
) -> None:
    wandb_server.hang("Viewer")
    began = time.monotonic()
    code, _, complaint = errands.open()
    assert (code, complaint) == (1, "W&B did not answer within 15 seconds\n")
    assert time.monotonic() - began < 20
