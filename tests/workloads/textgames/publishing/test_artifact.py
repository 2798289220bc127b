"""Weights in an artifact of W&B, with the real client."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from runner.kinds.language.published import places
from runner.results.fetching import fetched_to, verification
from runner.results.model import WeightFile
from tests.standins.wandb.client import environment, run_wandb
from tests.standins.wandb.server import WandbServer
from tests.workloads.textgames.publishing.publications import RUN, output_of, published


def of_wandb(server: WandbServer, folder: Path, **more: str) -> dict[str, str]:
    return environment(server, WANDB_DIR=str(folder), WANDB_CACHE_DIR=str(folder / "cache"), **more)


def test_what_was_put_into_an_artifact_is_fetched_and_verified_by_the_commands_of_the_report(
    wandb_server: WandbServer, tmp_path: Path
) -> None:
    output = output_of(tmp_path)
    document, said = published(output, of_wandb(wandb_server, tmp_path), wandb="wordle")
    (place,) = document["places"]
    assert (place["name"], place["version"], document["problems"]) == ("me/grpo-wordle/wordle", "v0", [])
    (kept,) = wandb_server.artifacts
    assert (kept.type, set(kept.aliases)) == ("model", {"latest", RUN})
    assert wandb_server.key not in said + str(document)

    found, warnings = places("train/grpo", output)
    assert warnings == []
    root = tmp_path / "repository"
    root.mkdir()
    for file in document["files"]:
        path = f"models/wordle/{file['path']}"
        (kept_at,) = found[f"train/grpo:model/{file['path']}"]
        weight = WeightFile(path=path, task="train/grpo", sha256=file["sha256"], bytes=file["bytes"])
        weight = replace(weight, places=(replace(kept_at, get=fetched_to(kept_at.get, path)),))
        arguments = shlex.split(weight.places[0].get)[1:]
        done = run_wandb(wandb_server, root, *arguments, WANDB_CACHE_DIR=str(tmp_path / "other"))
        assert done.returncode == 0, done.stdout + done.stderr
        checked = subprocess.run(["sh", "-c", verification(weight)], cwd=root, capture_output=True, text=True)
        assert checked.stdout == f"{path}: OK\n", checked.stderr


@pytest.mark.parametrize(
    ("name", "environment_of", "said"),
    [
        ("wordle", {"WANDB_API_KEY": ""}, "nobody is logged in; name WANDB_API_KEY under secrets"),
        (
            "wordle",
            {"WANDB_API_KEY": "x" * 40, "WANDB_MODE": "offline"},
            "WANDB_MODE is offline; leave it out",
        ),
        ("word/le", {"WANDB_API_KEY": "x" * 40}, "it is no name of an artifact"),
    ],
)
def test_an_artifact_that_cannot_be_is_a_warning_and_the_weights_stay(
    tmp_path: Path, name: str, environment_of: dict[str, str], said: str
) -> None:
    output = output_of(tmp_path)
    document, printed = published(output, environment_of, wandb=name)
    assert document["places"] == []
    assert said in document["problems"][0]
    assert f"warning: the weights were not put into the W&B artifact {name}: " in printed
    assert (output / "model" / "adapter_model.safetensors").stat().st_size == 5_000


def test_an_artifact_belongs_to_the_run_of_the_training_where_there_is_one(
    wandb_server: WandbServer, tmp_path: Path
) -> None:
    begin = "import wandb; wandb.init(project='games', id='train', settings=wandb.Settings(console='off'))\n"
    variables = of_wandb(wandb_server, tmp_path)
    document, _ = published(output_of(tmp_path), variables, before=begin, wandb="wordle")
    assert document["places"][0]["url"] == f"{wandb_server.url}/me/games/artifacts/model/wordle/v0"
    assert [run.name for run in wandb_server.all_runs] == ["train"]


def test_a_key_that_nobody_has_is_a_warning(wandb_server: WandbServer, tmp_path: Path) -> None:
    variables = {**of_wandb(wandb_server, tmp_path), "WANDB_API_KEY": "y" * 40}
    document, printed = published(output_of(tmp_path), variables, wandb="wordle")
    (problem,) = document["problems"]
    assert "the weights were not put into the W&B artifact wordle: " in problem
    assert "y" * 40 not in problem + printed
    assert "Traceback" not in printed


def test_where_nothing_is_asked_for_nothing_is_left(tmp_path: Path) -> None:
    document, _ = published(output_of(tmp_path), {})
    assert document == {}
