"""Large outputs: a pointer comes home, and the file when it is asked for."""

import hashlib
import json

import pytest

from runner.errors import InputError, ProviderError
from runner.pipeline.downloading import bring_everything
from runner.repository.lfs import parse, stored_path
from tests.conftest import Checkout
from tests.pipeline.office import SLOW, Office, job

BIG = "[sh, -c, 'head -c 300000 /dev/zero > \"$RUNNER_OUTPUT_DIR/big.bin\"']"
FILE = "tasks/run/command/attempt-1/output/big.bin"


def test_a_large_file_lands_as_a_pointer_and_is_brought_when_asked_for(office: Office) -> None:
    deploy = "{files: [{from: big.bin, to: big.bin}]}"
    office.open(job("big", BIG, deploy=deploy), settings='[limits]\nfile_size = "100KiB"')
    run = office.launch("big")
    assert office.home(run).state == "succeeded"
    here = Checkout(office.here.repository.root)
    pointer = json.loads(here.git("show", "runner/big:big.bin.pointer.json"))
    digest = hashlib.sha256(bytes(300_000)).hexdigest()
    assert (pointer["sha256"], pointer["get"]) == (digest, f"runner results download {run}")
    for workspace in (office.here, office.elsewhere):
        assert FILE in list(bring_everything(workspace, run))
        assert list(bring_everything(workspace, run)) == []
        assert (workspace.state_directory / "runs" / run / FILE).read_bytes() == bytes(300_000)


def test_a_large_file_comes_home_at_once_where_git_lfs_takes_it(office: Office) -> None:
    deploy = "{files: [{from: big.bin, to: big.bin}]}"
    office.open(
        job("big", BIG, deploy=deploy), settings='[limits]\nfile_size = "100KiB"\nlarge_files = "lfs"'
    )
    run = office.launch("big")
    assert office.home(run).state == "succeeded"
    here = Checkout(office.here.repository.root)
    pointer = parse(here.git("show", "runner/big:big.bin").encode() + b"\n")
    assert pointer is not None
    assert stored_path(here.root / ".git", pointer.sha256).read_bytes() == bytes(300_000)
    assert "/big.bin filter=lfs" in here.git("show", "runner/big:.gitattributes")


SWEEP = """\
apiVersion: runner/v1
kind: Sweep
metadata: {name: big}
spec:
  sweep:
    method: grid
    metric: {name: score, goal: maximize}
    parameters: {size: {values: [2, 3]}}
    command:
      - sh
      - -c
      - |
        echo "{\\"score\\": $RUNNER_PARAM_SIZE}" > "$RUNNER_OUTPUT_DIR/metrics.json"
        head -c "$RUNNER_PARAM_SIZE"00000 /dev/zero > "$RUNNER_OUTPUT_DIR/big.bin"
  resources: {cpu: 0.125, memory: 256MiB, timeout: 2m}
  deploy: {files: [{from: "best:big.bin", to: big.bin}]}
"""


def test_of_a_sweep_only_the_large_file_of_the_best_trial_comes_home(office: Office) -> None:
    office.open(SWEEP, settings='[limits]\nfile_size = "100KiB"\nlarge_files = "lfs"')
    run = office.launch("big")
    assert office.home(run).state == "succeeded"
    pointer = parse(Checkout(office.here.repository.root).git("show", "runner/big:big.bin").encode() + b"\n")
    assert pointer is not None
    assert pointer.size == 300_000
    tasks = office.here.state_directory / "runs" / run / "tasks"
    assert [path.parts[-4] for path in tasks.rglob("big.bin")] == ["02"]


def test_a_large_file_that_is_not_what_was_reported_is_not_kept(office: Office) -> None:
    office.open(job("big", BIG), settings='[limits]\nfile_size = "100KiB"')
    run = office.launch("big")
    office.home(run)
    folder = office.here.state_directory / "runs" / run
    left = (folder / "left.json").read_text()
    (folder / "left.json").write_text(left.replace(hashlib.sha256(bytes(300_000)).hexdigest(), "0" * 64))
    with pytest.raises(ProviderError, match="is not what the run's report says"):
        list(bring_everything(office.here, run))
    assert not (folder / FILE).exists()


def test_a_run_that_goes_on_has_nothing_to_download_yet(office: Office) -> None:
    office.open(job("long", SLOW))
    run = office.launch("long")
    with pytest.raises(InputError, match="has not come to its end"):
        list(bring_everything(office.here, run))
    office.plane.stop(f"*{run}")
