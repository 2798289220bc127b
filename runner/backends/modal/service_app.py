"""The app of a service: one web function, in as many containers as its manifest says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from runner.backends.modal.blueprint import machine, named_volume, secret
from runner.backends.modal.deployment import REPOSITORY_TAG, require_short, tag
from runner.backends.modal.images import Pinned, everything, image, served
from runner.backends.modal.limits import LONGEST
from runner.backends.modal.names import CODE_MOUNT, SERVE, service_app, volume_name
from runner.plan.model import Endpoint, Plan, Stage
from runner.settings import ModalSettings

if TYPE_CHECKING:
    import modal

ANSWERING: Final = 30
"""Seconds beyond those of a request in which the application itself can say that it took too long."""

STARTING: Final = 30 * 60
"""Seconds in which a container must have built, imported and loaded what it serves."""

VERSION_TAG: Final = "version"
COMMIT_TAG: Final = "commit"
HELD_TAG: Final = "held"


def deployed_tags(plan: Plan, repository: str, version: str, held: str) -> dict[str, str]:
    """What an app says of itself. `held` is there only where a person rolled back."""
    return {
        "job": tag(plan.job),
        REPOSITORY_TAG: tag(repository),
        VERSION_TAG: tag(version),
        COMMIT_TAG: tag(plan.source.commit),
        **({HELD_TAG: tag(held)} if held else {}),
    }


def order(plan: Plan, repository: str, version: str) -> bytes:
    """What the container is told; see `serve.Making`."""
    stage, endpoint = service_of(plan)
    budget = plan.manifest.get("spec", {}).get("budget") or {}
    return msgspec.json.encode(
        {
            "app": endpoint.app,
            "version": version,
            "commit": plan.source.commit,
            "repository": repository,
            "steps": stage.tasks[0].steps,
            "files": stage.files,
            "environment": stage.env,
            "secret_names": stage.secrets,
            "password": endpoint.password_secret,
            "training": bool(endpoint.training),
            "budget": str(budget.get("usd", "")),
        }
    )


def app(
    settings: ModalSettings, repository: str, plan: Plan, version: str, pinned: Pinned, held: str
) -> modal.App:
    """The app of a service, not yet known to the provider."""
    import modal

    from runner.backends.modal.serve import serve

    name = service_app(settings.prefix, plan.job)
    require_short(name)
    made = modal.App(name, include_source=False, tags=deployed_tags(plan, repository, version, held))
    _, endpoint = service_of(plan)
    web: Any = modal.concurrent(max_inputs=endpoint.concurrent)(modal.asgi_app()(serve))
    made.function(**function(settings, plan, version, pinned))(web)
    return made


def function(settings: ModalSettings, plan: Plan, version: str, pinned: Pinned) -> dict[str, Any]:
    """The arguments of `modal.App.function` for the one function of a service."""
    from runner.backends.modal.serve import VERSION

    stage, endpoint = service_of(plan)
    code = named_volume(settings, volume_name(settings.prefix, "code"))
    most = max(1, min(endpoint.max_containers, settings.max_containers))
    return {
        "name": SERVE,
        "image": image(stage.image, pinned, everything if endpoint.training else served),
        **machine(stage.requirements),
        "timeout": min(LONGEST, stage.requirements.timeout + ANSWERING),
        "startup_timeout": STARTING,
        "min_containers": min(endpoint.min_containers, most),
        "max_containers": most,
        "scaledown_window": endpoint.scaledown,
        "restrict_modal_access": not endpoint.training,
        "env": {VERSION: version},
        "secrets": [secret(settings, name) for name in stage.secrets],
        "volumes": {
            CODE_MOUNT: code.with_mount_options(sub_path=f"/{plan.source.tree}", read_only=True),
            **{path: named_volume(settings, name) for path, name in stage.volumes.items()},
        },
    }


def service_of(plan: Plan) -> tuple[Stage, Endpoint]:
    """The stage of a service, and how it is reached. The plan is one of a service."""
    stage = plan.service
    assert stage is not None and stage.endpoint is not None
    return stage, stage.endpoint
