"""The whole way on GitHub: the real workflow files, run by `act`, against the loopback GitHub and Modal."""

import re
from pathlib import Path

import pytest

from tests.acceptance.team import Team, command_job

WEIGHTS = "data/demo/generalist.toml"


def renamed(clone: Path) -> str:
    """The demo's manifest as another job."""
    text = (clone / "jobs/skirmish-demo.yaml").read_text()
    changed = re.sub(r"name: skirmish-demo\b", "name: our-weights", text, count=1)
    assert changed != text
    return changed


@pytest.mark.slow
def test_a_manifest_becomes_a_plan_a_run_and_weights_that_land(team: Team) -> None:
    number = team.propose("our-weights", {"jobs/our-weights.yaml": renamed(team.clone.root)})
    checked = team.work()
    assert set(checked) == {"validate", "comment"}
    (comment,) = team.hub.comments_on(number)
    assert "our-weights" in comment.body and r"at most \$" in comment.body
    head = team.hub.pulls[number].head_sha
    assert team.status(head, "runner/plan").state == "success"

    merged = team.hub.merge_pull(number)
    launched = team.work()
    assert set(launched) == {"launch"}
    (run,) = team.runs()
    assert run in launched["launch"].summary
    assert "runner logs" in launched["launch"].summary

    before = team.hub.read(WEIGHTS)
    team.collect()
    pull = team.pull_of("our-weights")
    assert (pull.state, pull.draft) == ("open", False)
    assert re.match(r"our-weights: .*vs champion", pull.title), pull.title
    assert "```mermaid" in str(pull.body)
    assert team.status(pull.head_sha, "runner/verdict").state == "success"
    (told,) = [each for each in team.hub.comments_on(number) if each.id != comment.id]
    assert run in told.body and f"/pull/{pull.number})" in told.body
    assert team.hub.tip() == merged

    team.hub.merge_pull(pull.number)
    assert team.hub.read(WEIGHTS) not in (None, before)
    assert team.hub.read(f"results/our-weights/{run}/result.json")
    assert team.work() == {}
    assert team.runs() == [run]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_dispatch_with_overrides_becomes_a_run_and_its_results(team: Team) -> None:
    job = command_job("greet", 'echo "{\\"level\\": $LEVEL}" > "$RUNNER_OUTPUT_DIR/metrics.json"')
    manifest = job + "  env: {LEVEL: '1'}\n  gates: [{metric: level, min: 5}]\n"
    team.hub.begin({"jobs/greet.yaml": manifest})
    team.hub.dispatch("launch.yml", {"job": "greet", "overrides": "spec.env.LEVEL=7\nspec.seed=3"})
    launched = team.work()["launch"]
    (run,) = team.runs()
    assert run in launched.summary
    team.collect()
    pull = team.pull_of("greet")
    assert not pull.draft, pull.body
    assert team.status(pull.head_sha, "runner/verdict").state == "success"
    manifest = str(team.hub.read(f"results/greet/{run}/manifest.yaml", pull.head))
    assert "spec.env.LEVEL=7" in manifest and "seed: 3" in manifest
