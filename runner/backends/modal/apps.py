"""What stands at the provider: apps and their containers.

The SDK has no public way to ask how many containers of a stopping app still run, so the few
requests here are made through its internal client, which the pinned range of versions keeps as it is.
"""

from __future__ import annotations

from msgspec import Struct

from runner.backends.modal.client import ask
from runner.backends.modal.troubles import provider_errors


class StandingApp(Struct, frozen=True):
    """An app that is not stopped, or of which a container still runs. `created` in epoch seconds."""

    app_id: str
    name: str
    stopped: bool
    containers: int
    created: float


def standing(environment: str, prefix: str) -> list[StandingApp]:
    """The apps whose names begin so, lately stopped ones included. One request."""
    from modal_proto import api_pb2

    with provider_errors(f"environment {environment}" if environment else ""):
        answer = ask("AppList", api_pb2.AppListRequest(environment_name=_environment(environment)))
    over = (api_pb2.APP_STATE_STOPPED, api_pb2.APP_STATE_DISABLED)
    return [
        StandingApp(
            one.app_id, one.description, one.state in over, int(one.n_running_tasks), float(one.created_at)
        )
        for one in answer.apps
        if one.description.startswith(prefix)
    ]


def tags(app_id: str) -> dict[str, str]:
    """An app's tags. One request."""
    from modal_proto import api_pb2

    with provider_errors(f"app {app_id}"):
        return dict(ask("AppGetTags", api_pb2.AppGetTagsRequest(app_id=app_id)).tags)


def stop(app_id: str) -> None:
    """Ends an app with all its containers. One request; nothing happens to one that is stopped."""
    from modal.exception import ConflictError, NotFoundError
    from modal_proto import api_pb2

    request = api_pb2.AppStopRequest(app_id=app_id, source=api_pb2.APP_STOP_SOURCE_PYTHON_CLIENT)
    with provider_errors(f"app {app_id}"):
        try:
            ask("AppStop", request)
        except (NotFoundError, ConflictError):
            return


def _environment(name: str) -> str:
    from modal.config import config

    return name or config.get("environment") or ""
