"""Where the password comes from, and that it shows nowhere."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.standins.service.desk import PASSWORDS
from tests.standins.service.server import StandIn
from tests.standins.service.terminal import Shown

Ask = Callable[..., Any]
Type = Callable[..., Shown]

RIGHT = PASSWORDS["team"]
QUESTION = "Password for"


def test_a_person_is_asked_and_what_they_type_is_not_shown(type_in: Type) -> None:
    shown = type_in("status", answers=[(QUESTION, RIGHT)])
    assert shown.code == 0, shown.text
    assert "no trainings yet" in shown.text
    assert RIGHT not in shown.text


def test_a_right_password_is_kept_and_not_asked_for_again(
    type_in: Type, service: StandIn, tmp_path: Path
) -> None:
    kept = tmp_path / "keyring.json"
    first = type_in("status", "--save", answers=[(QUESTION, RIGHT)])
    assert json.loads(kept.read_text()) == {f"runner {service.url}": RIGHT}
    assert "kept in the keyring" in first.text
    assert type_in("status").code == 0
    assert RIGHT not in first.text


def test_a_wrong_password_is_not_kept(type_in: Type, tmp_path: Path) -> None:
    shown = type_in("status", "--save", answers=[(QUESTION, "guess")])
    assert shown.code == 2
    assert "check the password" in shown.text
    assert not (tmp_path / "keyring.json").exists()


def test_a_named_password_is_kept_by_its_name(type_in: Type, service: StandIn, tmp_path: Path) -> None:
    shown = type_in("status", "--name", "ada", "--save", answers=[(QUESTION, PASSWORDS["ada"])])
    assert shown.code == 0, shown.text
    assert list(json.loads((tmp_path / "keyring.json").read_text())) == [f"runner ada@{service.url}"]


def test_without_a_keyring_the_command_does_its_work_all_the_same(type_in: Type) -> None:
    shown = type_in(
        "status",
        "--save",
        answers=[(QUESTION, RIGHT)],
        PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring",
    )
    assert shown.code == 0
    assert "the password was not kept" in shown.text


def test_where_nobody_can_be_asked_the_variable_is_named(ask: Ask) -> None:
    done = ask("status", RUNNER_SERVICE_PASSWORD="")
    assert done.returncode == 2
    assert "RUNNER_SERVICE_PASSWORD" in done.stderr


def test_a_wrong_variable_is_named_and_its_value_is_not(ask: Ask) -> None:
    done = ask("status", RUNNER_SERVICE_PASSWORD="hunter2 hunter2")
    assert done.returncode == 2
    assert "check RUNNER_SERVICE_PASSWORD" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_there_is_no_option_for_a_password(ask: Ask) -> None:
    done = ask("status", "--password", "hunter2")
    assert done.returncode == 2
    assert "No such option" in done.stderr


def test_a_terminal_shows_how_long_it_takes(type_in: Type) -> None:
    shown = type_in("train", "--wait", RUNNER_SERVICE_PASSWORD=RIGHT)
    assert shown.code == 0
    assert "running, step 1, reward 0.25" in shown.text
