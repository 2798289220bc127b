"""The app of a run: a function that drives it, and one for the attempts of each stage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from runner.backends.modal.blueprint import Blueprint
from runner.backends.modal.images import Pinned
from runner.backends.modal.names import COORDINATE, app_name, stage_function
from runner.backends.modal.troubles import provider_errors, said
from runner.errors import InputError, RunnerError
from runner.plan.model import Plan
from runner.settings import ModalSettings

if TYPE_CHECKING:
    import modal

LONGEST_NAME: Final = 64
LONGEST_TAG: Final = 63

REPOSITORY_TAG: Final = "repository"
"""The tag that says whose an app is, where several repositories share an environment."""


def deploy(
    settings: ModalSettings, repository: str, run: str, plan: Plan, pinned: Pinned, wake: str = ""
) -> None:
    """Builds the images and makes the app of a run stand; repeating it changes nothing.

    `repository` is whose run it is, for a tag; for `wake` see `Blueprint`. Raises InputError where what
    the manifest asks for cannot be had, ProviderError for anything else.
    """
    from modal.exception import Error

    with provider_errors(f"app {app_name(settings.prefix, run)}"):
        made = app(settings, repository, run, plan, pinned, wake)
        try:
            made.deploy(environment_name=settings.environment or None)
        except Error as error:
            raise refusal(error, plan) or error from None


def stands(settings: ModalSettings, run: str) -> bool:
    """Whether the app of a run stands already: it does so as a whole or not at all. One request."""
    import modal
    from modal.exception import NotFoundError

    name = app_name(settings.prefix, run)
    with provider_errors(f"app {name}"):
        try:
            modal.Function.from_name(
                name, COORDINATE, environment_name=settings.environment or None
            ).hydrate()
        except NotFoundError:
            return False
    return True


def app(
    settings: ModalSettings, repository: str, run: str, plan: Plan, pinned: Pinned, wake: str = ""
) -> modal.App:
    """The app of a run, not yet known to the provider."""
    import modal

    from runner.backends.modal.attempt import attempt
    from runner.backends.modal.coordinator import coordinate

    name = app_name(settings.prefix, run)
    require_short(name, *(stage_function(stage.name) for stage in plan.stages))
    tags = {"job": tag(plan.job), "run": tag(run), REPOSITORY_TAG: tag(repository)}
    made = modal.App(name, include_source=False, tags=tags)
    blueprint = Blueprint(settings, run, plan, pinned, wake)
    made.function(**blueprint.coordinator())(coordinate)
    for stage in plan.stages:
        made.function(**blueprint.stage(stage))(attempt)
    return made


def tag(text: str) -> str:
    """A text as the value of a tag, which the provider wants short and plain."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)[:LONGEST_TAG] or "-"


def require_short(*names: str) -> None:
    """Raises InputError for a name that the provider does not take."""
    for name in names:
        if len(name) > LONGEST_NAME:
            raise InputError(
                "name-too-long",
                f"the name {name} is longer than the {LONGEST_NAME} characters that Modal takes",
                place="modal.prefix",
                fix="shorten modal.prefix in runner.toml",
            )


_ASKED: Final = (
    (r"\bgpu\b", "unknown-gpu", "spec.resources.gpu", "runner prices lists the GPUs that are known"),
    (r"\bregion", "unknown-region", "spec.resources.region", "see Modal's guide on regions, or leave it out"),
    (r"\bpython\b", "image-python", "spec.image.python", "write a version that Modal has, such as 3.12"),
    (r"\bvolume\b", "bad-volume", "spec.volumes", "use a Volume of version 2, or another name"),
)


def refusal(error: Exception, plan: Plan) -> RunnerError | None:
    """What of the manifest the provider refuses; None where the manifest is not at fault."""
    from modal.exception import ConflictError, InvalidError

    if not isinstance(error, InvalidError) or isinstance(error, ConflictError):
        return None
    text = said(error)
    for pattern, code, place, fix in _ASKED:
        if re.search(pattern, text, re.IGNORECASE):
            return InputError(code, f"Modal refuses what {plan.job} asks for: {text}", place=place, fix=fix)
    return None
