"""What a sweep says of itself: read as a person reads it, and whatever the trials came to."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt
from msgspec.structs import replace

from runner.kinds.sweep.findings import findings
from runner.manifest.document import parse
from runner.results.charts import render
from runner.results.gates import judge
from runner.results.headline import title
from runner.results.model import (
    BarChart,
    Cost,
    Findings,
    LineChart,
    Metric,
    ParallelChart,
    Provenance,
    Report,
    TaskRecord,
)
from runner.results.summary import MOST_CHARACTERS, summary
from tests.kinds.sweep.studies import BEGAN, METRIC, Trial, at_wandb, cartpole, ended, job, run

Golden = Callable[[str, str], None]
EVALUATED = {"eval/ep_rew/mean": 488.0, "eval/ep_rew/mean.stddev": 12.0, "eval/ep_rew/mean.count": 20.0}


def page(found: Findings) -> str:
    """All that a reader sees of the findings, warnings and the configuration included."""
    warned = [f"- {warning}" for warning in found.warnings]
    return (
        "\n\n".join(filter(None, ["\n".join(warned), *found.sections, found.files.get("best.yaml")])) + "\n"
    )


def tried(count: int) -> list[Trial]:
    """Trials of which one failed, one was stopped, and one reported nothing."""
    trials = cartpole(count)
    trials[3] = (trials[3][0], None, "failed")
    trials[8] = (trials[8][0], 41.5, "stopped")
    trials[9] = (trials[9][0], None, "succeeded")
    return trials


def report(tasks: dict[str, TaskRecord], found: Findings, **fields: Any) -> Report:
    made = Report(
        run="20261120-150000-3f9a1c", job="cartpole-random", kind="Sweep", state="succeeded",
        verdict="undecided", started=BEGAN, ended=BEGAN + 900, tasks=tuple(tasks.values()),
        cost=Cost(bound=1.0, actual=0.1), provenance=Provenance(commit="c" * 40, tree="d" * 40),
        metrics=found.metrics, sections=found.sections, charts=found.charts, warnings=found.warnings,
    )  # fmt: skip
    return replace(made, **fields)


def test_a_study_of_its_own_trials_reads_as_its_golden_page(tmp_path: Path, golden: Golden) -> None:
    tasks, outputs = ended(tmp_path, tried(30))
    tasks["trials/31"] = TaskRecord(id="trials/31", outcome="skipped")
    golden("embedded.md", page(findings(job(), tasks, outputs)))


def test_a_study_that_wandb_scheduled_reads_as_its_golden_page(tmp_path: Path, golden: Golden) -> None:
    states = {2: "crashed", 5: "failed", 7: "killed", 11: "running"}
    runs = [run(number, one, states.get(number, "finished")) for number, one in enumerate(cartpole(14))]
    tasks, outputs = at_wandb(tmp_path, runs)
    golden("wandb.md", page(findings(job({"count": 15, "secrets": ["WANDB_API_KEY"]}), tasks, outputs)))


def test_a_study_in_which_nothing_finished_reads_as_its_golden_page(tmp_path: Path, golden: Golden) -> None:
    tasks, outputs = ended(tmp_path, [(point, None, "failed") for point, _, _ in cartpole(4)])
    found = findings(job(), tasks, outputs)
    golden("nothing.md", page(found))
    assert (found.charts, found.files, found.aliases) == ((), {}, {})
    assert found.metrics == {
        "trials.finished": Metric(0.0), "trials.failed": Metric(4.0), "trials.stopped": Metric(0.0)
    }  # fmt: skip


def test_the_metrics_of_the_run_are_those_of_the_best_trial_the_sweeps_first(tmp_path: Path) -> None:
    trials = tried(30)
    best = max(range(30), key=lambda number: trials[number][1] or 0)
    tasks, outputs = ended(tmp_path, trials, {best: EVALUATED})
    gates = [{"metric": "eval/ep_rew/mean", "min": 475}]
    made = job({"gates": gates})
    found = findings(made, tasks, outputs)
    assert next(iter(found.metrics.items())) == (METRIC, Metric(trials[best][1] or 0))
    assert found.metrics["eval/ep_rew/mean"] == Metric(488.0, stddev=12.0, count=20)
    assert found.metrics["trials.finished"] == Metric(28.0)
    (result,) = judge(made.spec.gates, found.metrics, found.task_metrics, ["trials/04"])
    assert (result.verdict, result.task, result.method) == ("pass", "", "Student t interval")
    assert found.aliases == {"best": f"trials/{best + 1:02d}"}


def test_a_gate_on_what_the_best_trial_did_not_report_is_undecided_and_never_on_the_others(
    tmp_path: Path,
) -> None:
    tasks, outputs = ended(tmp_path, cartpole(4), {0: EVALUATED, 1: EVALUATED})
    made = job({"gates": [{"metric": "eval/ep_rew/mean", "min": 475}]}, goal=None)
    best, _ = max(tasks.items(), key=lambda item: item[1].trial.value)  # type: ignore[union-attr]
    outputs[best].joinpath("metrics.json").write_text("{}")
    found = findings(made, tasks, outputs)
    (result,) = judge(made.spec.gates, found.metrics, found.task_metrics)
    assert (result.verdict, result.task) == ("undecided", "")
    assert any(
        warning.endswith("the best trial, reported no eval/ep_rew/mean, which a gate asks for")
        for warning in found.warnings
    )


def test_of_equal_trials_the_first_is_the_best_and_the_goal_says_which_way(tmp_path: Path) -> None:
    trials: list[Trial] = [({"a": number}, value, "succeeded") for number, value in enumerate((2, 1, 1, 2))]
    tasks, outputs = ended(tmp_path, trials)
    space = {"a": {"values": [0, 1, 2, 3]}}
    up = findings(job(parameters=space), tasks, outputs)
    down = findings(job(parameters=space, metric={"name": METRIC}), tasks, outputs)
    assert (up.aliases, down.aliases) == ({"best": "trials/01"}, {"best": "trials/02"})
    assert "the lowest, as did 1 that came after it." in down.sections[0]


def test_a_stopped_trial_is_the_best_only_where_none_finished(tmp_path: Path) -> None:
    trials: list[Trial] = [({"a": 1}, 9.0, "stopped"), ({"a": 2}, 1.0, "succeeded")]
    tasks, outputs = ended(tmp_path / "both", trials)
    assert findings(job(parameters={"a": {"values": [1, 2]}}), tasks, outputs).aliases == {
        "best": "trials/02"
    }
    tasks, outputs = ended(tmp_path / "one", trials[:1])
    assert findings(job(parameters={"a": {"values": [1, 2]}}), tasks, outputs).aliases == {
        "best": "trials/01"
    }


def test_the_best_configuration_is_the_same_for_every_reader_of_yaml(tmp_path: Path) -> None:
    point = {"lr": 1e-05, "big": 1e16, "name": "1e-5", "yes": "no", "octal": "0o17", "old": "0777", "t": True,
             "none": None, "text": "a: b # c\n\x85d", "net": {"sizes": [64, 64], "act": "~"}}  # fmt: skip
    space = {name: {"value": value} for name, value in point.items() if name != "net"}
    space["net"] = {"parameters": {"sizes": {"value": [64, 64]}, "act": {"value": "~"}}}
    tasks, outputs = ended(tmp_path, [(point, 1.0, "succeeded")])
    text = findings(job(parameters=space), tasks, outputs).files["best.yaml"]
    assert yaml.safe_load(text) == point
    assert parse(text.encode(), "best.yaml").value == point
    assert "lr: 1.0e-05\n" in text
    assert findings(job(parameters=space), tasks, outputs).files["best.yaml"] == text


def test_a_metric_that_no_trial_reported_is_named_with_what_they_did_report(tmp_path: Path) -> None:
    trials: list[Trial] = [(point, None, "succeeded") for point, _, _ in cartpole(3)]
    said = {"train/roll/ep_rew_mean": 1.0, "loss": 0.5}
    tasks, outputs = ended(tmp_path, trials, dict.fromkeys(range(3), said))
    (warning,) = findings(job(), tasks, outputs).warnings
    assert warning == (
        f"no trial reported the sweep's metric {METRIC}; they reported train/roll/ep_rew_mean, loss: "
        "did you mean train/roll/ep_rew_mean?"
    )


def test_what_was_reported_over_time_is_named_too(tmp_path: Path) -> None:
    tasks, outputs = ended(tmp_path, [(cartpole(1)[0][0], None, "succeeded")])
    (outputs["trials/01"] / "metrics.json").unlink()
    (outputs["trials/01"] / "metrics.jsonl").write_text('{"step": 1, "reward": 2}\n')
    (warning,) = findings(job(), tasks, outputs).warnings
    assert warning.endswith("; they reported reward, step")


def test_trials_that_are_all_equal_tell_nothing(tmp_path: Path) -> None:
    tasks, outputs = ended(tmp_path, [(point, 500.0, "succeeded") for point, _, _ in cartpole(12)])
    found = findings(job(), tasks, outputs)
    assert found.warnings == (f"{METRIC} is the same in all trials, so none is better than another",)
    assert [chart.name for chart in found.charts] == ["history", "parallel-coordinates"]
    assert all("NaN" not in render(chart) for chart in found.charts)


def test_wrong_metrics_of_many_trials_are_a_few_sentences(tmp_path: Path) -> None:
    tasks, outputs = ended(tmp_path, cartpole(10))
    for output in outputs.values():
        (output / "metrics.json").write_text("[]")
    warnings = findings(job(), tasks, outputs).warnings
    assert len(warnings) == 4
    assert warnings[3] == "and so do 7 more trials"


def test_the_charts_show_how_it_went_what_mattered_and_all_trials(tmp_path: Path) -> None:
    tasks, outputs = ended(tmp_path, tried(30))
    history, importance, parallel = findings(job(), tasks, outputs).charts
    assert isinstance(history, LineChart) and isinstance(importance, BarChart)
    assert isinstance(parallel, ParallelChart)
    trials, best = history.series
    assert (len(trials.points), trials.dots, best.dots) == (28, True, False)
    heights = [height for _, height in best.points]
    assert heights == sorted(heights)
    assert importance.bars[0].label == "policy_lr.start"
    assert [axis.label for axis in parallel.axes] == [
        "batch_size", "norm", "policy_lr.end", "policy_lr.start", METRIC
    ]  # fmt: skip
    assert parallel.axes[0].ticks == ("32", "64", "128")
    assert [axis.log for axis in parallel.axes] == [False, False, False, True, False]
    assert (parallel.axes[3].low, parallel.axes[3].high) == (0.00001, 0.01)
    assert parallel.lines[parallel.best or 0][-1] == max(line[-1] or 0 for line in parallel.lines)


def test_links_lead_to_wandb_and_to_nothing_else(tmp_path: Path) -> None:
    tasks, outputs = ended(tmp_path, cartpole(2))
    folder = tmp_path / "opened"
    folder.mkdir()
    outputs["sweep/open"] = folder
    opened = {
        "id": "k3",
        "entity": "acme",
        "project": "cartpole",
        "url": "https://wandb.example/acme/c/sweeps/k3",
    }
    (folder / "sweep.json").write_text(json.dumps(opened))
    (outputs["trials/02"] / "wandb" / "run-20261120_150000-r1-trials-02").mkdir(parents=True)
    text = "\n".join(findings(job(), tasks, outputs).sections)
    assert "[`trials/02`](<https://wandb.example/acme/c/runs/r1-trials-02>)" in text
    assert "[The sweep](<https://wandb.example/acme/c/sweeps/k3>) is `acme/cartpole/k3` at W&B." in text
    for address in ("javascript:alert(1)", "https://a.example/) [x](y", "https://wandb.ai@evil.example/"):
        (folder / "sweep.json").write_text(json.dumps({**opened, "url": address}))
        assert "](" not in "\n".join(findings(job(), tasks, outputs).sections)


def test_a_sweep_that_was_only_created_says_how_to_start_agents(tmp_path: Path) -> None:
    tasks, outputs = at_wandb(tmp_path, [])
    del tasks["study/runs"], outputs["study/runs"]
    (section,) = findings(job({"create_only": True}), tasks, outputs).sections
    assert section.endswith("It waits for agents:\n\n```sh\nwandb agent acme/cartpole/k3x9q2ab\n```")


def test_a_sweep_at_wandb_that_came_to_nothing_is_linked(tmp_path: Path) -> None:
    tasks, outputs = at_wandb(tmp_path, [])
    del outputs["study/runs"]
    found = findings(job({"secrets": ["WANDB_API_KEY"]}), tasks, outputs)
    assert found.warnings == ("study/runs did not succeed, so there is no study: its log says why",)
    assert found.sections == (
        "### Sweep at W&B\n\n[The sweep](<https://wandb.example/acme/cartpole/sweeps/k3x9q2ab>) is "
        "`acme/cartpole/k3x9q2ab` at W&B.",
    )
    tasks["study/runs"] = replace(tasks["study/runs"], outcome="skipped")
    assert findings(job({"secrets": ["WANDB_API_KEY"]}), tasks, {}).warnings == ()


def test_a_sweep_that_only_wandb_knows_is_described_by_its_runs(tmp_path: Path) -> None:
    tasks, outputs = at_wandb(tmp_path, [run(number, one) for number, one in enumerate(cartpole(9))])
    found = findings(job({"sweep_id": "k3x9q2ab"}), tasks, outputs)
    assert METRIC in found.metrics
    assert "| policy\\_lr.start: |" not in found.sections[1]
    assert "policy_lr.start" in found.sections[1]
    assert yaml.safe_load(found.files["best.yaml"])["policy_lr"].keys() == {"end", "start"}


@pytest.mark.parametrize(
    ("document", "warning"),
    [
        (None, "study/runs wrote no study.json"),
        ("{", "study.json of study/runs cannot be read: Input data was truncated"),
        ('{"sweep": 1, "runs": []}', "study.json of study/runs cannot be read: Expected `object`, got `int`"),
        (
            '{"sweep": {}, "runs": ' + "[" * 100_000,
            "study.json of study/runs cannot be read: it is nested too deeply",
        ),
    ],
)
def test_a_study_that_cannot_be_read_is_a_sentence(
    tmp_path: Path, document: str | None, warning: str
) -> None:
    tasks, outputs = at_wandb(tmp_path, [])
    path = outputs["study/runs"] / "study.json"
    path.unlink() if document is None else path.write_text(document)
    found = findings(job({"secrets": ["WANDB_API_KEY"]}), tasks, outputs)
    assert found.warnings[0].startswith(warning)
    assert found.metrics == {}


def test_whatever_a_run_at_wandb_says_of_itself_stays_text(tmp_path: Path) -> None:
    evil = "</details>|`x`\n# [a](http://b.example) @octocat #12 " + "e" * 2_000
    point: dict[str, Any] = {evil: {evil: [evil]}}
    deep = json.loads("[" * 500 + "]" * 500)
    odd = [
        run(1, ({**point, "n": 1}, 2.0, "succeeded"), name=evil, url=evil, summary={evil: 1.0, METRIC: 2.0}),
        run(2, ({"n": 2}, 1.0, "succeeded"), value="text", seconds=None, created=evil),
        {"id": 7},
        run(4, ({"deep": deep}, 3.0, "succeeded")),
        run(3, ({"n": 3}, 1e308, "failed"), state=evil),
    ]
    tasks, outputs = at_wandb(tmp_path, odd, name=evil, url=evil, entity=evil)
    found = findings(job({"sweep_id": "k3x9q2ab"}), tasks, outputs)
    text = summary(report(tasks, found))
    assert "2 of 5 runs at W&B make no sense: left out" in found.warnings
    shown = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    links = set(re.findall(r'<a href="([^"]*)"', shown))
    assert links == {f"https://wandb.example/acme/cartpole/runs/run{number:05d}" for number in (2, 3)}
    assert "<h1" not in shown
    assert "@octocat" not in re.sub(r"<pre>.*?</pre>", "", shown, flags=re.DOTALL)
    assert yaml.safe_load(found.files["best.yaml"])["n"] == 1


def test_ten_thousand_trials_are_concluded_in_seconds_on_a_page_of_a_pull_request(tmp_path: Path) -> None:
    tasks, _ = ended(tmp_path, [(point, value, "failed") for point, value, _ in cartpole(10_000)])
    tasks = {name: replace(task, outcome="succeeded") for name, task in tasks.items()}
    began = time.monotonic()
    found = findings(job(), tasks, {})
    pictures = [render(chart) for chart in found.charts]
    text = summary(report(tasks, found))
    assert time.monotonic() - began < 15
    assert len(text) < MOST_CHARACTERS
    assert "Trials across their parameters (300 of 10,000)" in pictures[2]
    assert len(pictures[2]) < 200_000
    assert len(json.loads(found.data["study.json"])["trials"]) == 10_000


def test_the_title_says_what_the_best_trial_came_to(tmp_path: Path) -> None:
    tasks, outputs = ended(tmp_path, cartpole(12))
    found = findings(job(), tasks, outputs)
    assert title(report(tasks, found)) == "cartpole-random: train/roll/ep_rew/mean 445.8"
