"""`runner prices --update` and `runner billing`, with the real SDK against the loopback plane."""

import json
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.standins.modal.client import Plane

RATES = {
    "cpu_hour_cost": "0.05000",
    "cpu_hour_cost_sandbox": "0.141900",
    "mem_gib_hour_cost": "0.00800",
    "gpu_hour_cost_t4": "0.60000",
    "gpu_hour_cost_z9000": "9.00000",
}
SETTINGS = """\
# ours
backend = "local"  # so far
[prices]
region_multiplier = 1.5

[limits]
file_size = "1MiB"
"""

Ask = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    with Plane.start(tmp_path_factory.mktemp("plane")) as started:
        yield started


@pytest.fixture
def ask(plane: Plane, runner: Ask) -> Ask:
    """Runs the command line as a client of the plane, which charges RATES."""
    plane.clear_faults()
    plane.set_rates(**RATES)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return runner(*arguments, **plane.environment)

    return run


def test_the_rates_of_an_hour_become_the_prices_of_a_second_with_their_date(ask: Ask, project: Path) -> None:
    (project / "runner.toml").write_text(SETTINGS)
    done = ask("prices", "--update")
    assert done.returncode == 0, done.stderr
    text = (project / "runner.toml").read_text()
    prices = tomllib.loads(text)["prices"]
    assert prices["cpu_core_second"] == pytest.approx(0.05 / 3600)
    assert prices["gpu_second"] == {"T4": pytest.approx(0.6 / 3600)}
    assert prices["region_multiplier"] == 1.5
    before, _, after = SETTINGS.partition("\n\n")
    assert text.startswith(before)
    assert text.endswith(after)
    assert f"{prices['dated']}, Modal's billing rates" in ask("prices").stdout


def test_what_modal_names_besides_and_what_it_does_not_name_is_told(ask: Ask) -> None:
    told = ask("prices", "--update", "--dry-run").stdout
    assert "does not use: cpu_hour_cost_sandbox 0.141900, gpu_hour_cost_z9000 9.00000" in told
    assert "kept: B300, B200" in told


def test_a_dry_run_writes_nothing(ask: Ask, project: Path) -> None:
    done = ask("prices", "--update", "--dry-run", "--json")
    assert json.loads(done.stdout)["written"] is False
    assert not (project / "runner.toml").exists()


def test_the_loopback_plane_charges_the_known_prices_by_the_names_that_the_service_has(
    runner: Ask, tmp_path: Path, project: Path
) -> None:
    with Plane.start(tmp_path / "plane") as untouched:
        done = runner("prices", "--update", "--dry-run", "--json", **untouched.environment)
    changes = json.loads(done.stdout)["changes"]
    assert len(changes) > 10
    assert all(change["new"] == pytest.approx(change["old"]) for change in changes if change["old"])


def test_settings_in_pyproject_stay_there(ask: Ask, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.runner]\nbackend = "local"\n\n[tool.ruff]\nfix = true\n')
    assert ask("prices", "--update").returncode == 0
    tools = tomllib.loads((project / "pyproject.toml").read_text())["tool"]
    assert tools["runner"]["prices"]["gpu_second"]["T4"] == pytest.approx(0.6 / 3600)
    assert tools["ruff"] == {"fix": True}
    assert not (project / "runner.toml").exists()


def test_a_rate_whose_unit_may_have_changed_is_taken_only_by_force(
    ask: Ask, plane: Plane, project: Path
) -> None:
    plane.set_rates(**{**RATES, "cpu_hour_cost": "0.0000131"})
    refused = ask("prices", "--update")
    assert refused.returncode == 4
    assert "unbelievable-rate" in refused.stderr
    assert not (project / "runner.toml").exists()
    assert ask("prices", "--update", "--force").returncode == 0


@pytest.mark.parametrize("rates", [{"cpu_hour_cost": "cheap"}, {"cpu_hour_cost": "-1"}, {"cpu": "1"}])
def test_an_answer_without_prices_is_an_error_of_the_provider(
    rates: dict[str, str], ask: Ask, plane: Plane, project: Path
) -> None:
    plane.set_rates(**rates)
    done = ask("prices", "--update")
    assert (done.returncode, "provider-answer" in done.stderr) == (4, True)
    assert not (project / "runner.toml").exists()


def test_options_of_an_update_want_an_update(runner: Ask) -> None:
    assert runner("prices", "--force").returncode == 2


def test_nothing_billed_is_said_in_a_sentence(ask: Ask) -> None:
    assert ask("billing").stdout == "Modal has billed nothing for runs in the last 7 days\n"
    assert json.loads(ask("billing", "--by", "run", "--days", "30", "--json").stdout)["bills"] == []


def test_an_account_without_reports_is_told_in_one_sentence(ask: Ask, plane: Plane) -> None:
    plane.fail("WorkspaceBillingReport", status="PERMISSION_DENIED", message="Upgrade to the Team plan.")
    done = ask("billing")
    assert done.returncode == 4
    first, fix = done.stderr.splitlines()
    assert "Modal gives this account no billing report" in first
    assert "Upgrade to the Team plan" in first
    assert "runner status" in fix
