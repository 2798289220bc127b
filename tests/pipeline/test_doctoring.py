"""What the doctor looks at, and what it says of it. With a provider: tests/backends/modal/test_checkup.py."""

import json
import socket
from pathlib import Path

import pytest

from tests.conftest import Checkout, Run
from tests.standins.github.hub import Hub


@pytest.fixture(autouse=True)
def without_modal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials, and no server."""
    for name in ("MODAL_TOKEN_ID", "MODAL_TOKEN_SECRET", "MODAL_PROFILE", "MODAL_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    for name in ("GITHUB_TOKEN", "RUNNER_APP_TOKEN", "GITHUB_REPOSITORY", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("MODAL_SERVER_URL", f"http://127.0.0.1:{port}")


def checks(runner: Run, *arguments: str, code: int = 0, **environ: str) -> dict[str, dict[str, object]]:
    done = runner("doctor", "--json", *arguments, **environ)
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


def test_files_in_the_ledger_that_are_no_entries_are_named(runner: Run, project: Path) -> None:
    made = Checkout(project)
    made.git("checkout", "--quiet", "--orphan", "runner-ledger")
    made.commit({"runs/20270115-080000-000001.json": "{}", "runs/odd": "x"})
    made.git("checkout", "--quiet", "main")

    found = checks(runner, code=4)

    assert found["ledger"]["ok"]
    assert not found["ledger files"]["ok"]
    assert "runs/20270115-080000-000001.json, runs/odd" in str(found["ledger files"]["detail"])


def test_for_pull_requests_on_github_a_token_is_needed(runner: Run, project: Path) -> None:
    (project / "runner.toml").write_text('forge = "github"\n')

    found = checks(runner, code=4)

    assert "there is no token" in str(found["github"]["detail"])
    assert "GITHUB_TOKEN" in str(found["github"]["fix"])


def test_in_a_workflow_its_token_is_looked_at(runner: Run, project: Path, hub: Hub) -> None:
    token = hub.job_token({"contents": "write", "pull-requests": "write"})
    Checkout(project).git("remote", "add", "origin", f"{hub.url}/acme/demo.git")
    workflow = {**hub.environment(token), "GITHUB_ACTIONS": "true"}

    found = checks(runner, **workflow)

    assert "may be pushed to" in str(found["ledger"]["detail"])
    assert "starts no other workflow" in str(found["github token"]["detail"])
    assert found["github contents"]["detail"] == "acme/demo may be written to"
    assert "none" in str(found["github app"]["detail"])
    assert not [one for one in hub.requests if one.method not in ("GET", "POST")]
    hub.restrict(token, {"contents": "read"})
    found = checks(runner, code=4, **workflow)
    assert "contents: write" in str(found["ledger"]["fix"])
    assert not found["github pull requests"]["ok"]


def test_where_the_policy_wants_approvals_somebody_must_be_asked_for_them(
    runner: Run, project: Path, hub: Hub
) -> None:
    (project / "runner.toml").write_text("[policy.approval]\nusd = 1.0\n")
    Checkout(project).git("remote", "add", "origin", f"{hub.url}/acme/demo.git")
    mine = hub.environment(hub.token("ada"))

    found = checks(runner, code=4, **mine)
    assert "nobody is asked for an approval" in str(found["github approvals"]["detail"])
    hub.require_reviewers("runner-approval", "ada")
    assert checks(runner, **mine)["github approvals"]["ok"]


def test_a_person_is_told_whose_token_it_is_and_what_it_may_not_do(
    runner: Run, project: Path, hub: Hub
) -> None:
    Checkout(project).git("remote", "add", "origin", f"{hub.url}/acme/demo.git")
    found = checks(runner, code=4, **hub.environment(hub.token("eve", write=False)))
    assert found["github token"]["detail"] == "of eve"
    assert "may only read acme/demo" in str(found["github contents"]["detail"])


def test_whom_a_finished_run_tells_is_shown(runner: Run, project: Path) -> None:
    (project / "runner.toml").write_text('[github]\nwake = "WAKE_TOKEN"\n')
    Checkout(project).git("remote", "add", "origin", "git@github.com:acme/demo.git")
    Checkout(project).git("config", "remote.origin.pushurl", str(_bare(project, "other")))

    found = checks(runner)

    assert "https://api.github.com/repos/acme/demo/dispatches" in str(found["github wake"]["detail"])


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


def _bare(project: Path, name: str = "origin") -> Path:
    remote = project.parent / "remote.git"
    remote.mkdir()
    Checkout(remote).git("init", "--quiet", "--bare")
    Checkout(project).git("remote", "add", name, str(remote))
    return remote
