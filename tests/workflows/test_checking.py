import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import InputError
from runner.workflows.check_file import Check, read_check
from runner.workflows.checking import check
from runner.workflows.event import Event
from runner.workflows.plan_page import headline
from tests.workflows.conftest import Propose, Proposed, manifest
from tests.workflows.services import serve

Summary = Callable[[], str]


def checked(proposed: Proposed, code: int = 0) -> Check:
    """What a check writes, which must end with `code`."""
    output = proposed.root.parent / "artifact"
    assert check(proposed.root, proposed.event, output) == code
    return read_check(output)


def test_an_added_manifest_is_planned(propose: Propose, summary: Summary) -> None:
    found = checked(propose({}, {"jobs/train.yaml": manifest("train", "seed: 7")}))
    (only,) = found.manifests
    assert (only.job, only.change, only.changes) == ("train", "added", ())
    assert only.plan is not None and only.plan.stages[0].tasks == 1
    assert "1 plan, at most \\$" in summary()


def test_what_changed_against_the_base_is_said(propose: Propose) -> None:
    before = manifest("train", "gates: [{metric: score, min: 0.5}]")
    found = checked(
        propose(
            {"jobs/train.yaml": before}, {"jobs/train.yaml": manifest("train", "resources: {timeout: 2h}")}
        )
    )
    (only,) = found.manifests
    assert only.changes[1:] == ("stage run: timeout 1h → 2h", "gate removed: score at least 0.5, at 95%")
    assert only.changes[0].startswith("at most $")


def test_an_error_is_an_annotation_on_its_line(propose: Propose, capsys: pytest.CaptureFixture[str]) -> None:
    text = manifest("train", "resources: {timeout: 1h, cpus: 2}")
    found = checked(propose({}, {"jobs/train.yaml": text}), 2)
    assert found.manifests[0].plan is None
    assert (
        "::error file=jobs/train.yaml,line=6,col=28,title=error[unknown-field]::" in capsys.readouterr().out
    )


def test_a_removed_manifest_is_told(propose: Propose, summary: Summary) -> None:
    found = checked(propose({"jobs/train.yaml": manifest("train")}, {"jobs/train.yaml": None}))
    assert [(each.job, each.change, each.plan) for each in found.manifests] == [("train", "removed", None)]
    assert "1 manifest removed" in summary()


def test_a_service_that_nothing_asks_for_any_more_is_told_and_one_that_moved_is_not(
    propose: Propose, summary: Summary
) -> None:
    base = {f"jobs/{name}.yaml": serve(name) for name in ("web", "api", "old")}
    head = {
        "jobs/web.yaml": None,
        "jobs/api.yaml": serve("site"),
        "jobs/old.yaml": None,
        "jobs/moved.yaml": serve("old").replace("1m", "20m"),
    }
    found = checked(propose(base, head))
    assert sorted(each.leaves for each in found.manifests) == ["", "api", "web"]
    assert "/remove web" in summary() and "/remove old" not in summary()
    site = next(each for each in found.manifests if each.job == "site")
    assert site.plan is not None and site.plan.upkeep is not None
    assert "1 service, at most $" in headline(found).replace("2 services", "1 service")


def test_a_renamed_job_is_compared_with_what_it_was(propose: Propose) -> None:
    files = {"jobs/train.yaml": None, "jobs/tune.yaml": manifest("tune")}
    found = checked(propose({"jobs/train.yaml": manifest("train")}, files))
    (only,) = found.manifests
    assert (only.change, only.before, only.changes) == ("renamed", "jobs/train.yaml", ("job: train → tune",))


def test_without_a_changed_manifest_there_is_nothing_to_plan(
    propose: Propose, capsys: pytest.CaptureFixture[str], summary: Summary
) -> None:
    found = checked(propose({"jobs/train.yaml": manifest("train")}, {"code.py": "print()\n"}))
    assert found.manifests == ()
    assert "::notice title=Plan::nothing to plan" in capsys.readouterr().out
    assert "nothing to plan" in summary()


def test_what_came_to_the_base_meanwhile_is_not_the_pull_requests(propose: Propose) -> None:
    meanwhile = {"jobs/other.yaml": manifest("other")}
    found = checked(propose({}, {"jobs/train.yaml": manifest("train")}, meanwhile=meanwhile))
    assert [each.job for each in found.manifests] == ["train"]


def test_a_checkout_that_is_no_merge_is_compared_with_the_events_base(propose: Propose) -> None:
    proposed = propose(
        {"jobs/other.yaml": manifest("other")}, {"jobs/train.yaml": manifest("train")}, depth=5
    )
    proposed.checkout.git("checkout", "--quiet", proposed.event.text("pull_request", "head", "sha"))
    assert [each.job for each in checked(proposed).manifests] == ["train"]


def test_a_plan_over_its_budget_is_refused_at_the_file(
    propose: Propose, capsys: pytest.CaptureFixture[str]
) -> None:
    checked(propose({}, {"jobs/train.yaml": manifest("train", "budget: {usd: 0.01}")}), 2)
    assert (
        "::error file=jobs/train.yaml,title=error[over-budget]::the plan could cost"
        in capsys.readouterr().out
    )


def test_a_pull_request_cannot_raise_its_own_policy(propose: Propose, summary: Summary) -> None:
    policy = "[policy]\nmax_usd = {}\nkinds = [{}]\n"
    found = checked(
        propose(
            {"runner.toml": policy.format(0.01, '"Command"')},
            {"runner.toml": policy.format(1000, '"Command", "Tune"'), "jobs/a.yaml": manifest("a")},
        ),
        2,
    )
    assert [fault.rule for fault in found.manifests[0].faults] == ["over-budget"]
    assert "runner.toml:2 at " in found.manifests[0].faults[0].message
    assert found.settings == "runner.toml"
    assert "settings and policy of the base hold" in summary()


def test_an_approval_that_is_needed_is_told(propose: Propose) -> None:
    found = checked(
        propose({"runner.toml": "[policy.approval]\nusd = 0.01\n"}, {"jobs/a.yaml": manifest("a")})
    )
    plan = found.manifests[0].plan
    assert plan is not None and "more than $0.0100 (runner.toml:2 at " in plan.approvals[0]


def test_settings_that_the_pull_request_breaks_are_an_error(
    propose: Propose, capsys: pytest.CaptureFixture[str]
) -> None:
    found = checked(propose({}, {"runner.toml": "[limits]\nfile_sise = '1MiB'\n"}), 2)
    assert found.settings == "runner.toml" and found.settings_faults[0].line == 2
    assert "::error file=runner.toml,line=2,title=error[bad-settings]" in capsys.readouterr().out


def test_a_job_name_that_another_manifest_has_is_a_finding(propose: Propose) -> None:
    found = checked(propose({"jobs/a.yaml": manifest("same")}, {"jobs/b.yaml": manifest("same")}), 2)
    assert "duplicate-job-name" in [fault.rule for fault in found.manifests[0].faults]


def test_a_link_in_place_of_a_manifest_is_not_followed(propose: Propose, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("token: hunter2\n")

    def edit(root: Path) -> None:
        (root / "jobs").mkdir()
        (root / "jobs" / "a.yaml").symlink_to(tmp_path / "secret.yaml")

    found = checked(propose({}, {}, edit=edit), 2)
    assert [fault.rule for fault in found.manifests[0].faults] == ["unfit-file"]


def test_a_folder_of_manifests_that_becomes_a_link_is_not_followed(propose: Propose) -> None:
    def edit(root: Path) -> None:
        shutil.rmtree(root / "jobs")
        (root / "elsewhere").mkdir()
        (root / "elsewhere" / "b.yaml").write_text(manifest("b"))
        (root / "jobs").symlink_to("elsewhere")

    found = checked(propose({"jobs/a.yaml": manifest("a")}, {}, edit=edit))
    assert [(each.file, each.change) for each in found.manifests] == [("jobs/a.yaml", "removed")]


def test_a_manifest_that_multiplies_itself_is_refused(propose: Propose) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for one, next_one in zip("abcdefg", "bcdefgh", strict=True):
        bomb += f"{next_one}: &{next_one} [{', '.join(f'*{one}' for _ in range(9))}]\n"
    found = checked(propose({}, {"jobs/bomb.yaml": bomb}), 2)
    assert [fault.rule for fault in found.manifests[0].faults] == ["too-many-values"]


def test_a_matrix_too_large_to_plan_is_not_planned(propose: Propose) -> None:
    many = ", ".join(f"{name}: {list(range(1000))}" for name in "abc")
    started = time.monotonic()
    found = checked(propose({}, {"jobs/a.yaml": manifest("a", f"matrix: {{{many}}}")}), 2)
    assert time.monotonic() - started < 5
    assert "matrix-too-large" in [fault.rule for fault in found.manifests[0].faults]


def test_a_file_name_cannot_end_an_annotation(propose: Propose, capsys: pytest.CaptureFixture[str]) -> None:
    odd = [
        "jobs/a\n::error::forged.yaml",
        "jobs/::stop-commands::x,line=1.yaml",
        os.fsdecode(b"jobs/\xff.yaml"),
    ]
    found = checked(propose({}, dict.fromkeys(odd, "kind: Nothing\n")), 2)
    assert len(found.manifests) == 3
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith(("::error file=jobs/", "::notice ")) for line in lines)
    assert len(lines) == 4


def test_the_code_of_another_repository_is_not_asked_for(propose: Propose) -> None:
    source = "source: {repository: 'https://127.0.0.1:9/away.git', ref: v1}"
    found = checked(propose({}, {"jobs/a.yaml": manifest("a", source)}))
    plan = found.manifests[0].plan
    assert plan is not None and plan.source == "https://127.0.0.1:9/away.git at v1"


def test_a_base_that_cannot_be_planned_is_said(propose: Propose) -> None:
    found = checked(propose({"jobs/a.yaml": "kind: Nothing\n"}, {"jobs/a.yaml": manifest("a")}))
    assert found.manifests[0].changes == (
        "the base's manifest cannot be planned, so that nothing is compared",
    )


def test_at_most_fifty_annotations_are_printed(propose: Propose, capsys: pytest.CaptureFixture[str]) -> None:
    files = {f"jobs/j{number}.yaml": "kind: Nothing\n" for number in range(60)}
    found = checked(propose({}, files), 2)
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("::error ") for line in lines) == 49
    assert "::notice title=More findings::and 11 more, in the summary of this run" in lines
    assert len(found.manifests) == 60


def test_three_hundred_manifests_are_planned_in_seconds(propose: Propose) -> None:
    base = {f"jobs/j{number}.yaml": manifest(f"j{number}") for number in range(300)}
    head = {name: text.replace("1h", "2h") for name, text in base.items()}
    proposed = propose(base, head)
    started = time.monotonic()
    found = checked(proposed)
    assert time.monotonic() - started < 10
    assert len(found.manifests) == 300 and all(each.changes for each in found.manifests)


@pytest.mark.parametrize("name", ["push", "pull_request_target", "workflow_run"])
def test_only_an_event_without_secrets_is_checked(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="belongs to a pull request"):
        check(tmp_path, Event(name=name, payload={}))


def test_the_file_holds_no_markdown_and_nothing_of_a_variable(propose: Propose) -> None:
    proposed = propose({}, {"jobs/a.yaml": manifest("a", "env: {MODE: hunter2}")})
    checked(proposed)
    text = (proposed.root.parent / "artifact" / "check.json").read_text()
    assert json.loads(text)["version"] == 1
    assert "hunter2" not in text and "**" not in text


SWEEP = """\
apiVersion: runner/v1
kind: Sweep
metadata: {name: search}
spec: {sweep: config/points.yaml}
"""
POINTS = "method: grid\nprogram: train.py\nparameters:\n  lr: {values: [1, 2]}\n"


def test_a_changed_sweep_file_changes_the_job_that_includes_it(propose: Propose) -> None:
    base = {"jobs/search.yaml": SWEEP, "jobs/other.yaml": manifest("other"), "config/points.yaml": POINTS}
    found = checked(propose(base, {"config/points.yaml": POINTS.replace("[1, 2]", "[1, 2, 3]")}))
    (only,) = found.manifests
    assert (only.file, only.change) == ("jobs/search.yaml", "changed")
    assert only.changes[1:] == (
        "stage trials: 2 → 3 tasks (new: 03)",
        "stage trials: no longer: a grid of 2 points, and every one is tried",
        "stage trials: no longer: lr: 1 or 2",
        "stage trials: now: a grid of 3 points, and every one is tried",
        "stage trials: now: lr: 1, 2 or 3",
    )
    assert only.plan is not None
    assert "trials: a grid of 3 points, and every one is tried" in only.plan.notes


def test_what_is_wrong_in_a_sweep_file_is_told_at_its_line(
    propose: Propose, summary: Summary, capsys: pytest.CaptureFixture[str]
) -> None:
    base: dict[str, str | bytes | None] = {"jobs/search.yaml": SWEEP, "config/points.yaml": POINTS}
    checked(propose(base, {"config/points.yaml": POINTS.replace("grid", "gird")}), 2)
    assert (
        "::error file=config/points.yaml,line=1,col=9,title=error[wrong-value]::" in capsys.readouterr().out
    )
    assert "`config/points.yaml:1`" in summary()
