"""Whether a plan could run at the provider, found out before anything is started or made."""

from __future__ import annotations

from runner.backends.modal.blueprint import secret
from runner.backends.modal.client import require_reachable, sdk_version_problem
from runner.backends.modal.names import PARTS, volume_name
from runner.backends.modal.troubles import provider_errors, said
from runner.errors import InputError, ProviderError
from runner.plan.model import Plan
from runner.settings import ModalSettings


def require_access(settings: ModalSettings) -> None:
    """Raises ProviderError unless the SDK fits, the provider answers, and the environment exists."""
    if problem := sdk_version_problem():
        raise ProviderError("sdk-version", problem, place="modal", fix="pip install --upgrade runner")
    require_reachable()
    require_environment(settings)


def require_environment(settings: ModalSettings) -> str:
    """The environment's name. Raises ProviderError where there is none. One request."""
    import modal
    from modal.exception import InvalidError, NotFoundError

    name = settings.environment
    with provider_errors("environment"):
        try:
            found = modal.Environment.from_name(name) if name else modal.Environment.from_context()
            found.hydrate()
        except (NotFoundError, InvalidError) as error:
            raise ProviderError(
                "environment-missing",
                f"Modal has no such environment: {said(error)}",
                place="modal.environment",
                fix=f"modal environment create {name or 'main'}, or correct modal.environment in runner.toml",
            ) from None
    return found.name or ""


def require_plan(settings: ModalSettings, plan: Plan, wake: str = "") -> None:
    """Raises ProviderError for a missing secret, InputError for what the manifest may not ask for.

    `wake` is the variable with the runner's own token, which no program is given.
    """
    own = {volume_name(settings.prefix, part) for part in PARTS}
    for stage in plan.stages:
        for path, name in stage.volumes.items():
            if name in own:
                raise InputError(
                    "volume-taken",
                    f"the Volume {name} at {path} is the runner's own: it holds the files of all runs",
                    place="spec.volumes",
                    fix="choose another name",
                )
    for variable in sorted({name for stage in plan.stages for name in stage.secrets}):
        if wake and settings.secret(variable) == settings.secret(wake):
            raise InputError(
                "secret-taken",
                f"the secret {settings.secret(wake)} is the runner's own: with it, runs tell of their end",
                place="spec.secrets",
                fix="take a token of its own for the job",
            )
        require_secret(settings, variable)
    if wake:
        require_secret(settings, wake, "github.wake")


def require_secret(settings: ModalSettings, variable: str, place: str = "spec.secrets") -> None:
    """Raises ProviderError where no secret holds this variable. One request."""
    from modal.exception import InvalidError, NotFoundError

    name = settings.secret(variable)
    with provider_errors(f"secret {name}"):
        try:
            secret(settings, variable).hydrate()
        except (NotFoundError, InvalidError):
            where = f" --env {settings.environment}" if settings.environment else ""
            raise ProviderError(
                "secret-missing",
                f"Modal has no secret {name} that holds {variable}",
                place=place,
                fix=f"modal secret create{where} {name} {variable}=… (--force replaces one that is there)",
            ) from None
