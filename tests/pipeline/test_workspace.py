"""Whose settings hold: those of the working tree, or those of a pull request's base."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runner.errors import InputError
from runner.pipeline.workspace import open_workspace
from tests.conftest import Checkout

STRICT = '[policy]\ngpus = ["T4"]\n[policy.approval]\nusd = 1\n'
LOOSE = "[policy.approval]\nusd = 1000\n[prices]\ncpu_core_second = 0.5\n"

Make = Callable[..., Checkout]


def test_a_pull_request_is_judged_by_the_policy_of_its_base(checkout: Make) -> None:
    made = checkout(files={"runner.toml": STRICT})
    base = made.git("rev-parse", "HEAD")
    made.commit({"runner.toml": LOOSE})
    (made.root / "runner.toml").write_text("[policy.approval]\nusd = 2000\n")

    judged = open_workspace(made.root, base)

    assert judged.settings.policy.gpus == ("T4",)
    assert judged.settings.approvals(2, []) == (
        f"it could cost $2.00, more than $1.00 (runner.toml:4 at {base[:12]})",
    )
    assert judged.prices.cpu_core_second != 0.5
    assert open_workspace(made.root).settings.policy.approval.usd == 2000


def test_a_base_without_settings_has_the_defaults_whatever_lies_here(checkout: Make) -> None:
    made = checkout()
    (made.root / "runner.toml").write_text(LOOSE)
    assert open_workspace(made.root, "HEAD").settings.policy.approval.usd is None


def test_settings_in_the_base_that_cannot_be_read_stop_everything(checkout: Make) -> None:
    made = checkout()
    (made.root / "runner.toml").symlink_to("/dev/null")
    made.commit({})
    commit = made.git("rev-parse", "--short=12", "HEAD")
    with pytest.raises(InputError) as refused:
        open_workspace(made.root, commit)
    assert refused.value.place == f"runner.toml at {commit}"


def test_a_base_that_is_not_here_is_asked_for(checkout: Make) -> None:
    with pytest.raises(InputError, match="no commit that is known here") as refused:
        open_workspace(checkout().root, "1" * 40)
    assert refused.value.code == "unknown-commits"
