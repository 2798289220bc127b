import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.backends import require_backend
from runner.backends.local import LocalBackend
from runner.engine.events import AttemptFinished, AttemptStarted
from runner.engine.execute import execute
from runner.errors import InputError


def last(run: Any) -> AttemptFinished:
    """How the latest attempt ended."""
    return next(event for event in reversed(run.watcher.events) if isinstance(event, AttemptFinished))


def test_a_task_runs_in_a_copy_of_the_snapshot(run: Any) -> None:
    run.snapshot({"data/number.txt": b"41", "program.py": b""})
    state = run.one("import pathlib; print(int(pathlib.Path('data/number.txt').read_text()) + 1)")
    assert state.finished == "succeeded"
    assert run.log() == "42\n"


def test_no_working_copy_is_left_behind(run: Any) -> None:
    run.one("pass")
    left = {path.name for path in run.layout.attempt("work/it", 1).iterdir()}
    assert left == {"claim.json", "log.txt", "output", "result.json"}
    assert not run.layout.scratch.exists()


def test_what_a_program_does_to_its_copy_is_not_seen_by_the_next(run: Any) -> None:
    run.snapshot({"kept.txt": b"kept", "changed.txt": b"same length", "folder/removed.txt": b"there"})
    vandal = (
        "import os, pathlib, shutil; pathlib.Path('changed.txt').write_text('LENGTH SAME');"
        "shutil.rmtree('folder'); pathlib.Path('new').mkdir(); pathlib.Path('new/file').touch();"
        "os.symlink('/etc/passwd', 'link'); os.chmod('kept.txt', 0)"
    )
    look = (
        "import os, pathlib;"
        "print(sorted(str(p) for p in pathlib.Path().rglob('*')), pathlib.Path('changed.txt').read_text(),"
        "pathlib.Path('folder/removed.txt').read_text(), oct(os.stat('kept.txt').st_mode & 0o777))"
    )
    run.execute(run.plan(run.stage({"vandal": vandal, "look": look})), slots=1)
    assert run.log("work/look") == (
        "['changed.txt', 'folder', 'folder/removed.txt', 'kept.txt'] same length there 0o644\n"
    )


def test_a_program_knows_who_it_is(run: Any) -> None:
    run.one(
        "import os, json; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('RUNNER_')}))"
    )
    told = json.loads(run.log())
    attempt = run.layout.attempt("work/it", 1)
    assert told.pop("RUNNER_SEED").isdigit()
    assert told == {
        "RUNNER_RUN_ID": "run-1",
        "RUNNER_TASK": "work/it",
        "RUNNER_ATTEMPT": "1",
        "RUNNER_OUTPUT_DIR": str(attempt / "output"),
        "RUNNER_INPUT_DIR": str(attempt / "input"),
        "RUNNER_BASELINE_DIR": str(attempt / "baseline"),
        "RUNNER_CHECKPOINT_DIR": str(run.layout.checkpoint("work/it")),
    }


def test_a_task_that_fails_once_keeps_its_checkpoint_and_its_seed(run: Any) -> None:
    program = (
        "import os, pathlib, sys; mark = pathlib.Path(os.environ['RUNNER_CHECKPOINT_DIR'], 'mark');"
        "print(os.environ['RUNNER_SEED']); again = mark.exists(); mark.touch(); sys.exit(0 if again else 3)"
    )
    state = run.one(program, retries=1)
    assert state.finished == "succeeded"
    first, second = (run.log(attempt=number).splitlines()[0] for number in (1, 2))
    assert first == second
    assert run.log().endswith("[runner] failed: it ended with exit code 3\n")


def test_a_later_stage_reads_the_outputs_of_an_earlier_one_but_cannot_change_them(run: Any) -> None:
    make = "import os, pathlib; pathlib.Path(os.environ['RUNNER_OUTPUT_DIR'], 'sub').mkdir();"
    make += "pathlib.Path(os.environ['RUNNER_OUTPUT_DIR'], 'sub/x.txt').write_text('made')"
    read = "import os, pathlib; p = pathlib.Path(os.environ['RUNNER_INPUT_DIR'], 'make/it/sub/x.txt');"
    read += "print(p.read_text()); p.write_text('spoilt')"
    first = run.stage({"it": make}, "make")
    second = run.stage({"it": read}, "read", inputs=("make",))
    assert run.execute(run.plan(first, second)).finished == "succeeded"
    assert run.log("read/it") == "made\n"
    assert run.output("sub/x.txt", "make/it") == "made"


def test_weights_are_collected_and_laid_over_the_next_stage_and_the_champion_is_at_hand(run: Any) -> None:
    run.snapshot({"weights/a.toml": b"old"})
    train = "import pathlib; pathlib.Path('weights/a.toml').write_text('new')"
    check = (
        "import os, pathlib; print(pathlib.Path('weights/a.toml').read_text(),"
        "pathlib.Path(os.environ['RUNNER_BASELINE_DIR'], 'weights/a.toml').read_text())"
    )
    first = run.stage({"it": train}, "train", weights={"it": ("weights/a.toml",)})
    second = run.stage({"it": check}, "check", inputs=("train",), restore_weights=True)
    plan = run.plan(first, second, baseline=("weights/a.toml",))
    assert run.execute(plan).finished == "succeeded"
    assert run.log("check/it") == "new old\n"
    assert run.output("weights/weights/a.toml", "train/it") == "new"


def test_weights_that_are_missing_fail_the_task_in_a_sentence(run: Any) -> None:
    run.execute(run.plan(run.stage({"it": "pass"}, weights={"it": ("weights/none.toml",)})))
    assert last(run).outcome == "failed"
    assert last(run).reason == "the program ended well but left no file weights/none.toml"


def test_secrets_reach_the_program_and_nothing_else(run: Any) -> None:
    secret = "correct-horse-battery"
    state = run.one(
        "import os, base64; s = os.environ['TOKEN']; print(len(s), s, base64.b64encode(s.encode()).decode())",
        secrets={"TOKEN": secret},
    )
    assert state.finished == "succeeded"
    assert run.log() == "21 *** ***\n"
    for path in run.layout.directory.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes()
    assert secret not in repr(LocalBackend({"TOKEN": secret}))


def test_secrets_and_variables_of_the_machine_stay_outside_unless_they_are_named(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "hush")
    run.one("import os; print(os.environ.get('MY_TOKEN'), bool(os.environ['PATH']))")
    assert run.log() == "None True\n"


def test_a_variable_that_leads_into_a_volume_is_left_out_where_there_is_no_such_folder(
    run: Any, tmp_path: Path
) -> None:
    there, absent = str(tmp_path), f"{tmp_path}/absent"
    variables = {"HERE": f"{there}/models", "AT": absent, "IN": f"{absent}/models", "LIKE": f"{absent}-not"}
    run.one(
        "import os; print(sorted({'HERE', 'AT', 'IN', 'LIKE'} & set(os.environ)))",
        env=variables,
        volumes={there: "models", absent: "others"},
    )
    assert run.log() == "['HERE', 'LIKE']\n"


def test_a_program_over_its_time_is_ended_with_all_that_it_started(
    run: Any, is_alive: Callable[[int], bool], tmp_path: Path
) -> None:
    program = (
        "import subprocess, sys, time, pathlib;"
        "p = subprocess.Popen(['sleep', '60'], start_new_session=True);"
        f"pathlib.Path({str(tmp_path)!r}, 'pid').write_text(str(p.pid)); time.sleep(60)"
    )
    run.one(program, timeout=1)
    assert last(run).outcome == "timeout"
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_what_a_program_leaves_running_is_ended_before_the_next_begins(run: Any, tmp_path: Path) -> None:
    daemon = (
        "import os, pathlib, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        f"        pathlib.Path({str(tmp_path)!r}, 'pid').write_text(str(os.getpid()))\n"
        "        time.sleep(60)\n"
        "    os._exit(0)\n"
        f"while not (pathlib.Path({str(tmp_path)!r}, 'pid')).exists(): time.sleep(0.01)\n"
    )
    check = f"import pathlib; print(pathlib.Path('/proc', open({str(tmp_path / 'pid')!r}).read()).exists())"
    state = run.execute(run.plan(run.stage({"daemon": daemon, "next": check})), slots=1)
    assert state.finished == "succeeded"
    assert run.log("work/next") == "False\n"


def test_a_program_that_ignores_the_request_to_end_is_killed_after_the_grace(run: Any) -> None:
    run.one("import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)", timeout=1)
    assert last(run).outcome == "timeout"
    assert 1.9 < last(run).ended - last(run).started < 6


def test_a_silent_program_is_ended_as_stalled(run: Any) -> None:
    run.one("import time; time.sleep(60)", stall_timeout=1)
    assert last(run).outcome == "stalled"
    assert last(run).reason == "it showed no sign of life for 1 second"


def test_a_program_that_reports_progress_is_not_stalled(run: Any) -> None:
    program = (
        "import os, time\n"
        "for step in range(12):\n"
        "    open(os.environ['RUNNER_OUTPUT_DIR'] + '/metrics.jsonl', 'a').write('{}\\n')\n"
        "    time.sleep(0.2)\n"
    )
    assert run.one(program, stall_timeout=1).finished == "succeeded"


def test_a_program_over_its_memory_is_ended(run: Any) -> None:
    run.one("import time; hoard = b'x' * (200 << 20); time.sleep(60)", memory=100 << 20)
    assert last(run).outcome == "out-of-memory"
    assert "may take 100 MiB" in last(run).reason
    assert (last(run).peak_memory or 0) > 100 << 20


def test_a_build_that_fails_is_named(run: Any) -> None:
    run.one("print('never')", build=("sh", "-c", "echo building; exit 2"))
    assert last(run).reason == "the build failed: it ended with exit code 2: building"
    assert "never" not in run.log()


def test_the_steps_of_a_task_run_until_one_fails(run: Any) -> None:
    plan = run.plan(run.stage({"it": ""}))
    import msgspec

    step = ("sh", "-c", "echo step; exit $0")
    task = msgspec.structs.replace(plan.stages[0].tasks[0], steps=((*step, "0"), (*step, "3"), (*step, "0")))
    stage = msgspec.structs.replace(plan.stages[0], tasks=(task,))
    run.execute(msgspec.structs.replace(plan, stages=(stage,)))
    assert run.log().splitlines()[:-1] == ["step", "step"]
    assert last(run).exit_code == 3


def test_a_program_that_does_not_exist_is_named(run: Any) -> None:
    import msgspec

    plan = run.plan(run.stage({"it": ""}))
    task = msgspec.structs.replace(plan.stages[0].tasks[0], steps=(("no-such-program",),))
    stage = msgspec.structs.replace(plan.stages[0], tasks=(task,))
    run.execute(msgspec.structs.replace(plan, stages=(stage,)))
    assert last(run).reason == "there is no program 'no-such-program' on the path"


def test_links_and_pipes_are_taken_out_of_the_output(run: Any) -> None:
    program = (
        "import os; os.chdir(os.environ['RUNNER_OUTPUT_DIR']); os.symlink('/etc/passwd', 'stolen');"
        "os.mkfifo('pipe'); os.mkdir('d'); os.symlink('..', 'd/up'); open('kept', 'w').write('x')"
    )
    assert run.one(program).finished == "succeeded"
    output = run.layout.output("work/it", 1)
    assert sorted(str(path.relative_to(output)) for path in output.rglob("*")) == ["d", "kept"]
    result = json.loads(run.layout.result("work/it", 1).read_text())
    assert sorted(result["left_out"]) == ["d/up", "pipe", "stolen"]
    assert "left out of the output" in run.log()


def test_a_worker_process_that_is_killed_costs_only_its_attempt(run: Any) -> None:
    program = (
        "import os, pathlib, signal; mark = pathlib.Path(os.environ['RUNNER_CHECKPOINT_DIR'], 'mark')\n"
        "if not mark.exists():\n"
        "    mark.touch(); os.kill(os.getppid(), signal.SIGKILL); import time; time.sleep(60)\n"
    )
    assert run.one(program).finished == "succeeded"
    outcomes = [event.outcome for event in run.watcher.events if isinstance(event, AttemptFinished)]
    assert outcomes == ["infrastructure", "succeeded"]


def test_a_broken_snapshot_is_no_fault_of_the_program(run: Any) -> None:
    run.layout.snapshot.write_bytes(b"no archive" * 1_000)
    run.one("pass")
    assert last(run).outcome == "infrastructure"
    assert last(run).reason.startswith("the working copy cannot be made")


def test_tasks_run_side_by_side_in_their_slots(run: Any) -> None:
    program = "import time; print(time.time()); time.sleep(0.5); print(time.time())"
    run.execute(run.plan(run.stage({"a": program, "b": program, "c": program}, cpu=0.5)), slots=2)
    times = [[float(line) for line in run.log(f"work/{name}").splitlines()] for name in "abc"]
    assert max(begin for begin, _ in times) < min(end for _, end in times)


def test_an_unknown_backend_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="there is no backend cloud"):
        require_backend("cloud")


def test_the_default_number_of_slots_is_that_of_the_cores(run: Any) -> None:
    with LocalBackend({}).open(run.plan(), run.layout) as session:
        assert session.slots == len(os.sched_getaffinity(0))


def test_what_escaped_from_a_killed_worker_process_is_ended(
    run: Any, is_alive: Callable[[int], bool], tmp_path: Path
) -> None:
    program = (
        "import os, pathlib, signal, subprocess, time\n"
        f"mark = pathlib.Path({str(tmp_path)!r}, 'pid')\n"
        "if not mark.exists():\n"
        "    daemon = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
        "    mark.write_text(str(daemon.pid)); os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)\n"
    )
    assert run.one(program).finished == "succeeded"
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_worker_processes_that_died_while_they_were_idle_cost_no_attempt(run: Any) -> None:
    """As when the kernel ends them for want of memory."""
    meet = "import os, pathlib, time; pathlib.Path(os.environ['RUNNER_OUTPUT_DIR'], 'x').touch();"
    first = run.stage(dict.fromkeys("abcd", meet + "time.sleep(0.3)"), "first", cpu=0.5)
    second = run.stage({"it": "pass"}, "second", inputs=("first",))
    workers: set[int] = set()

    def kill_idle(event: Any) -> None:
        if isinstance(event, AttemptStarted):
            workers.add(int(event.handle))
        ended = [one for one in run.watcher.events if isinstance(one, AttemptFinished)]
        if isinstance(event, AttemptFinished) and len(ended) == 4:
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
            time.sleep(0.2)

    run.watcher.on.append(kill_idle)
    assert run.execute(run.plan(first, second)).finished == "succeeded"
    assert [one.outcome for one in run.watcher.events if isinstance(one, AttemptFinished)] == [
        "succeeded"
    ] * 5


def test_what_a_task_writes_into_its_empty_input_folder_is_not_seen_by_others(run: Any) -> None:
    write = (
        "import os, pathlib\n"
        "try: pathlib.Path(os.environ['RUNNER_INPUT_DIR'], 'x').touch()\n"
        "except PermissionError: pass\n"
    )
    look = "import os; print(os.listdir(os.environ['RUNNER_INPUT_DIR']))"
    run.execute(run.plan(run.stage({"write": write, "look": look})), slots=1)
    assert run.log("work/look") == "[]\n"


def test_a_worker_process_that_stops_answering_is_killed_when_its_time_is_up(run: Any) -> None:
    program = (
        "import os, pathlib, signal, time; mark = pathlib.Path(os.environ['RUNNER_CHECKPOINT_DIR'], 'mark')\n"
        "if not mark.exists():\n"
        "    mark.touch(); os.kill(os.getppid(), signal.SIGSTOP); time.sleep(60)\n"
    )
    backend = LocalBackend({}, slots=1, grace=0.1, overhead=0.2)
    plan = run.plan(run.stage({"it": program}, timeout=1))
    assert execute(plan, run.layout, backend, run.watcher).finished == "succeeded"
    outcomes = [event.outcome for event in run.watcher.events if isinstance(event, AttemptFinished)]
    assert outcomes == ["infrastructure", "succeeded"]


def test_a_timeout_of_a_second_leaves_time_for_the_retry_that_was_asked_for(run: Any) -> None:
    program = (
        "import os, pathlib, time; mark = pathlib.Path(os.environ['RUNNER_CHECKPOINT_DIR'], 'mark')\n"
        "if not mark.exists():\n"
        "    mark.touch(); time.sleep(60)\n"
    )
    assert run.one(program, timeout=1, retries=1, retry_on=("timeout",)).finished == "succeeded"
