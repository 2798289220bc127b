"""What goes wrong at Modal is one clear sentence, its next step, and the right exit code; nothing starts."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Checkout
from tests.standins.modal.client import Plane

ROOT = Path(__file__).parents[2]
Runner = Callable[..., subprocess.CompletedProcess[str]]

JOB = """\
apiVersion: runner/v1
kind: Command
metadata: {name: greet}
spec:
  command: [sh, -c, 'echo hello > "$RUNNER_OUTPUT_DIR/greeting"']
  resources: {cpu: 0.125, memory: 256MiB, timeout: 2m%s}
%s"""
SETTINGS = 'backend = "modal"\n[modal]\nprefix = "%s"\n[prices.gpu_second]\nWARP9 = 0.001\n'


@pytest.fixture
def team(checkout: Callable[..., Checkout], tmp_path: Path) -> Checkout:
    prefix = f"e{abs(hash(tmp_path)) % 10**8}"
    return checkout("team", files={"jobs/greet.yaml": JOB % ("", ""), "runner.toml": SETTINGS % prefix})


@pytest.fixture
def call(team: Checkout, plane: Plane) -> Runner:
    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "runner", *arguments],
            cwd=team.root,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def silent_server() -> Iterator[str]:
    """An address where somebody listens and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def told(done: subprocess.CompletedProcess[str]) -> str:
    """What a person reads: an error, its fix, and no traceback."""
    assert "Traceback" not in done.stderr
    assert done.stderr.count("error[") == 1
    assert "fix: " in done.stderr
    return done.stderr


def test_a_wrong_token_is_named_as_such(call: Runner, plane: Plane) -> None:
    done = call("launch", "greet", MODAL_TOKEN_SECRET="as-wrong-secret-value")
    assert done.returncode == 4
    assert "modal token" in told(done)
    assert "as-wrong-secret-value" not in done.stderr
    assert json.loads(call("status", "--json").stdout) == []


@pytest.mark.parametrize("command", [("launch", "greet"), ("reap",), ("doctor", "--backend", "modal")])
def test_a_server_that_refuses_connections_is_given_up_within_20_seconds(
    call: Runner, command: tuple[str, ...]
) -> None:
    began = time.monotonic()
    done = call(*command, MODAL_SERVER_URL="http://127.0.0.1:9")
    assert done.returncode == 4
    assert time.monotonic() - began < 20
    assert "127.0.0.1:9" in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_server_that_never_answers_is_given_up_within_20_seconds(call: Runner, silent_server: str) -> None:
    began = time.monotonic()
    done = call("launch", "greet", MODAL_SERVER_URL=silent_server)
    assert (done.returncode, "fix: " in told(done)) == (4, True)
    assert time.monotonic() - began < 20


def test_a_missing_secret_comes_with_the_command_that_creates_it(
    call: Runner, team: Checkout, plane: Plane
) -> None:
    team.write({"jobs/greet.yaml": JOB % ("", "  secrets: [HF_TOKEN]\n")})
    done = call("launch", "greet")
    assert done.returncode == 4
    assert "modal secret create HF_TOKEN HF_TOKEN=" in told(done)
    assert json.loads(call("status", "--json").stdout) == []


def test_a_gpu_that_modal_does_not_have_is_the_manifests_fault(call: Runner, team: Checkout) -> None:
    team.write({"jobs/greet.yaml": JOB % (", gpu: WARP9", "  budget: {usd: 5}\n")})
    done = call("launch", "greet")
    assert done.returncode == 2
    assert "WARP9" in told(done)
    assert json.loads(call("reap", "--json").stdout) == []


def test_a_corrected_manifest_is_launched_although_the_first_could_not_run(
    call: Runner, team: Checkout
) -> None:
    team.write({"jobs/greet.yaml": JOB % (", gpu: WARP9", "  budget: {usd: 5}\n")})
    assert call("launch", "greet").returncode == 2
    team.write({"jobs/greet.yaml": JOB % ("", "")})
    assert call("launch", "greet").returncode == 0


def test_an_image_that_does_not_build_is_the_manifests_fault(call: Runner, team: Checkout) -> None:
    team.write({"jobs/greet.yaml": JOB % ("", "  image: {python: '3.12', pip: [does-not-exist==1.0]}\n")})
    done = call("launch", "greet")
    assert done.returncode == 2
    assert "does-not-exist" in told(done)
    assert "spec.image" in done.stderr


def test_a_full_volume_says_how_to_make_room(call: Runner, team: Checkout, plane: Plane) -> None:
    prefix = (team.root / "runner.toml").read_text().split('prefix = "')[1].split('"')[0]
    assert call("doctor", "--backend", "modal").returncode == 0  # which makes the Volume
    plane.volume_limit(f"{prefix}-control", 10)
    done = call("launch", "greet")
    assert done.returncode == 4
    assert "full" in told(done)


def test_results_that_are_gone_from_the_provider_are_named_as_such(
    call: Runner, team: Checkout, plane: Plane
) -> None:
    launched = call("launch", "greet", "--json")
    (run,) = [entry["run"] for entry in json.loads(launched.stdout)]
    deadline = time.monotonic() + 60
    while any(container["app"].endswith(run) for container in plane.containers()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    plane.expire_outputs()
    prefix = (team.root / "runner.toml").read_text().split('prefix = "')[1].split('"')[0]
    subprocess.run(
        [sys.executable, "-m", "modal", "volume", "rm", "-r", f"{prefix}-control", f"/runs/{run}"],
        env={**os.environ},
        check=True,
        capture_output=True,
    )
    done = call("collect", run)
    assert done.returncode == 4
    assert run in told(done)


def test_a_version_of_the_client_outside_the_range_is_refused_by_doctor_with_the_reason(
    call: Runner, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "modal-1.9.0.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: modal\nVersion: 1.9.0\n")
    done = call("doctor", "--backend", "modal", PYTHONPATH=f"{ROOT}{os.pathsep}{other.parent}")
    assert done.returncode == 4
    (line,) = [line for line in done.stdout.splitlines() if "modal SDK" in line]
    assert "1.9.0" in line
    assert ">=1.6.4" in done.stdout.replace(" ", "")
