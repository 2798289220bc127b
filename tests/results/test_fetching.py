from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from runner.results.archive import default_name, pack
from runner.results.fetching import fetched_to, from_lfs, from_run, verification
from runner.results.history import entries
from runner.results.model import FOLDER, Place, Report, WeightFile
from runner.results.pointer import pointer
from runner.results.summary import summary

if TYPE_CHECKING:
    from conftest import Shelf

V1, V2 = b"a = 1.0\n", b"a = 2.0\n"
COMMIT = "c0ffee" * 6 + "abcd"
ARTIFACT = Place("wandb-artifact", "acme/games/bot", "v3", f"wandb artifact get --root {FOLDER} a:v3")
HUB = Place("huggingface", "acme/bot", COMMIT, f"hf download --local-dir {FOLDER} acme/bot", "https://h.co/b")


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True)


def large(report: Report, path: str = "models/my bot/it's.bin") -> WeightFile:
    source = "tasks/train/generalist/attempt-1/output/weights/new.toml"
    return replace(report.weights[0], path=path, source=source, pointer=True, changes=())


def test_what_the_commands_of_a_pointer_fetch_passes_the_one_that_verifies(shelf: Shelf) -> None:
    report = shelf.result(1, V1, V2, local=True)
    weight = large(report)
    made = shelf.root / ".runner" / "runs" / report.run / weight.source
    made.parent.mkdir(parents=True)
    made.write_bytes(V2)
    (entry,) = entries(shelf.root)
    pack(shelf.root, entry, shelf.root / default_name(entry))
    (shelf.root / weight.path).parent.mkdir(parents=True)
    told = json.loads(pointer(weight, report.job, report.run))
    assert shell(told["verify"], shelf.root).returncode == 1
    done = shell(told["unpack"], shelf.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert shell(told["verify"], shelf.root).stdout == f"{weight.path}: OK\n"
    (shelf.root / weight.path).write_bytes(V1)
    assert shell(told["verify"], shelf.root).returncode == 1


def test_a_file_that_no_task_made_is_in_the_archive_with_the_report(tuned: Report) -> None:
    weight = replace(large(tuned), source="findings/best.yaml", path="best.yaml")
    assert from_run(weight, "job", "run")[1].endswith(
        "job-run.tar.gz job-run/report/data/best.yaml > best.yaml"
    )


def test_a_pointer_says_where_else_the_file_is(tuned: Report) -> None:
    alone = json.loads(pointer(large(tuned), tuned.job, tuned.run))
    assert alone["get"] == f"runner results download {tuned.run}"
    assert "places" not in alone
    told = json.loads(pointer(replace(large(tuned), places=(ARTIFACT, HUB)), tuned.job, tuned.run))
    assert [place["kind"] for place in told["places"]] == ["wandb-artifact", "huggingface"]
    assert told["places"][1]["url"] == "https://h.co/b"


@pytest.mark.parametrize(
    ("path", "folder"), [("models/bot/x.bin", "models/bot"), ("x.bin", "."), ("a b/x.bin", "'a b'")]
)
def test_a_place_puts_the_file_where_it_lands(path: str, folder: str) -> None:
    assert fetched_to(ARTIFACT.get, path) == f"wandb artifact get --root {folder} a:v3"


def test_a_page_says_for_each_file_where_it_is_how_to_get_it_and_how_to_verify_it(tuned: Report) -> None:
    places = tuple(replace(place, get=fetched_to(place.get, "models/bot.bin")) for place in (ARTIFACT, HUB))
    weight = replace(large(tuned, "models/bot.bin"), places=places)
    page = summary(replace(tuned, weights=(weight, replace(weight, pointer=False, lfs=True))))
    assert (
        "It is kept as the W&B artifact `acme/games/bot:v3` and as `acme/bot` on the Hugging Face hub at "
        f"[`{COMMIT}`](<https://h.co/b>), too." in page
    )
    get, unpack = from_run(weight, tuned.job, tuned.run)
    others = "# from W&B\nwandb artifact get --root models a:v3\n# from the Hugging Face hub\nhf download"
    assert f"```sh\n# from the run, where it was made\n{get}\n{unpack}\n{others}" in page
    assert f"```sh\n# from Git LFS, once this branch is checked out\n{from_lfs(weight)}\n{others}" in page
    assert page.count(f"# is it the right one?\n{verification(weight)}\n```") == 2


def test_a_file_in_the_commit_alone_needs_no_command(tuned: Report) -> None:
    weights = summary(tuned).partition("### Weights")[2].partition("###")[0]
    assert "```" not in weights
    kept = summary(replace(tuned, weights=(replace(tuned.weights[0], places=(ARTIFACT,)),)))
    assert "too.\n\n```sh\n# from W&B\n" in kept
