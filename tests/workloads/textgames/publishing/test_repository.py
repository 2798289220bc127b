"""Weights in a repository of the Hugging Face hub, with the real client."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from runner.kinds.language.published import places
from runner.results.fetching import fetched_to, verification
from runner.results.model import WeightFile
from tests.standins.hub.server import ModelHub
from tests.workloads.textgames.publishing.publications import JOB, RUN, output_of, published
from workloads.textgames.publishing.record import PublishError

pytestmark = pytest.mark.llm


def shell(command: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**os.environ, **environment, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_what_was_put_into_a_repository_is_fetched_and_verified_by_the_commands_of_the_report(
    model_hub: ModelHub, tmp_path: Path
) -> None:
    output = output_of(tmp_path)
    variables = model_hub.environment(tmp_path, model_hub.token)
    document, said = published(output, {**variables, "HF_HUB_OFFLINE": "1"}, huggingface="acme/wordle")
    made = model_hub.repository("acme/wordle")
    (place,) = document["places"]
    assert (made.private, place["version"], document["problems"]) == (True, made.head.oid, [])
    assert made.head.message == f"{JOB}, run {RUN}"
    assert model_hub.token not in said + str(document)

    found, warnings = places("train/grpo", output)
    assert warnings == []
    root = tmp_path / "repository"
    root.mkdir()
    for file in document["files"]:
        path = f"models/wordle/{file['path']}"
        (kept,) = found[f"train/grpo:model/{file['path']}"]
        weight = WeightFile(path=path, task="train/grpo", sha256=file["sha256"], bytes=file["bytes"])
        weight = replace(weight, places=(replace(kept, get=fetched_to(kept.get, path)),))
        assert shlex.split(weight.places[0].get)[0] == "hf"
        done = shell(weight.places[0].get, root, variables)
        assert done.returncode == 0, done.stdout + done.stderr
        assert shell(verification(weight), root, {}).stdout == f"{path}: OK\n"


def test_a_second_version_is_another_commit_and_the_first_stays(model_hub: ModelHub, tmp_path: Path) -> None:
    variables = model_hub.environment(tmp_path, model_hub.token)
    versions = [
        published(output_of(tmp_path, marker), variables, huggingface="acme/wordle")[0]["places"][0][
            "version"
        ]
        for marker in (b"a", b"b")
    ]
    made = model_hub.repository("acme/wordle")
    contents = [made.commits[one].files["adapter_model.safetensors"].content[:1] for one in versions]
    assert contents == [b"a", b"b"]


@pytest.mark.parametrize(
    ("name", "token", "fault", "said"),
    [
        ("acme/wordle", "", {}, "nobody is logged in; name HF_TOKEN under secrets"),
        ("acme/wordle", "hf_" + "z" * 34, {}, "HF_TOKEN is not one that may write there"),
        ("others/wordle", None, {}, "HF_TOKEN is not one that may write there"),
        ("wordle", None, {}, "it is no name of a repository; write owner/name"),
        (
            "acme/wordle",
            None,
            {"operation": "create", "status": 500, "times": None},
            "the hub answered 500: ",
        ),
        ("acme/wordle", None, {"operation": "commit", "status": 403}, "is not one that may write there"),
    ],
)
def test_what_the_hub_does_not_take_is_a_warning_and_the_weights_stay(
    model_hub: ModelHub, tmp_path: Path, name: str, token: str | None, fault: dict[str, Any], said: str
) -> None:
    if fault:
        model_hub.fail(**fault)
    output = output_of(tmp_path)
    given = model_hub.token if token is None else token
    document, printed = published(output, model_hub.environment(tmp_path, given), huggingface=name)
    assert document["places"] == []
    assert f"the weights were not put into {name} on the Hugging Face hub: " in document["problems"][0]
    assert said in document["problems"][0]
    assert "Traceback" not in printed
    assert (output / "model" / "adapter_model.safetensors").stat().st_size == 5_000


def test_a_place_that_fails_does_not_keep_the_other_from_its_weights(
    model_hub: ModelHub, tmp_path: Path
) -> None:
    variables = {**model_hub.environment(tmp_path, model_hub.token), "WANDB_API_KEY": ""}
    document, _ = published(output_of(tmp_path), variables, wandb="wordle", huggingface="acme/wordle")
    assert [place["kind"] for place in document["places"]] == ["huggingface"]
    assert len(document["problems"]) == 1


def test_a_hub_that_never_answers_is_given_up(
    model_hub: ModelHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workloads.textgames.publishing.repository import put

    model_hub.hang("create")
    for name, value in model_hub.environment(tmp_path, model_hub.token).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(PublishError, match="it was given up after 4 s"):
        put("acme/wordle", output_of(tmp_path) / "model", JOB, longest=4.0)
