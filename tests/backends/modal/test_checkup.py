"""`runner doctor` with a provider."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.backends.modal.checkup import clock
from runner.errors import ProviderError
from tests.conftest import Run
from tests.standins.modal.client import Plane

NAMES = ["modal SDK", "modal server", "modal token", "modal environment"]


@pytest.fixture
def settings(project: Path) -> Path:
    """The settings of the project, with a prefix of these tests."""
    path = project / "runner.toml"
    path.write_text('[modal]\nprefix = "doctor"\n')
    return path


def checks(runner: Run, *arguments: str, code: int = 0, **environment: str) -> dict[str, dict[str, Any]]:
    done = runner("doctor", "--json", *arguments, **environment)
    assert done.returncode == code, done.stdout + done.stderr
    return {check["name"]: check for check in json.loads(done.stdout)}


def test_a_machine_that_is_set_up_is_well(plane: Plane, runner: Run, settings: Path) -> None:
    found = checks(runner, "--backend", "modal")

    assert [name for name in found if "modal" in name] == [*NAMES, "modal volumes"]
    assert list(found)[-1] == "clock"
    assert "doctor-control can be written" in found["modal volumes"]["detail"]
    assert all(check["ok"] for check in found.values())


def test_what_is_set_up_is_looked_at_for_local_runs_too(plane: Plane, runner: Run, settings: Path) -> None:
    assert "modal volumes" in checks(runner)


def test_a_wrong_token_is_a_failure_and_is_not_shown(plane: Plane, runner: Run, settings: Path) -> None:
    done = runner("doctor", MODAL_TOKEN_ID="ak-wrong", MODAL_TOKEN_SECRET="as-wrong-and-never-shown")

    assert done.returncode == 4
    assert "FAILED  modal token: Modal does not accept the token" in done.stdout
    assert "fix: modal token set" in done.stdout
    assert "never-shown" not in done.stdout + done.stderr
    assert "modal volumes" not in done.stdout


def test_an_environment_that_does_not_exist_is_a_failure(plane: Plane, runner: Run, settings: Path) -> None:
    settings.write_text('[modal]\nenvironment = "staging"\n')

    found = checks(runner, code=4)

    assert not found["modal environment"]["ok"]
    assert "modal environment create staging" in found["modal environment"]["fix"]


def test_every_secret_that_a_job_names_is_looked_for(
    plane: Plane, runner: Run, settings: Path, write_job: Callable[[str, str], Path]
) -> None:
    plane.secret("KNOWN_KEY", {"KNOWN_KEY": "x"})
    settings.write_text('[modal]\nprefix = "doctor"\n[github]\nwake = "WAKE_TOKEN"\n')
    write_job("first", "command: ['true']\nsecrets: [KNOWN_KEY, ABSENT_KEY]")
    write_job("second", "command: ['true']\nsecrets: [ABSENT_KEY]")

    found = checks(runner, code=4)

    assert found["secret KNOWN_KEY"]["ok"]
    assert not found["secret ABSENT_KEY"]["ok"]
    assert "(for github.wake)" in found["secret WAKE_TOKEN"]["detail"]
    assert "first, second" in found["secret ABSENT_KEY"]["detail"]
    assert found["secret ABSENT_KEY"]["fix"].startswith("modal secret create ABSENT_KEY ABSENT_KEY=…")


def test_manifests_that_cannot_be_read_are_counted(
    plane: Plane, runner: Run, settings: Path, write_job: Callable[[str, str], Path]
) -> None:
    write_job("broken", "commando: ['true']")

    found = checks(runner, code=4)

    assert found["jobs"]["detail"] == "1 of 1 manifests cannot be read"
    assert found["jobs"]["fix"] == "runner validate"


def test_a_full_volume_is_a_failure(plane: Plane, runner: Run, settings: Path) -> None:
    settings.write_text('[modal]\nprefix = "doctorfull"\n')
    checks(runner)
    plane.volume_limit("doctorfull-control", 1)

    found = checks(runner, code=4)

    assert "no room" in found["modal volumes"]["detail"]
    assert "clock" not in found


@pytest.mark.parametrize(("ahead", "words"), [(31.0, "31 s behind"), (-45.0, "45 s ahead of")])
def test_clocks_that_are_far_apart_are_a_failure(ahead: float, words: str) -> None:
    with pytest.raises(ProviderError) as caught:
        clock(ahead)

    assert words in caught.value.message
    assert caught.value.fix


@pytest.mark.parametrize("ahead", [0.0, 29.0, -29.0])
def test_clocks_that_are_near_each_other_are_well(ahead: float) -> None:
    assert "the provider's" in clock(ahead)
