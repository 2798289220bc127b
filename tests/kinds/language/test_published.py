"""Where weights are kept, as a training says it: names are believed, commands never."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runner.kinds.language.findings import evaluation_findings
from runner.results.model import FOLDER, Findings
from tests.kinds.language.evaluations import COMMIT, JOB, SHA256, TRAIN, outputs, published, records

KEY = f"{TRAIN}:model/adapter_model.safetensors"


def found_in(folder: Path, document: Any) -> Findings:
    folders = outputs(folder, {f"{TRAIN}:published.json": document})
    return evaluation_findings(JOB, records(folders), folders)


def test_places_are_named_and_their_commands_are_made_here(tmp_path: Path) -> None:
    found = found_in(tmp_path, published())
    wandb, hub = found.places[KEY]
    assert (wandb.kind, wandb.name, wandb.version) == ("wandb-artifact", "acme/games/grpo-wordle", "v3")
    assert wandb.get == f"wandb artifact get acme/games/grpo-wordle:v3 --root {FOLDER}"
    assert hub.get == (
        f"hf download acme/wordle adapter_model.safetensors --revision {COMMIT} --local-dir {FOLDER}"
    )
    assert wandb.url.startswith("https://wandb.ai/")
    assert found.warnings == ()


def place(**fields: Any) -> dict[str, Any]:
    return {**published()["places"][1], **fields}


def file(**fields: Any) -> dict[str, Any]:
    return {**published()["files"][0], **fields}


@pytest.mark.parametrize(
    "document",
    [
        published(places=[place(name="acme/wordle; rm -r /")]),
        published(places=[place(name="--help/x")]),
        published(places=[place(name="../x")]),
        published(places=[place(name="acme")]),
        published(places=[place(name="acme/wordle\n")]),
        published(places=[place(version="main")]),
        published(places=[place(version=COMMIT + "\n")]),
        published(places=[place(url="javascript:alert(1)")]),
        published(places=[place(url="https://me:secret@huggingface.co/x")]),
        published(places=[place(kind="ftp")]),
        published(places=[place()] * 9),
        published(files=[file(path="../../etc/passwd")]),
        published(files=[file(path="/etc/passwd")]),
        published(files=[file(path="--local-dir")]),
        published(files=[file(path="a b")]),
        published(files=[file(sha256="5E" * 32)]),
        published(files=[file(bytes=-1)]),
        published(schema="textgames/published/v2"),
        [],
        "{",
        " " * (2 << 20),
    ],
)
def test_what_is_no_name_is_a_warning_and_no_place(tmp_path: Path, document: Any) -> None:
    found = found_in(tmp_path, document)
    assert found.places == {}
    assert found.warnings[0].startswith(f"{TRAIN}: published.json was ignored: ")


def test_a_file_that_is_not_the_one_that_was_published_has_no_place(tmp_path: Path) -> None:
    model = tmp_path / TRAIN / "model"
    model.mkdir(parents=True)
    (model / "adapter_model.safetensors").write_bytes(b"another")
    found = found_in(tmp_path, published())
    assert found.places == {}
    assert found.warnings == (
        f"{TRAIN}: adapter_model.safetensors is not the file that was published, which was 5 bytes",
    )


def test_what_could_not_be_published_is_a_warning(tmp_path: Path) -> None:
    document = published(places=[], problems=["the weights were not put into acme/wordle: it is not yours"])
    found = found_in(tmp_path, document)
    assert (found.places, len(found.warnings)) == ({}, 1)
    assert SHA256 not in found.warnings[0]
