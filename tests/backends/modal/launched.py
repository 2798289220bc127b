"""Plans and runs for the tests of the launching side."""

import io
import tarfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from runner.backends.modal.remote import ModalRemote
from runner.engine.layout import RunLayout
from runner.engine.record import RunRecord, create_run, new_run_id
from runner.manifest.common import Image
from runner.plan.model import PinnedSource, Plan, Requirements, Stage, Task
from runner.settings import GitHubSettings, ModalSettings, Settings

PLAIN = Image()
NEEDS = Requirements(cpu=1.0, memory=1 << 30, timeout=60)


def stage(
    name: str = "run",
    *steps: tuple[str, ...],
    requirements: Requirements = NEEDS,
    image: Image = PLAIN,
    **others: object,
) -> Stage:
    """A stage with one task."""
    task = Task(id=f"{name}/only", steps=steps or (("true",),))
    return Stage(name=name, tasks=(task,), requirements=requirements, image=image, **others)  # type: ignore[arg-type]


def plan(*stages: Stage, tree: str = "1" * 40) -> Plan:
    """A plan of a job that is called `job`."""
    source = PinnedSource(commit="2" * 40, tree=tree)
    return Plan(job="job", kind="Command", source=source, manifest={}, stages=stages or (stage(),), seed=1)


def remote(prefix: str, repository: str = "owner-name", **settings: object) -> ModalRemote:
    """The provider with a prefix of the test's own."""
    github = GitHubSettings(wake=str(settings.pop("wake", "")))
    modal = msgspec.convert({"prefix": prefix, **settings}, ModalSettings)
    return ModalRemote(Settings(modal=modal, github=github), repository)


def written(folder: Path, planned: Plan, entropy: bytes = b"abc") -> RunLayout:
    """A run that is written down, and not known to the provider."""
    now = time.time()
    record = RunRecord(
        run=new_run_id(now, entropy),
        job=planned.job,
        backend="modal",
        created=now,
        base="2" * 40,
        manifest_path="jobs/job.yaml",
        manifest_sha256="3" * 64,
    )
    return create_run(folder, record, planned, "kind: Command\n")


def snapshot(files: Mapping[str, bytes] = {"a.txt": b"a"}) -> Callable[[Path], None]:
    """What writes a snapshot of these files."""

    def write(path: Path) -> None:
        with tarfile.open(path, "w") as archive:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))

    return write


def never(path: Path) -> None:
    """A snapshot that nobody should need."""
    raise AssertionError("the provider has this tree already")


def quiet(note: str) -> None:
    """Nobody listens."""


def until(ready: Callable[[], bool], seconds: float = 20.0) -> None:
    """Waits for something."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)
