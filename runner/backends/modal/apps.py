"""What stands at the provider: apps and their containers.

The SDK has no public way to ask how many containers of a stopping app still run, so the few
requests here are made through its internal client, which the pinned range of versions keeps as it is.
"""

from __future__ import annotations

import time
from typing import Final

from msgspec import Struct

from runner.backends.modal.client import ask
from runner.backends.modal.troubles import AGAIN, provider_errors
from runner.errors import ProviderError

STOPPING: Final = 60.0
"""Seconds that the provider has to end the containers of a stopped app."""


class StandingApp(Struct, frozen=True):
    """An app that is not stopped, or of which a container still runs. `created` in epoch seconds.

    It is neither `stopped` nor `deployed` while it is being made.
    """

    app_id: str
    name: str
    stopped: bool
    deployed: bool
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
            one.app_id,
            one.description,
            one.state in over,
            one.state == api_pb2.APP_STATE_DEPLOYED,
            int(one.n_running_tasks),
            float(one.created_at),
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


def end(environment: str, name: str, subject: str) -> bool:
    """Stops the app of a name; returns when the provider says that none of its containers runs.

    Whether there was one. `subject` is what it is for people. Raises ProviderError where containers do
    not end.
    """
    deadline, pause, found = time.monotonic() + STOPPING, 0.02, False
    while True:
        named = [app for app in standing(environment, name) if app.name == name]
        for app in named:
            if not app.stopped:
                found = True
                stop(app.app_id)
        if not any(app.containers or not app.stopped for app in named):
            return found
        if time.monotonic() > deadline:
            raise ProviderError(
                "still-running",
                f"{sum(app.containers for app in named)} containers of {subject} do not end",
                place=f"app {name}",
                fix=f"modal app stop {name}, then {AGAIN}",
            )
        time.sleep(pause)
        pause = min(2 * pause, 0.5)


def _environment(name: str) -> str:
    from modal.config import config

    return name or config.get("environment") or ""
