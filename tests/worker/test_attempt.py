import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.worker.attempt import run_attempt

ROOT = Path(__file__).parents[2]
MakeSpec = Callable[..., dict[str, Any]]


def log(spec: dict[str, Any]) -> str:
    return Path(spec["directory"], "log.txt").read_text()


def test_the_result_is_also_written_to_the_attempts_folder(make_spec: MakeSpec) -> None:
    spec = make_spec("print('done')")
    result = run_attempt(spec)
    assert result["outcome"] == "succeeded"
    assert result["exit_code"] == 0
    assert result["started"] <= result["ended"]
    assert result["peak_memory"] > 1 << 20
    assert json.loads(Path(spec["directory"], "result.json").read_text()) == result
    assert log(spec) == "done\n"


def test_a_second_claim_of_an_attempt_has_no_effect(make_spec: MakeSpec) -> None:
    spec = make_spec("print('once')")
    run_attempt(spec)
    assert run_attempt(spec) == {"task": "work/it", "attempt": 1, "outcome": "duplicate"}
    assert log(spec) == "once\n"


def test_of_many_starts_at_once_one_does_the_work(make_spec: MakeSpec, tmp_path: Path) -> None:
    spec = make_spec(f"open({str(tmp_path / 'effects')!r}, 'a').write('ran ')")
    program = "import json, sys; from runner.worker.attempt import run_attempt;"
    program += "print(run_attempt(json.loads(sys.argv[1]))['outcome'])"
    starts = [
        subprocess.Popen([sys.executable, "-c", program, json.dumps(spec)], stdout=subprocess.PIPE, cwd=ROOT)
        for _ in range(4)
    ]
    outcomes = sorted(start.communicate()[0].decode().strip() for start in starts)
    assert outcomes == ["duplicate", "duplicate", "duplicate", "succeeded"]
    assert (tmp_path / "effects").read_text() == "ran "


def test_placeholders_of_arguments_are_filled(make_spec: MakeSpec) -> None:
    spec = make_spec(seed=7)
    steps = ["echo", "${seed}", "${checkpoint}/x", "$${output}", "${matrix.lr}", "$HOME", "${HOME}"]
    run_attempt({**spec, "steps": [steps]})
    assert log(spec) == f"7 {spec['checkpoint']}/x ${{output}} ${{matrix.lr}} $HOME ${{HOME}}\n"


def test_parameters_are_told_in_the_environment(make_spec: MakeSpec) -> None:
    spec = make_spec(
        "import os; print(os.environ['RUNNER_PARAM_LEARNING_RATE'])", parameters={"learning-rate": "0.1"}
    )
    run_attempt(spec)
    assert log(spec) == "0.1\n"


def test_nobody_can_pretend_to_be_the_runner_through_the_manifests_environment(make_spec: MakeSpec) -> None:
    spec = make_spec("import os; print(os.environ['RUNNER_TASK'])", environment={"RUNNER_TASK": "other"})
    run_attempt(spec)
    assert log(spec) == "work/it\n"


def test_weights_come_with_their_checksum(make_spec: MakeSpec) -> None:
    spec = make_spec("open('w.toml', 'w').write('x = 1')", weights=["w.toml"])
    result = run_attempt(spec)
    digest = hashlib.sha256(b"x = 1").hexdigest()
    assert result["weights"] == {"w.toml": {"sha256": digest, "bytes": 5}}
    assert Path(spec["directory"], "output/weights/w.toml").read_text() == "x = 1"


def test_weights_behind_a_link_are_refused(make_spec: MakeSpec) -> None:
    spec = make_spec("import os; os.symlink('/etc/hostname', 'w.toml')", weights=["w.toml"])
    result = run_attempt(spec)
    assert result["outcome"] == "failed"
    assert not Path(spec["directory"], "output/weights/w.toml").exists()


def test_weights_in_a_folder_that_leads_outside_are_refused(make_spec: MakeSpec) -> None:
    spec = make_spec("import os; os.symlink('/etc', 'w')", weights=["w/hostname"])
    assert run_attempt(spec)["reason"] == (
        "the weights cannot be collected: 'w/hostname' passes through a link"
    )


def test_more_output_than_allowed_fails_the_attempt(make_spec: MakeSpec) -> None:
    fill = "import os; open(os.environ['RUNNER_OUTPUT_DIR'] + '/big', 'w').write('x' * 5_000_000)"
    result = run_attempt(make_spec(fill, max_output_bytes=1 << 20))
    assert result["outcome"] == "failed"
    assert result["reason"] == "the output folder holds more than 100000 files or 1 MiB"


def test_more_files_than_allowed_fail_the_attempt(make_spec: MakeSpec) -> None:
    fill = "import os\nfor n in range(20): open(os.environ['RUNNER_OUTPUT_DIR'] + f'/{n}', 'w')"
    assert run_attempt(make_spec(fill, max_output_files=10))["outcome"] == "failed"


def test_a_program_that_replaces_its_output_folder_fails(make_spec: MakeSpec) -> None:
    program = "import os; o = os.environ['RUNNER_OUTPUT_DIR']; os.rmdir(o); os.symlink('/etc', o)"
    spec = make_spec(program)
    assert run_attempt(spec)["reason"] == "the program removed or replaced its output folder"
    assert not Path(spec["directory"], "output").is_symlink()


def test_a_file_with_a_second_name_elsewhere_is_parted_from_it(make_spec: MakeSpec, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("mine")
    program = f"import os; os.link({str(tmp_path / 'outside')!r}, os.environ['RUNNER_OUTPUT_DIR'] + '/x')"
    spec = make_spec(program)
    run_attempt(spec)
    (tmp_path / "outside").write_text("changed")
    assert Path(spec["directory"], "output/x").read_text() == "mine"


def test_an_attempt_needs_no_main_thread(make_spec: MakeSpec) -> None:
    found: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: found.append(run_attempt(make_spec())))
    thread.start()
    thread.join()
    assert found[0]["outcome"] == "succeeded"


def test_the_signal_that_killed_a_program_is_named(make_spec: MakeSpec) -> None:
    result = run_attempt(make_spec("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))
    assert (result["outcome"], result["exit_code"]) == ("failed", -11)
    assert result["reason"] == "it was killed by SIGSEGV"


def test_a_failed_attempt_keeps_what_it_wrote(make_spec: MakeSpec) -> None:
    spec = make_spec(
        "import os, sys; open(os.environ['RUNNER_OUTPUT_DIR'] + '/x', 'w').write('y'); sys.exit(1)"
    )
    assert run_attempt(spec)["outcome"] == "failed"
    assert Path(spec["directory"], "output/x").read_text() == "y"


def test_the_working_copy_is_gone_even_if_it_was_made_hard_to_remove(make_spec: MakeSpec) -> None:
    spec = make_spec(
        "import os\nfor _ in range(1200): os.mkdir('deeper'); os.chdir('deeper')\nos.chmod('.', 0)"
    )
    assert run_attempt(spec)["outcome"] == "succeeded"
    assert not Path(spec["directory"], "work").exists()


def test_a_program_that_removes_its_output_folder_fails(make_spec: MakeSpec) -> None:
    result = run_attempt(make_spec("import os; os.rmdir(os.environ['RUNNER_OUTPUT_DIR'])"))
    assert (result["outcome"], result["reason"]) == (
        "failed",
        "the program removed or replaced its output folder",
    )


@pytest.mark.parametrize("folder", ["INPUT", "BASELINE"])
def test_a_link_in_the_place_of_a_lent_folder_is_not_followed(
    make_spec: MakeSpec, tmp_path: Path, folder: str
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/kept").touch()
    program = f"import os; d = os.environ['RUNNER_{folder}_DIR']; os.rmdir(d);"
    program += f"os.symlink({str(tmp_path / 'outside')!r}, d)"
    assert run_attempt(make_spec(program))["outcome"] == "succeeded"
    assert (tmp_path / "outside/kept").exists()


def test_folders_in_the_place_of_the_result_are_replaced(make_spec: MakeSpec) -> None:
    program = (
        "import os; a = os.path.dirname(os.environ['RUNNER_OUTPUT_DIR']);"
        "os.makedirs(a + '/result.json/x'); os.makedirs(a + '/result.half/x')"
    )
    spec = make_spec(program)
    result = run_attempt(spec)
    assert json.loads(Path(spec["directory"], "result.json").read_text()) == result


def test_a_signal_without_a_name_is_told_by_its_number(make_spec: MakeSpec) -> None:
    result = run_attempt(make_spec("import os; os.kill(os.getpid(), 40)"))
    assert (result["outcome"], result["reason"]) == ("failed", "it was killed by signal 40")


def test_an_attempt_takes_as_long_as_it_took_even_if_the_clock_is_set(
    make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([1_000_000.0])
    monkeypatch.setattr("runner.worker.attempt.time.time", lambda: next(clock, 0.0))
    result = run_attempt(make_spec("import time; time.sleep(0.2)"))
    assert 0.2 <= result["ended"] - result["started"] < 10


def test_progress_counts_when_it_is_seen_whatever_time_the_file_bears(make_spec: MakeSpec) -> None:
    program = (
        "import os, time\n"
        "path = os.environ['RUNNER_OUTPUT_DIR'] + '/metrics.jsonl'\n"
        "for step in range(8):\n"
        "    open(path, 'a').write('{}\\n'); os.utime(path, (0, 0)); time.sleep(0.2)\n"
    )
    assert run_attempt(make_spec(program, stall_timeout=1))["outcome"] == "succeeded"


def test_a_file_beside_its_own_hard_link_is_kept(make_spec: MakeSpec) -> None:
    program = (
        "import os; os.chdir(os.environ['RUNNER_OUTPUT_DIR']); open('a', 'w').write('a');"
        "open('a.own', 'w').write('b'); os.link('a', 'c')"
    )
    spec = make_spec(program)
    assert run_attempt(spec)["outcome"] == "succeeded"
    output = Path(spec["directory"], "output")
    assert {path.name: path.read_text() for path in output.iterdir()} == {"a": "a", "a.own": "b", "c": "a"}
    assert {path.stat().st_nlink for path in output.iterdir()} == {1}


@pytest.mark.parametrize(
    "program",
    [
        "open('metrics.json', 'w').write(json.dumps({os.environ['KEY']: 1}))",
        "open(os.environ['KEY'], 'w').write('x')",
        "open('big', 'wb').write(bytes((1 << 20) - 5) + os.environb[b'KEY'])",
    ],
)
def test_an_output_that_holds_a_secret_is_removed_and_the_attempt_fails(
    program: str, make_spec: MakeSpec
) -> None:
    spec = make_spec(
        f"import json, os; os.chdir(os.environ['RUNNER_OUTPUT_DIR']); {program}",
        secrets={"KEY": "correct-horse-battery"},
    )
    result = run_attempt(spec)
    assert result["outcome"] == "failed"
    assert "held the value of a secret and was removed" in result["reason"]
    assert list(Path(spec["directory"], "output").iterdir()) == []
    assert "correct-horse-battery" not in Path(spec["directory"], "result.json").read_text() + log(spec)
