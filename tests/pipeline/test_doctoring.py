"""What the doctor looks at, and what it says of it. With a provider: tests/backends/modal/test_checkup.py."""

import json
import socket
from pathlib import Path

import pytest

from tests.conftest import Checkout, Run


@pytest.fixture(autouse=True)
def without_modal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials, and no server."""
    for name in ("MODAL_TOKEN_ID", "MODAL_TOKEN_SECRET", "MODAL_PROFILE", "MODAL_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("MODAL_SERVER_URL", f"http://127.0.0.1:{port}")


def checks(runner: Run, *arguments: str, code: int = 0) -> dict[str, dict[str, object]]:
    done = runner("doctor", "--json", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return {check["name"]: check for check in json.loads(done.stdout)}


def test_without_a_token_a_machine_for_local_runs_is_well(runner: Run) -> None:
    found = checks(runner)

    assert list(found) == ["runner", "git", "ledger", "disk", "modal"]
    assert all(check["ok"] for check in found.values())
    assert "not set up" in str(found["modal"]["detail"])


def test_for_runs_on_modal_an_absent_server_is_a_failure_with_its_fix(runner: Run) -> None:
    found = checks(runner, "--backend", "modal", code=4)

    server = found["modal server"]
    assert not server["ok"]
    assert "refused" in str(server["detail"])
    assert "MODAL_SERVER_URL" in str(server["fix"])
    assert "modal token" not in found


def test_another_version_of_the_sdk_is_refused_with_the_reason(runner: Run, tmp_path: Path) -> None:
    folder = tmp_path / "installed" / "modal-1.7.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: modal\nVersion: 1.7.0\n")
    root = Path(__file__).parents[2]

    done = runner("doctor", "--backend", "modal", PYTHONPATH=f"{folder.parent}:{root}")

    assert done.returncode == 4
    assert "modal 1.7.0 is installed, and the runner is tested with" in done.stdout
    assert "fix: pip install --upgrade runner" in done.stdout


def test_the_ledger_at_a_remote_that_takes_pushes_is_well(runner: Run, project: Path) -> None:
    remote = _bare(project)

    found = checks(runner)

    assert found["ledger"]["ok"]
    assert "may be pushed to" in str(found["ledger"]["detail"])
    assert Checkout(remote).git("for-each-ref") == ""


def test_a_remote_that_refuses_pushes_is_a_failure_with_its_fix(runner: Run, project: Path) -> None:
    remote = _bare(project)
    Checkout(project).git("config", "remote.origin.receivepack", "sh -c 'echo denied >&2; exit 1'")

    found = checks(runner, code=4)

    assert not found["ledger"]["ok"]
    assert found["ledger"]["fix"]
    assert remote.exists()


def test_a_remote_that_is_away_is_a_failure_with_its_fix(runner: Run, project: Path) -> None:
    Checkout(project).git("remote", "add", "origin", str(project / "nowhere.git"))

    found = checks(runner, code=4)

    assert not found["ledger"]["ok"]
    assert "git remote -v" in str(found["ledger"]["fix"])


def test_settings_that_are_wrong_are_our_fault(runner: Run, project: Path) -> None:
    (project / "runner.toml").write_text("[modal]\nprefix = 3\n")

    assert runner("doctor").returncode == 2


def test_an_unknown_backend_is_our_fault(runner: Run) -> None:
    done = runner("doctor", "--backend", "moddal")

    assert done.returncode == 2
    assert "known backends" in done.stderr


def test_settings_of_the_sdk_that_cannot_be_read_are_named(runner: Run, tmp_path: Path) -> None:
    broken = tmp_path / "modal.toml"
    broken.write_text("x = [\n")

    done = runner("doctor", MODAL_CONFIG_PATH=str(broken))

    assert done.returncode == 4
    assert str(broken) in done.stdout


def _bare(project: Path) -> Path:
    remote = project.parent / "remote.git"
    remote.mkdir()
    Checkout(remote).git("init", "--quiet", "--bare")
    Checkout(project).git("remote", "add", "origin", str(remote))
    return remote
