"""A run at the plane, as the launching side would make it, but with scripted attempts."""

import io
import itertools
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from runner.backends.modal import apps
from runner.backends.modal.appointment import appointed
from runner.backends.modal.bundle import unpack
from runner.engine.events import AttemptFinished, AttemptStarted, Event, RunFinished, RunOpened
from runner.engine.layout import RunLayout
from runner.engine.state import State, replay
from runner.plan.model import PinnedSource, Plan, Requirements, Stage, Task
from tests.standins.modal.client import Plane

NUMBERS = itertools.count(1)
QUICK = {"shortest": 0.2, "longest": 0.5, "doubt": 1.0, "confirm": 0.4, "linger": 2.0, "kill": 1.0}
SCRIPTED = Path(__file__).with_name("scripted.py")

Steps = tuple[tuple[str, ...], ...]


def stage(name: str, tasks: Mapping[str, Steps], inputs: tuple[str, ...] = (), **needs: Any) -> Stage:
    requirements = Requirements(**{"cpu": 0.5, "memory": 1 << 27, "timeout": 60, **needs})
    listed = tuple(Task(f"{name}/{task}", steps) for task, steps in tasks.items())
    return Stage(name=name, tasks=listed, requirements=requirements, inputs=inputs)


class Launched:
    """A deployed run, whose coordinators are started and appointed by hand."""

    def __init__(self, plane: Plane, *stages: Stage, **request: Any) -> None:
        import modal

        self.plane = plane
        self.run = f"run-{os.getpid()}-{next(NUMBERS)}"
        self.plan = Plan(job="job", kind="Command", source=PinnedSource("c", "t"), manifest={}, stages=stages)
        self.app = f"test-{self.run}"
        self.volumes = {part: f"test-{self.run}-{part}" for part in ("control", "outputs")}
        self._control, self._outputs = (
            modal.Volume.from_name(name, create_if_missing=True, version=2) for name in self.volumes.values()
        )
        self._deploy()
        self.put("plan.json", msgspec.json.encode(self.plan))
        self.request = {
            "run": self.run,
            "app": self.app,
            "environment": "",
            "retries": 0,
            "file_size": 1000,
            "most_output": 1 << 20,
            **self.volumes,
            "grace": 1.0,
            "pace": QUICK,
            **request,
        }

    def _deploy(self) -> None:
        import modal

        from runner.backends.modal.coordinator import coordinate
        from runner.backends.modal.images import coordinator_image
        from tests.backends.modal.scripted import attempt

        folder = f"/runs/{self.run}"
        app = modal.App(self.app, include_source=False)
        image = coordinator_image().add_local_file(SCRIPTED, "/root/tests/backends/modal/scripted.py")
        mount = f"/runner/outputs/{self.run}"
        app.function(
            name="coordinate",
            image=image,
            retries=modal.Retries(max_retries=10, initial_delay=0.0, backoff_coefficient=1.0),
            volumes={
                "/runner/control": self._control.with_mount_options(sub_path=folder),
                mount: self._outputs.with_mount_options(sub_path=folder, read_only=True),
            },
        )(coordinate)
        for one in self.plan.stages:
            app.function(
                name=f"stage-{one.name}",
                image=image,
                max_containers=4,
                timeout=one.requirements.timeout,
                single_use_containers=True,
                restrict_modal_access=True,
                _experimental_restrict_output=True,
                volumes={
                    "/runner/control": self._control.with_mount_options(sub_path=folder, read_only=True),
                    mount: self._outputs.with_mount_options(sub_path=folder),
                },
            )(attempt)
        app.deploy()

    def stop(self) -> None:
        """Ends whatever of the run still works."""
        for app in apps.standing("", self.app):
            apps.stop(app.app_id)

    def put(self, name: str, content: bytes) -> None:
        with self._control.batch_upload(force=True) as batch:
            batch.put_file(io.BytesIO(content), f"/runs/{self.run}/{name}")

    def remove(self, name: str) -> None:
        self._control.remove_file(f"/runs/{self.run}/{name}")

    def read(self, name: str, part: str = "control") -> bytes:
        """A file of the run as it is committed; nothing where there is none."""
        volume = self._control if part == "control" else self._outputs
        try:
            return b"".join(volume.read_file(f"/runs/{self.run}/{name}"))
        except FileNotFoundError:
            return b""

    def spawn(self, **request: Any) -> str:
        """Starts a coordinator that nobody has appointed yet."""
        import modal

        function = modal.Function.from_name(self.app, "coordinate")
        former = appointed(self.read("appointed.json"))
        return str(function.spawn({**self.request, "former": former, **request}).object_id)

    def appoint(self, call: str) -> None:
        self.put("appointed.json", msgspec.json.encode({"call": call}))

    def start(self, **request: Any) -> str:
        call = self.spawn(**request)
        self.appoint(call)
        return call

    def events(self) -> list[Event]:
        return msgspec.json.Decoder(Event).decode_lines(self.read("journal.jsonl"))

    def state(self) -> State:
        return replay(self.plan, self.events())

    def began(self) -> list[str]:
        """Every beginning of work on an attempt, by the name of its mark."""
        from modal.exception import NotFoundError

        try:
            marks = self._outputs.listdir(f"/runs/{self.run}/begun")
        except NotFoundError:
            return []
        return sorted(Path(mark.path).name.split()[0] for mark in marks)

    def wait(self, what: Callable[["Launched"], object], seconds: float = 40.0) -> None:
        deadline = time.monotonic() + seconds
        while not what(self):
            assert time.monotonic() < deadline, [type(event).__name__ for event in self.events()]
            time.sleep(0.15)

    def finished(self) -> State:
        """What became of the run, once its journal says so."""
        self.wait(lambda run: any(isinstance(event, RunFinished) for event in run.events()[-1:]))
        return self.state()

    def answer(self, call: str) -> str:
        import modal

        return str(modal.FunctionCall.from_id(call).get(timeout=20))

    def outcomes(self) -> dict[str, list[str]]:
        return {
            task: [attempt.outcome for attempt in known.attempts]
            for task, known in self.state().tasks.items()
        }

    def home(self, folder: Path) -> RunLayout:
        """The run's folder with what the bundle holds."""
        layout = RunLayout(folder / self.run)
        layout.directory.mkdir()
        layout.plan.write_bytes(msgspec.json.encode(self.plan))
        (folder / "bundle.tar").write_bytes(self.read("bundle.tar"))
        unpack(folder / "bundle.tar", layout)
        return layout


def started(run: Launched) -> list[AttemptStarted]:
    return [event for event in run.events() if isinstance(event, AttemptStarted)]


def openings(run: Launched) -> int:
    """How many drivers have begun to work on the run."""
    return sum(isinstance(event, RunOpened) for event in run.events())


def ended(run: Launched) -> list[AttemptFinished]:
    return [event for event in run.events() if isinstance(event, AttemptFinished)]
