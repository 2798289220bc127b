"""Errors of the SDK in our words, and an answer in time where there is none."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from grpclib import GRPCError, Status
from modal import exception as sdk

from runner.backends.modal.client import sdk_version_problem
from runner.backends.modal.troubles import provider_errors
from runner.errors import EXIT_INPUT, EXIT_PROVIDER, InputError, ProviderError, RunnerError

ASK = """
import sys
from runner.backends.modal.client import require_reachable
from runner.errors import RunnerError
try:
    require_reachable(float(sys.argv[1]))
except RunnerError as error:
    print(error.code, error.exit_code, error, error.fix, sep="|")
"""


def ask(server: str, seconds: float = 15.0, **environment: str) -> tuple[list[str], float]:
    """What a process of its own is told when it asks for the provider there, and after how long."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    settings = {
        "MODAL_SERVER_URL": server,
        "MODAL_CONFIG_PATH": "/nonexistent",
        "MODAL_TOKEN_ID": "ak-known",
        "MODAL_TOKEN_SECRET": "as-never-shown",
    }
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(seconds)],
        env=kept | settings | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert "never-shown" not in done.stdout
    return done.stdout.strip().split("|"), time.monotonic() - begun


def error_of(raised: Exception, place: str = "here") -> RunnerError:
    with pytest.raises(RunnerError) as caught, provider_errors(place):
        raise raised
    assert caught.value.place
    assert caught.value.fix
    return caught.value


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (sdk.AuthError("Token validation failed"), "provider-token"),
        (sdk.PermissionDeniedError("not yours"), "provider-forbidden"),
        (sdk.NotFoundError("no such app"), "provider-missing"),
        (sdk.ResourceExhaustedError("Rate limit exceeded"), "provider-limit"),
        (sdk.ResourceExhaustedError("Volume has no space left"), "volume-full"),
        (sdk.ExecutionError("Request failed with status 507 Insufficient Storage"), "volume-full"),
        (sdk.ConnectionError("Could not connect to the Modal server."), "provider-unreachable"),
        (sdk.ConflictError("being changed"), "provider-conflict"),
        (sdk.InvalidError("no"), "provider-refused"),
        (sdk.OutputExpiredError(), "output-expired"),
        (sdk.FunctionTimeoutError("late"), "provider-timeout"),
        (sdk.VersionError("too old"), "sdk-version"),
        (sdk.ServiceError("oops"), "provider-failed"),
        (
            sdk.ImageBuildError("Image build for im-1 terminated due to external shut-down", "im-1"),
            "image-build",
        ),
        (GRPCError(Status.UNAVAILABLE, "away"), "provider-failed"),
        (TimeoutError(), "provider-unreachable"),
        (ConnectionResetError("reset"), "provider-unreachable"),
    ],
)
def test_every_failure_of_the_provider_has_a_code_and_a_next_step(raised: Exception, code: str) -> None:
    found = error_of(raised)

    assert isinstance(found, ProviderError)
    assert (found.code, found.exit_code, found.place) == (code, EXIT_PROVIDER, "here")


def test_an_image_that_does_not_build_is_the_manifests_fault() -> None:
    log = "failed with the exception:\nERROR: No matching distribution found for nmupy==1.0"

    found = error_of(sdk.ImageBuildError(f"Image build for im-1 {log}", "im-1"), place="")

    assert isinstance(found, InputError)
    assert (found.code, found.exit_code, found.place) == ("image-build", EXIT_INPUT, "spec.image")
    assert "No matching distribution found for nmupy==1.0" in found.message


def test_an_error_of_ours_passes_as_it_is() -> None:
    ours = InputError("x", "y")

    with pytest.raises(InputError) as caught, provider_errors("elsewhere"):
        raise ours

    assert caught.value is ours


def test_what_the_provider_says_is_shown_short_on_one_line_and_without_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MODAL_TOKEN_SECRET", "hunter2-hunter2")
    text = "x" * 1000 + "\n\x1b[2Jtoken as-Abc123Abc123 and hunter2-hunter2 are wrong"

    message = error_of(sdk.AuthError(text)).message

    assert len(message) < 500
    assert message.isprintable()
    assert message.endswith("token … and … are wrong")


def test_a_server_that_is_not_there_is_reported_in_moments() -> None:
    (code, status, sentence, fix), seconds = ask(f"http://127.0.0.1:{closed_port()}")

    assert (code, status) == ("provider-unreachable", str(EXIT_PROVIDER))
    assert "connection refused" in sentence
    assert "MODAL_SERVER_URL" in fix
    assert seconds < 10


def test_a_server_that_says_nothing_is_given_up_on_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        (code, _, sentence, _), seconds = ask(f"http://127.0.0.1:{silent.getsockname()[1]}", 2.0)

    assert code == "provider-unreachable"
    assert "did not answer within 2 seconds" in sentence
    assert seconds < 6


def test_a_proxy_that_is_not_there_is_named_without_its_password() -> None:
    proxy = f"http://user:hunter2@127.0.0.1:{closed_port()}"

    (code, _, sentence, fix), seconds = ask("http://192.0.2.1:80", HTTP_PROXY=proxy)

    assert code in ("provider-unreachable", "proxy-support")  # the latter where the SDK can use none
    assert "127.0.0.1" in sentence
    assert "PROXY" in fix
    assert "hunter2" not in sentence + fix
    assert seconds < 10


def test_a_missing_token_names_the_command_and_the_variables() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        server = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (code, status, _, fix), _ = ask(server, MODAL_TOKEN_ID="", MODAL_TOKEN_SECRET="")

    assert (code, status) == ("provider-token", str(EXIT_PROVIDER))
    assert "modal token set" in fix
    assert "MODAL_TOKEN_SECRET" in fix


def test_the_installed_sdk_is_in_the_range_that_was_tested() -> None:
    assert sdk_version_problem() is None


@pytest.mark.parametrize("version", ["1.6.3", "1.7.0", "2.0.0"])
def test_another_version_of_the_sdk_is_refused_with_both_versions(tmp_path: Path, version: str) -> None:
    folder = tmp_path / f"modal-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: modal\nVersion: {version}\n")
    code = "from runner.backends.modal.client import sdk_version_problem as p; print(p())"

    said = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert f"modal {version} is installed" in said
    assert "1.6.4" in said
