"""Services that stand at a provider: listed, asked by name, and taken down when somebody means it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Checkout, Run
from tests.standins.modal.client import Plane
from tests.standins.service.terminal import Shown, at_terminal

APP = """
import json

HEALTH = json.dumps({"status": "ok", "service": "web", "ready": True}).encode()


def create():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": HEALTH})

    return app
"""
JOB = """
app: served:create
model: some/model
resources: {cpu: 0.125, memory: 256MiB}
"""

Type = Callable[..., Shown]


@pytest.fixture
def type_here(project: Path) -> Type:
    """`runner service …` on a terminal."""

    def type_here(*arguments: str, answers: list[tuple[str, str]]) -> Shown:
        command = [sys.executable, "-m", "runner", "service", *arguments]
        return at_terminal(command, answers, project, {**os.environ, "PYTHONPATH": str(ROOT)})

    return type_here


def test_where_nothing_stands_the_list_says_how_to_begin(ask: Callable[..., Any]) -> None:
    assert ask("list").stdout == "no services yet; write a manifest with: runner init Service my-service\n"


def test_a_service_that_does_not_exist_cannot_be_asked(ask: Callable[..., Any]) -> None:
    done = ask("health", "--job", "nothing")
    assert done.returncode == 2
    assert 'there is no service "nothing"' in done.stderr


def test_nothing_is_removed_where_nobody_can_be_asked(ask: Callable[..., Any]) -> None:
    done = ask("remove", "web")
    assert done.returncode == 2
    assert "fix: give --yes" in done.stderr


def test_nothing_is_removed_by_the_wrong_name(type_here: Type) -> None:
    shown = type_here("remove", "web", answers=[("Type web", "yes")])
    assert shown.code == 2
    assert "it stands as before" in shown.text


@pytest.mark.exhaustive
def test_a_deployed_service_is_asked_by_its_name_and_removed_by_typing_it(
    runner: Run, project: Path, write_job: Callable[..., Path], plane: Plane, type_here: Type
) -> None:
    def service(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return runner("service", *arguments)

    plane.secret("SERVICE_PASSWORDS", {"SERVICE_PASSWORDS": "x"})
    write_job("web", JOB, "Service")
    Checkout(project).commit(
        {"served.py": APP, "runner.toml": 'backend = "modal"\n[modal]\nprefix = "asked"\n'}
    )
    assert "it is not deployed" in service("health", "--job", "web").stderr
    launched = runner("launch", "web")
    assert launched.returncode == 0, launched.stderr
    assert service("list").stdout.splitlines()[1].split()[:2] == ["web", "in-sync"]
    assert service("health", "--job", "jobs/web.yaml").stdout.startswith("web: ok, ready\n")
    shown = type_here("remove", "web", answers=[("Type web", "web")])
    assert shown.code == 0, shown.text
    assert service("list").stdout.splitlines()[1].split() == ["web", "missing"]
