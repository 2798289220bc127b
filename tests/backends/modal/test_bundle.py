import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.backends.modal.bundle import LONGEST_PATH, in_place, portable, unpack
from runner.backends.modal.packing import LONGEST_LOG, pack
from runner.engine.events import AttemptFinished, AttemptStarting, Event, RunOpened
from runner.engine.layout import RunLayout
from runner.engine.state import replay
from runner.errors import ProviderError
from runner.plan.model import PinnedSource, Plan, Requirements, Stage, Task
from runner.results.left import Left, left_behind

TASK = "work/it"


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Run:
    """A run's outputs as attempts left them, and the folder that they come home to."""

    def __init__(self, folder: Path) -> None:
        self.outputs = RunLayout(folder / "outputs" / "run-1")
        self.home = RunLayout(folder / "home" / "run-1")
        self.archive = folder / "bundle.tar"
        for layout in (self.outputs, self.home):
            layout.directory.mkdir(parents=True)
        stage = Stage(name="work", tasks=(Task(TASK, ((),)),), requirements=Requirements(1.0, 1, 60))
        self.plan = Plan(
            job="job", kind="Command", source=PinnedSource("c", "t"), manifest={}, stages=(stage,)
        )
        self.home.plan.write_bytes(msgspec.json.encode(self.plan))

    def attempt(self, number: int = 1, **files: bytes) -> Path:
        folder = self.outputs.attempt(TASK, number)
        (folder / "output").mkdir(parents=True)
        (folder / "result.json").write_bytes(b"{}")
        (folder / "log.txt").write_bytes(b"said\n")
        for name, content in files.items():
            (folder / "output" / name).write_bytes(content)
        return folder

    def pack(self, attempts: int = 1, file_size: int = 1000, most_output: int = 1 << 20) -> None:
        events: list[Event] = [RunOpened(0.0, 8)]
        for number in range(1, attempts + 1):
            outcome = "succeeded" if number == attempts else "preempted"
            events.append(AttemptStarting(0.0, TASK, number, 60.0))
            events.append(
                AttemptFinished(at=0.0, task=TASK, attempt=number, outcome=outcome, started=0.0, ended=1.0)
            )
        state = replay(self.plan, events)
        pack(state, self.outputs, self.archive, file_size=file_size, most_output=most_output)

    def names(self) -> list[str]:
        with tarfile.open(self.archive) as archive:
            return archive.getnames()

    def write(self, members: Mapping[str, bytes], *, whole: bool = True) -> None:
        """An archive that `pack` would not have written."""
        files = {**members, "left.json": b"[]"} if whole else members
        with tarfile.open(self.archive, "w") as archive:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_what_attempts_left_comes_home_as_a_local_run_has_it(run: Run) -> None:
    run.attempt(1, half=b"not taken")
    folder = run.attempt(2, weights=b"w")
    (folder / "output" / "deep" / "er").mkdir(parents=True)
    (folder / "output" / "deep" / "er" / "größe.txt").write_bytes(b"ja")
    run.pack(attempts=2)
    unpack(run.archive, run.home)
    assert run.home.result(TASK, 1).read_bytes() == b"{}"
    assert run.home.log(TASK, 1).read_text() == "said\n"
    assert not run.home.output(TASK, 1).exists()
    assert (run.home.output(TASK, 2) / "weights").read_bytes() == b"w"
    assert (run.home.output(TASK, 2) / "deep/er/größe.txt").read_bytes() == b"ja"
    assert left_behind(run.home) == {}
    assert listing(run.home.directory) == ["left.json", "plan.json", "tasks"]


def test_a_file_that_is_too_large_is_listed_instead(run: Run) -> None:
    run.attempt(model=b"m" * 1001, small=b"s" * 1000)
    run.pack(file_size=1000)
    unpack(run.archive, run.home)
    assert not (run.home.output(TASK, 1) / "model").exists()
    assert (run.home.output(TASK, 1) / "small").exists()
    assert list(left_behind(run.home).values()) == [
        Left(f"tasks/{TASK}/attempt-1/output/model", 1001, hashlib.sha256(b"m" * 1001).hexdigest())
    ]


def test_of_a_long_log_the_last_lines_come_home(run: Run) -> None:
    folder = run.attempt()
    (folder / "log.txt").write_bytes(b"first\n" + b"a line\n" * LONGEST_LOG)
    run.pack()
    unpack(run.archive, run.home)
    log = run.home.log(TASK, 1).read_bytes()
    assert LONGEST_LOG - 7 < len(log) <= LONGEST_LOG
    assert log.startswith(b"a line\n")


def test_links_pipes_and_odd_names_stay_behind(run: Run, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret of the coordinator")
    folder = run.attempt(good=b"good")
    output = folder / "output"
    (output / "link").symlink_to(tmp_path / "secret")
    (output / "folder").symlink_to(tmp_path)
    (output / "a\nline").write_bytes(b"x")
    (output / "back\\slash").write_bytes(b"x")
    (output / os.fsdecode(b"\xff")).write_bytes(b"x")
    os.mkfifo(output / "pipe")
    (folder / "log.txt").unlink()
    (folder / "log.txt").symlink_to(tmp_path / "secret")
    (folder / "result.json").unlink()
    (folder / "result.json").mkdir()
    run.pack()
    assert run.names() == [f"tasks/{TASK}/attempt-1/output/good", "left.json"]


@pytest.mark.parametrize(
    "part", ["tasks", f"tasks/{Path(TASK).parent}", f"tasks/{TASK}", f"tasks/{TASK}/attempt-1"]
)
def test_a_folder_above_that_is_a_link_is_not_followed(run: Run, tmp_path: Path, part: str) -> None:
    run.attempt(mine=b"m")
    (run.outputs.directory / part).rename(tmp_path / "elsewhere")
    (run.outputs.directory / part).symlink_to(tmp_path / "elsewhere")
    run.pack()
    assert run.names() == ["left.json"]


def test_an_output_beyond_what_a_task_may_write_is_cut_off(run: Run) -> None:
    folder = run.attempt(a=b"a" * 600, b=b"b" * 600)
    os.truncate(folder / "output" / "b", 1 << 40)
    run.pack(most_output=1000)
    unpack(run.archive, run.home)
    assert listing(run.home.output(TASK, 1)) == ["a"]
    assert left_behind(run.home) == {}


def test_a_later_bundle_replaces_what_an_earlier_one_brought(run: Run) -> None:
    run.attempt(old=b"o")
    run.pack()
    unpack(run.archive, run.home)
    run.attempt(2, new=b"n")
    run.pack(attempts=2)
    unpack(run.archive, run.home)
    assert not run.home.output(TASK, 1).exists()
    assert listing(run.home.output(TASK, 2)) == ["new"]


HOSTILE = {
    "absolute": "/tasks/work/it/attempt-1/log.txt",
    "climbing": "tasks/work/it/attempt-1/output/../../../../../evil",
    "another task": "tasks/work/other/attempt-1/log.txt",
    "attempt": "tasks/work/it/attempt-0/log.txt",
    "checkpoint": "tasks/work/it/checkpoint/file",
    "journal": "journal.jsonl",
    "other file": "tasks/work/it/attempt-1/claim.json",
    "output itself": "tasks/work/it/attempt-1/output",
    "line": "tasks/work/it/attempt-1/output/a\nb",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_name_without_a_place_in_the_run_is_refused(run: Run, name: str) -> None:
    run.attempt(kept=b"k")
    run.pack()
    unpack(run.archive, run.home)
    run.write({"tasks/work/it/attempt-1/log.txt": b"new", name: b"x"})
    with pytest.raises(ProviderError, match="has no place in this run"):
        unpack(run.archive, run.home)
    assert run.home.log(TASK, 1).read_text() == "said\n"
    assert listing(run.home.directory) == ["left.json", "plan.json", "tasks"]


def _link(archive: tarfile.TarFile) -> None:
    member = tarfile.TarInfo(f"tasks/{TASK}/attempt-1/log.txt")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    archive.addfile(member)


def _twice(archive: tarfile.TarFile) -> None:
    for _ in range(2):
        archive.addfile(tarfile.TarInfo(f"tasks/{TASK}/attempt-1/log.txt"))


def _file_and_folder(archive: tarfile.TarFile) -> None:
    for name in ("a", "a/b"):
        archive.addfile(tarfile.TarInfo(f"tasks/{TASK}/attempt-1/output/{name}"))


def _enormous(archive: tarfile.TarFile) -> None:
    member = tarfile.TarInfo(f"tasks/{TASK}/attempt-1/log.txt")
    member.size = 1 << 50
    assert archive.fileobj is not None
    archive.fileobj.write(member.tobuf())


@pytest.mark.parametrize("spoil", [_link, _twice, _file_and_folder, _enormous])
def test_an_archive_of_anything_but_plain_files_is_refused(
    run: Run, spoil: Callable[[tarfile.TarFile], None]
) -> None:
    with tarfile.open(run.archive, "w") as archive:
        spoil(archive)
        member = tarfile.TarInfo("left.json")
        member.size = 2
        archive.addfile(member, io.BytesIO(b"[]"))
    with pytest.raises(ProviderError):
        unpack(run.archive, run.home)
    assert listing(run.home.directory) == ["plan.json"]


@given(kept=st.floats(0, 1, exclude_max=True))
def test_an_archive_cut_off_anywhere_is_refused(
    tmp_path_factory: pytest.TempPathFactory, kept: float
) -> None:
    run = Run(tmp_path_factory.mktemp("run"))
    run.attempt(file=b"f" * 900)
    run.pack()
    with tarfile.open(run.archive) as archive:
        needed = archive.getmember("left.json").offset_data + 2
    os.truncate(run.archive, int(kept * needed))
    with pytest.raises(ProviderError):
        unpack(run.archive, run.home)
    assert listing(run.home.directory) == ["plan.json"]


def test_a_path_that_is_too_long_to_be_written_anywhere_stays_behind(run: Run) -> None:
    folder = run.attempt(short=b"s") / "output"
    descriptor = os.open(folder, os.O_RDONLY)
    for _ in range(12):
        os.mkdir("d" * 200, dir_fd=descriptor)
        descriptor, above = os.open("d" * 200, os.O_RDONLY, dir_fd=descriptor), descriptor
        os.close(above)
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)
    run.pack()
    unpack(run.archive, run.home)
    found = [path for path in run.home.output(TASK, 1).rglob("*") if path.is_file()]
    assert max(len(str(path.relative_to(run.home.directory))) for path in found) <= LONGEST_PATH
    assert 5 < len(found) < 13
    assert not in_place(f"tasks/{TASK}/attempt-1/output/" + "/".join(["d" * 200] * 12), {TASK})


def test_folders_without_end_are_not_all_looked_into(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runner.backends.modal.packing.MAX_FILES", 20)
    folder = run.attempt(file=b"f") / "output"
    for number in range(100):
        (folder / f"d{number}" / "e").mkdir(parents=True)
    looked: list[str] = []
    scan = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: looked.append("") or scan(path))
    run.pack()
    assert len(looked) <= 20
    unpack(run.archive, run.home)


@pytest.mark.parametrize("listed", [b"", b"{}", b'[{"path": 1}]'])
def test_a_list_that_cannot_be_read_is_refused(run: Run, listed: bytes) -> None:
    run.write({"left.json": listed}, whole=False)
    with pytest.raises(ProviderError, match="cannot be taken in"):
        unpack(run.archive, run.home)


@given(part=st.text())
def test_whatever_the_name_one_part_of_a_path_leads_nowhere_else(part: str) -> None:
    if portable(part):
        assert json.dumps(part) and part.encode()
        assert os.path.normpath(f"/folder/{part}") == f"/folder/{part}"


@given(
    name=st.lists(st.sampled_from(["tasks", "work", "it", "attempt-1", "output", "..", "", "log.txt"])).map(
        "/".join
    )
)
def test_a_file_in_its_place_is_below_an_attempt(name: str) -> None:
    if in_place(name, {TASK}):
        assert os.path.normpath(name) == name
        assert name.startswith(f"tasks/{TASK}/attempt-1/")
