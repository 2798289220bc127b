"""Attempts in real containers of the loopback plane, started as a coordinator starts them."""

import io
import itertools
import json
import os
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import modal
import pytest

from runner.backends.modal import images
from runner.backends.modal.attempt import attempt
from runner.backends.modal.names import CODE_MOUNT, CONTROL_MOUNT, ENDED, JOURNAL, OUTPUTS_MOUNT, SNAPSHOT
from runner.manifest.common import Image
from tests.standins.modal.client import Plane

TASK = "work/it"
FOLDER = f"tasks/{TASK}/attempt-1"
MARK = f"{ENDED}/work.it.1"
PATIENCE = 30.0

_numbers = itertools.count(1)


class Site:
    """The deployed function of one stage, and the Volumes as others see them."""

    def __init__(self, plane: Plane, secrets: dict[str, str] | None = None) -> None:
        self.plane = plane
        self.run = f"run-{next(_numbers)}"
        prefix = f"attempt-{os.getpid()}-{self.run}"
        self.name = f"stage-{prefix}"
        self.volumes = {
            part: modal.Volume.from_name(f"{prefix}-{part}", create_if_missing=True, version=2).hydrate()
            for part in ("control", "code", "outputs")
        }
        app = modal.App(prefix, include_source=False)
        self.function = app.function(
            name=self.name,
            image=images.image(Image(env={"OF_THE_IMAGE": "yes"}), images.Pinned(Path)),
            volumes={
                CONTROL_MOUNT: self.volumes["control"].with_mount_options(read_only=True),
                CODE_MOUNT: self.volumes["code"].with_mount_options(read_only=True),
                f"{OUTPUTS_MOUNT}/{self.run}": self.volumes["outputs"],
            },
            secrets=[modal.Secret.from_dict(secrets or {})],
            restrict_modal_access=True,
            single_use_containers=True,
            _experimental_restrict_output=True,
            retries=0,
            max_containers=4,
        )(attempt)
        self.put("code", SNAPSHOT, snapshot())
        app.deploy()

    def put(self, part: str, path: str, content: bytes) -> None:
        with self.volumes[part].batch_upload(force=True) as batch:
            batch.put_file(io.BytesIO(content), path)

    def order(self, program: str, **changes: Any) -> dict[str, Any]:
        home = f"{OUTPUTS_MOUNT}/{self.run}"
        return {
            "run": self.run,
            "task": TASK,
            "attempt": 1,
            "seed": 7,
            "parameters": {},
            "checkpoint": f"{home}/tasks/{TASK}/checkpoint",
            "snapshot": f"{CODE_MOUNT}/{SNAPSHOT}",
            "inputs": {},
            "restore": [],
            "baseline": [],
            "build": [],
            "steps": [["python", "-c", program]],
            "weights": [],
            "environment": {},
            "secret_names": [],
            "timeout": 60,
            "memory": 1 << 30,
            "grace": 1.0,
            "commit_every": 0.5,
            "volumes": {part: self.volumes[part] for part in ("control", "outputs")},
            **changes,
        }

    def appoint(self, call: str, attempt: int = 1) -> None:
        """Says in the journal that an attempt is this call's, as the coordinator does."""
        events = [{"event": "attempt-starting", "timeout": 60}, {"event": "attempt-started", "handle": call}]
        known = [{**event, "at": time.time(), "task": TASK, "attempt": attempt} for event in events]
        self.put("control", JOURNAL, b"".join(json.dumps(event).encode() + b"\n" for event in known))

    def start(self, program: str, **changes: Any) -> modal.FunctionCall[str]:
        """Spawns an attempt and appoints its call."""
        call = self.function.spawn(self.order(program, **changes))
        self.appoint(call.object_id, changes.get("attempt", 1))
        return call

    def do(self, program: str, **changes: Any) -> dict[str, Any]:
        """An attempt, from its start to its result."""
        self.start(program, **changes).get(timeout=PATIENCE)
        return self.result(changes.get("attempt", 1))

    def read(self, path: str) -> bytes:
        """A file as it is committed. Raises FileNotFoundError."""
        return b"".join(self.volumes["outputs"].read_file(path))

    def result(self, attempt: int = 1) -> dict[str, Any]:
        return dict(json.loads(self.read(f"tasks/{TASK}/attempt-{attempt}/result.json")))

    def paths(self) -> set[str]:
        """Every file that is committed."""
        entries = self.volumes["outputs"].listdir("/", recursive=True)
        return {entry.path for entry in entries if entry.type == modal.volume.FileEntryType.FILE}

    def await_file(self, path: str, holding: bytes = b"") -> bytes:
        return until(lambda: self._found(path, holding))

    def _found(self, path: str, holding: bytes) -> bytes | None:
        try:
            content = self.read(path)
        except FileNotFoundError:
            return None
        return content if holding in content else None


def until(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if (found := look()) is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to pass in time")


def snapshot() -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        member = tarfile.TarInfo("hello.txt")
        member.size = 6
        tar.addfile(member, io.BytesIO(b"hello\n"))
    return archive.getvalue()


@pytest.fixture
def make_site(plane: Plane) -> Iterator[Callable[..., Site]]:
    made: list[Site] = []

    def make(secrets: dict[str, str] | None = None) -> Site:
        made.append(Site(plane, secrets))
        return made[-1]

    yield make
    for site in made:
        plane.kill(site.name, fails=True)
    assert not plane.unimplemented()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()


WRITE = "import os; open(os.environ['RUNNER_OUTPUT_DIR'] + '/out.txt', 'w').write('made')\n"
WAIT = "import time\nprint('working', flush=True)\ntime.sleep(60)\n"


def test_a_success_shows_its_outputs_once_they_are_whole(site: Site) -> None:
    result = site.do("print(open('hello.txt').read(), end='')\n" + WRITE)
    assert result["outcome"] == "succeeded"
    assert result["started"] <= result["ended"] <= time.time()
    assert site.read(f"{FOLDER}/output/out.txt") == b"made"
    assert site.read(f"{FOLDER}/log.txt") == b"hello\n"
    assert site.paths() == {
        MARK,
        *(f"{FOLDER}/{name}" for name in ("claim.json", "log.txt", "output/out.txt", "result.json")),
    }


def test_a_call_that_the_journal_does_not_name_leaves_no_trace(site: Site) -> None:
    appointed = site.start(WRITE)
    twin = site.function.spawn(site.order(WRITE))
    assert twin.get(timeout=PATIENCE) == "unappointed"
    assert appointed.get(timeout=PATIENCE) == "succeeded"
    assert json.loads(site.read(f"{FOLDER}/claim.json"))["call"] == appointed.object_id


def test_a_call_that_is_cancelled_before_it_is_appointed_leaves_no_trace(site: Site) -> None:
    call = site.function.spawn(site.order(WRITE))
    until(lambda: running(site) or None)
    call.cancel()
    with pytest.raises(modal.exception.RemoteError):
        call.get(timeout=PATIENCE)
    assert site.paths() == set()


def running(site: Site) -> list[dict[str, Any]]:
    return [one for one in site.plane.containers() if one["function"] == site.name and one["calls"]]


COUNTED = (
    "import os\n"
    "runs = open(os.environ['RUNNER_CHECKPOINT_DIR'] + '/runs', 'a+')\n"
    "runs.write('run\\n'); runs.flush()\n"
)
RUNS = f"tasks/{TASK}/checkpoint/runs"


def test_a_preempted_attempt_says_so_and_is_not_done_again(site: Site) -> None:
    stubborn = COUNTED + "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WAIT
    call = site.start(stubborn)
    site.await_file(f"{FOLDER}/log.txt", b"working")
    for _ in range(3):
        site.plane.preempt(site.name, grace=20)
    site.await_file(MARK)
    result = site.result()
    assert (result["outcome"], result["reason"]) == ("preempted", "the provider took the machine away")
    assert call.get(timeout=PATIENCE) == "preempted"
    assert site.result() == result
    assert site.read(RUNS) == b"run\n"
    assert b"working\n" in site.read(f"{FOLDER}/log.txt")


def test_a_killed_container_is_reported_by_the_one_that_takes_its_place(site: Site) -> None:
    call = site.start(COUNTED + WAIT)
    site.await_file(f"{FOLDER}/log.txt", b"working")
    claim = json.loads(site.await_file(f"{FOLDER}/claim.json"))
    site.plane.kill(site.name)
    assert call.get(timeout=PATIENCE) == "preempted"
    result = site.result()
    assert result["reason"] == "the container that worked on it was taken away"
    assert result["started"] == claim["began"]
    assert claim["alive"] <= result["ended"] < time.time()
    assert site.read(RUNS) == b"run\n"
    assert site.read(MARK) == b""


def test_a_cancelled_attempt_keeps_its_outputs(site: Site) -> None:
    call = site.start(WRITE + WAIT)
    site.await_file(f"{FOLDER}/log.txt", b"working")
    call.cancel()
    site.await_file(MARK)
    result = site.result()
    assert (result["outcome"], result["reason"]) == ("cancelled", "the run is being cancelled")
    assert site.read(f"{FOLDER}/output/out.txt") == b"made"
    with pytest.raises(modal.exception.RemoteError):
        call.get(timeout=PATIENCE)


def test_an_attempt_that_may_work_no_longer_is_gone_on_with_by_the_next(site: Site) -> None:
    program = COUNTED + "runs.seek(0)\nif len(runs.readlines()) < 2:\n    import time; time.sleep(60)\n"
    first = site.do(program, slice=2)
    assert first["outcome"] == "suspended"
    assert first["reason"] == "the provider lets no container work longer; it goes on from its checkpoint"
    assert site.do(program, slice=20, attempt=2)["outcome"] == "succeeded"
    assert site.read(RUNS) == b"run\nrun\n"


SECRET = "correct-horse-battery"


@pytest.fixture
def secretive(make_site: Callable[..., Site]) -> Site:
    return make_site({"API_KEY": SECRET, "OTHER_TOKEN": "not-asked-for", "NOTE": "plain"})


def test_lines_are_seen_while_it_works_and_hold_no_secret(secretive: Site) -> None:
    program = "import os, time\nprint('the key is', os.environ['API_KEY'], flush=True)\ntime.sleep(60)\n"
    call = secretive.start(program, secret_names=["API_KEY"])
    said = until(lambda: next((line for line in printed(call) if "the key" in line), None))
    assert said == "the key is ***\n"
    call.cancel()
    secretive.await_file(MARK)
    assert secretive.read(f"{FOLDER}/log.txt").startswith(b"the key is ***\n")


def printed(call: modal.FunctionCall[str]) -> list[str]:
    return [entry.message for entry in call.logs.tail(100)]


def test_a_program_sees_its_stage_s_environment_and_nothing_of_ours(secretive: Site) -> None:
    program = (
        "import json, os\n"
        "told = {name: value for name, value in os.environ.items() if name != 'API_KEY'}\n"
        "told['asked'] = 'API_KEY' in os.environ\n"
        "json.dump(told, open(os.environ['RUNNER_OUTPUT_DIR'] + '/told.json', 'w'))\n"
    )
    environment = {"MINE": "yes", "OMP_NUM_THREADS": "1"}
    secretive.do(program, secret_names=["API_KEY"], environment=environment)
    told = json.loads(secretive.read(f"{FOLDER}/output/told.json"))
    assert told["asked"] is True
    assert (told["MINE"], told["OF_THE_IMAGE"], told["NOTE"]) == ("yes", "yes", "plain")
    assert not {"OTHER_TOKEN", "PYTHONPATH"} & told.keys()
    assert not [name for name in told if name.startswith("MODAL_")]


def test_a_secret_without_a_value_is_named(site: Site) -> None:
    result = site.do(WRITE, secret_names=["WANDB_API_KEY"])
    assert result["outcome"] == "infrastructure"
    assert "no variable WANDB_API_KEY" in result["reason"]
    assert f"{FOLDER}/output/out.txt" not in site.paths()


LARGE = "import os; open(os.environ['RUNNER_OUTPUT_DIR'] + '/large', 'wb').write(bytes(1 << 20))\n"


def test_outputs_for_which_there_is_no_room_fail_the_attempt(site: Site) -> None:
    site.plane.volume_limit(site.volumes["outputs"].name, 1 << 19)
    result = site.do(LARGE)
    assert result["outcome"] == "infrastructure"
    assert result["reason"] == "its outputs cannot be kept: there is no room left on the outputs Volume"
    assert f"{FOLDER}/output/large" not in site.paths()
    assert MARK in site.paths()


def test_a_result_for_which_there_is_no_room_is_the_provider_s_to_report(site: Site) -> None:
    call = site.start("import time\nprint('working', flush=True)\ntime.sleep(2)\n")
    site.await_file(f"{FOLDER}/log.txt", b"working")
    site.plane.volume_limit(site.volumes["outputs"].name, 1)
    with pytest.raises(modal.exception.RemoteError):
        call.get(timeout=PATIENCE)
