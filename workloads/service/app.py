"""The service: `uvicorn --factory workloads.service.app:create`, in the surroundings that `runner` makes."""

from __future__ import annotations

import os

from workloads.service.access.asgi import App
from workloads.service.access.entries import PasswordsError
from workloads.service.access.passwords import Passwords
from workloads.service.access.protect import protect
from workloads.service.api.application import application
from workloads.service.inference.inference import Inference
from workloads.service.settings import ServiceSettings
from workloads.service.surroundings import Surroundings, settings_of, surroundings
from workloads.service.training import Trainings
from workloads.textgames.settings import SettingsError


def create() -> App:
    """The application of the settings that the environment names.

    Raises SystemExit with a sentence where those, or the passwords, cannot be used.
    """
    try:
        return _made()
    except (SettingsError, PasswordsError) as error:
        raise SystemExit(str(error)) from None


def _made() -> App:
    where = surroundings(os.environ)
    settings = settings_of(where)
    passwords = Passwords.take(settings.access.passwords)
    inference = Inference(settings, where.folder)
    made = application(inference, _trainings(settings, where), where.version)
    return protect(made, settings, passwords, proxy=where.proxy)


def _trainings(settings: ServiceSettings, where: Surroundings) -> Trainings | None:
    if settings.training is None or where.repository is None:
        return None
    return Trainings(
        settings,
        repository=where.repository,
        folder=where.folder,
        backend=where.backend,
        budget=where.budget,
    )
