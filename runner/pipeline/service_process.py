"""What a service's process is: its command line, and what it is told of its surroundings."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Final

from runner.pipeline.addresses import Address
from runner.pipeline.versions import version_of
from runner.pipeline.workspace import Workspace
from runner.plan.model import Endpoint, Plan, Stage
from runner.worker.environment import base_environment

GRACE_SECONDS: Final = 10
"""What requests have to come to their end after the service was told to."""
LARGEST_HEADERS: Final = 32_768
ROOM: Final = 128
"""Connections beyond the requests that are taken at a time: the application itself turns those away."""


def folder_of(workspace: Workspace, plan: Plan) -> Path:
    """The folder of a service on this machine."""
    return workspace.state_directory / "served" / plan.job


def steps_before(stage: Stage) -> list[list[str]]:
    """What is done before it serves."""
    steps = [stage.build, *(step for task in stage.tasks for step in task.steps)]
    return [list(step) for step in steps if step]


def server_command(workspace: Workspace, endpoint: Endpoint, address: Address) -> list[str]:
    """The command line of the server. Nothing secret is in it."""
    options = {
        "app_dir": str(workspace.repository.root),
        "host": address.host,
        "port": address.port,
        "ws": "none",
        "log_level": "warning",
        "access_log": False,
        "use_colors": False,
        "server_header": False,
        "proxy_headers": False,
        "limit_concurrency": 2 * endpoint.concurrent + ROOM,
        "timeout_keep_alive": 15,
        "timeout_graceful_shutdown": GRACE_SECONDS,
        "h11_max_incomplete_event_size": LARGEST_HEADERS,
    }
    program = str(Path(__file__).with_name("web_server.py"))
    told = [program, endpoint.app, json.dumps(options)]
    return [sys.executable, "-P", *(text.replace("${", "$${") for text in told)]


def service_environment(workspace: Workspace, plan: Plan, stage: Stage) -> dict[str, str]:
    """What the application is told of its surroundings; its folder is named by the worker."""
    assert stage.endpoint is not None
    budget = plan.manifest["spec"].get("budget") or {}
    trains = bool(stage.endpoint.training)
    return {
        **base_environment(os.environ, str(Path(sys.executable).parent)),
        "OMP_NUM_THREADS": str(max(1, int(stage.requirements.cpu))),
        **stage.image.env,
        **stage.env,
        "RUNNER_SERVICE_SETTINGS": str(_settings_path(workspace, plan, stage)),
        "RUNNER_SERVICE_VERSION": version_of(workspace, plan),
        "RUNNER_SERVICE_REPOSITORY": str(workspace.repository.root) if trains else "",
        "RUNNER_SERVICE_BACKEND": "local",
        "RUNNER_SERVICE_BUDGET": str(budget.get("usd", "")),
        "RUNNER_SERVICE_PROXY": "",
    }


def _settings_path(workspace: Workspace, plan: Plan, stage: Stage) -> Path:
    (name,) = stage.files
    return folder_of(workspace, plan) / "files" / name
