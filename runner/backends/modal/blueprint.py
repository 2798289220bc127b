"""What the functions of a run's app are: their images, machines, Volumes and secrets."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from runner.backends.modal.images import Pinned, coordinator_image, image, to_drive
from runner.backends.modal.limits import LONGEST, call_timeout
from runner.backends.modal.names import (
    CODE_MOUNT,
    CONTROL_MOUNT,
    COORDINATE,
    OUTPUTS_MOUNT,
    run_folder,
    stage_function,
    volume_name,
)
from runner.manifest.common import Image
from runner.plan.model import Plan, Requirements, Stage
from runner.settings import ModalSettings

if TYPE_CHECKING:
    import modal

HEADROOM: Final = 256
"""MiB that a container has beside what its task may use: the provider's client and our worker. So it is
the worker that ends a task that uses too much, and not the machine that ends both."""

RESTARTS: Final = 10
"""So often the provider begins the coordinator's call again, wherever it stands."""


class Blueprint:
    """The arguments of `modal.App.function` for each function of one run's app.

    What several functions share is one object, so that the provider is asked for it once. `wake` is the
    variable with the token for `waking`, which no stage gets.
    """

    def __init__(self, settings: ModalSettings, run: str, plan: Plan, pinned: Pinned, wake: str = "") -> None:
        self._settings = settings
        self._wake = wake
        self._folder = run_folder(run)
        self._outputs = f"{OUTPUTS_MOUNT}/{run}"
        self._plan = plan
        self._pinned = pinned
        self._images: list[tuple[Image, modal.Image]] = []
        self._volume = cache(self._new_volume)
        self._secret = cache(lambda variable: secret(settings, variable))

    def coordinator(self) -> dict[str, Any]:
        """The function that drives the run."""
        import modal

        return {
            "name": COORDINATE,
            "image": coordinator_image(to_drive(self._plan)),
            "cpu": 0.125,
            "memory": (256, 1024),
            "timeout": LONGEST,
            "retries": modal.Retries(max_retries=RESTARTS, initial_delay=1.0, backoff_coefficient=1.0),
            "max_containers": 1,
            "secrets": [self._secret(self._wake)] if self._wake else [],
            "volumes": {
                CONTROL_MOUNT: self._own("control", self._folder),
                self._outputs: self._own("outputs", self._folder, read_only=True),
            },
            "_experimental_restrict_output": True,
        }

    def stage(self, stage: Stage) -> dict[str, Any]:
        """The function that does the attempts of a stage."""
        most = self._settings.max_containers
        return {
            "name": stage_function(stage.name),
            "image": self._image(stage.image),
            **machine(stage.requirements),
            "timeout": call_timeout(stage.requirements.timeout),
            "retries": 0,
            "max_containers": min(stage.max_parallel or most, most),
            "single_use_containers": True,
            "restrict_modal_access": True,
            "_experimental_restrict_output": True,
            "secrets": [self._secret(name) for name in stage.secrets],
            "volumes": {
                CONTROL_MOUNT: self._own("control", self._folder, read_only=True),
                CODE_MOUNT: self._own("code", f"/{self._plan.source.tree}", read_only=True),
                self._outputs: self._own("outputs", self._folder),
                **{path: self._volume(name) for path, name in stage.volumes.items()},
            },
        }

    def _image(self, wanted: Image) -> modal.Image:
        for known, made in self._images:
            if known == wanted:
                return made
        self._images.append((wanted, image(wanted, self._pinned)))
        return self._images[-1][1]

    def _own(self, part: str, folder: str, *, read_only: bool = False) -> modal.Volume:
        volume = self._volume(volume_name(self._settings.prefix, part))
        return volume.with_mount_options(sub_path=folder, read_only=read_only)

    def _new_volume(self, name: str) -> modal.Volume:
        return named_volume(self._settings, name)


def machine(needs: Requirements) -> dict[str, Any]:
    """The machine that a function works on."""
    memory, gpus = -(-needs.memory // 2**20), list(needs.gpus)
    return {
        "cpu": (needs.cpu, needs.cpu),
        "memory": (memory, memory + HEADROOM),
        "gpu": gpus[0] if len(gpus) == 1 else gpus or None,
        "region": list(needs.regions) or None,
    }


def named_volume(settings: ModalSettings, name: str) -> modal.Volume:
    """The Volume of this name, made where there is none."""
    import modal

    return modal.Volume.from_name(
        name, environment_name=settings.environment or None, create_if_missing=True, version=2
    )


def secret(settings: ModalSettings, variable: str) -> modal.Secret:
    """The Modal secret that holds a variable."""
    import modal

    return modal.Secret.from_name(
        settings.secret(variable), environment_name=settings.environment or None, required_keys=[variable]
    )
