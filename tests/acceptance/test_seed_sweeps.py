"""The examples of a guide to W&B sweeps, as people copy them: each is accepted, or refused by the rule that
says what is wrong with it.

`data/sweeps` holds them as the guide has them, and `complete` adds what a fragment leaves out.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from runner.kinds import KINDS
from runner.kinds.sweep.spec import SweepJob
from runner.lint.validate import validate
from runner.manifest.load import load
from runner.plan.model import Stage
from runner.plan.space import grid
from runner.settings import Settings

EXAMPLES = Path(__file__).parent / "data" / "sweeps"
TYPES = {name: kind.job_type for name, kind in KINDS.items()}
FILE = "config/sweeps/example.yaml"
KEY = "secrets: [WANDB_API_KEY]"


def complete(text: str) -> str:
    """A whole sweep of a fragment: a parameter gets its heading, parameters a method, and all a program."""
    if "parameters:" not in text:
        text = "parameters:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    method = "" if "method:" in text else "method: random\n"
    return method + text + ("" if "program:" in text else "program: train.py\n")


def example(name: str) -> str:
    return complete((EXAMPLES / f"{name}.yaml").read_text())


def repository(root: Path, sweep: str, *lines: str) -> Path:
    """A repository with a program, a sweep file and a manifest that names it; the manifest's path."""
    (root / "config" / "sweeps").mkdir(parents=True, exist_ok=True)
    (root / "train.py").touch()
    (root / FILE).write_text(sweep)
    path = root / "example.yaml"
    spec = "".join(f"  {line}\n" for line in (f"sweep: {FILE}" if sweep else "", *lines))
    path.write_text(f"apiVersion: runner/v1\nkind: Sweep\nmetadata: {{name: example}}\nspec:\n{spec}")
    return path


def found(root: Path, sweep: str, *lines: str) -> list[tuple[str, str]]:
    """Place and rule of every finding."""
    checked = validate([str(repository(root, sweep, *lines))], TYPES, Settings(), str(root))
    return [(finding.place(), finding.rule) for finding in checked.findings]


def stages(root: Path, sweep: str, *lines: str) -> dict[str, Stage]:
    """The stages of the job, by name; it must be without any finding but warnings about bayes."""
    assert {rule for _, rule in found(root, sweep, *lines)} <= {"sweep-bayes-parallel"}
    job = load(repository(root, sweep, *lines), TYPES, root=root).job
    return {stage.name: stage for stage in KINDS["Sweep"].stages(job)}


@pytest.mark.parametrize("name", ["grid", "discrete", "continuous"])
def test_these_examples_are_accepted_as_they_stand(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, example(name)) == []


@pytest.mark.parametrize(
    ("name", "place"), [("random", f"{FILE}:6:19"), ("bayes", f"{FILE}:9:19"), ("nested", f"{FILE}:8:23")]
)
def test_these_write_values_where_log_uniform_takes_exponents(name: str, place: str, tmp_path: Path) -> None:
    assert found(tmp_path, example(name)) == [(place, "sweep-log-uniform-limits")]


@pytest.mark.parametrize("name", ["random", "bayes", "nested"])
def test_with_the_fix_that_the_rule_names_they_are_accepted(name: str, tmp_path: Path) -> None:
    fixed = example(name).replace("log_uniform", "log_uniform_values")
    assert found(tmp_path, fixed) == []


def test_the_comment_beside_the_continuous_range_would_be_refused(tmp_path: Path) -> None:
    commented = example("continuous").replace("distribution: uniform  # or ", "distribution: ")
    assert [rule for _, rule in found(tmp_path, commented)] == ["sweep-log-uniform-limits"]


def test_the_outline_of_the_format_is_refused_where_it_leaves_a_choice(tmp_path: Path) -> None:
    outline = example("format")
    assert found(tmp_path, outline) == [(f"{FILE}:3:9", "wrong-value"), (f"{FILE}:7:9", "wrong-value")]
    chosen = outline.replace("grid|random|bayes", "random").replace("maximize|minimize", "maximize")
    assert found(tmp_path, chosen) == [
        (f"{FILE}:11:5", "sweep-parameter"),
        (f"{FILE}:15:19", "sweep-log-uniform-limits"),
    ]
    discrete = chosen[: chosen.index("    # OR")] + chosen[chosen.index("program:") :]
    assert found(tmp_path, discrete) == []


@pytest.mark.parametrize(
    ("parameter", "rule"),
    [
        ("{distribution: normal, mean: 0.5, std: 0.1}", "unknown-field"),
        ("{distribution: normal, mu: 0.5, sigma: 0.1}", ""),
        ("{distribution: q_uniform, min: 0.1, max: 0.4, q: 0.1}", ""),
        ("{distribution: uniform, min: 0.1, max: 0.4}", ""),
    ],
)
def test_the_distributions_of_the_list_are_known_by_the_names_that_w_and_b_gives_their_fields(
    parameter: str, rule: str, tmp_path: Path
) -> None:
    rules = {rule for _, rule in found(tmp_path, complete(f"clip_range: {parameter}\n"))}
    assert rules == ({rule} if rule else set())


def quick_grid(root: Path) -> tuple[str, list[str]]:
    """The sweep file that the script of the example writes, and the arguments of the launch after it."""
    (root / "config" / "sweeps").mkdir(parents=True)
    script = (EXAMPLES / "quick_ppo_grid.sh").read_text()
    ended = subprocess.run(
        ["sh", "-e", "-c", 'python() { printf "%s\\n" "$@"; }\n' + script],
        cwd=root, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return (root / "config" / "sweeps" / "quick_ppo_grid.yaml").read_text(), ended.stdout.split()


def test_the_script_of_the_quick_grid_makes_a_sweep_of_twelve_points(tmp_path: Path) -> None:
    sweep, arguments = quick_grid(tmp_path)
    assert arguments[-2:] == ["--count", "12"]
    job = load(repository(tmp_path, sweep, "count: 12"), TYPES, root=tmp_path).job
    assert isinstance(job, SweepJob)
    (trials,) = stages(tmp_path, sweep, "count: 12").values()
    assert trials.search is not None
    points = list(grid(trials.search.parameters))
    assert (len(trials.tasks), len(points)) == (12, 12)
    assert len({str(point) for point in points}) == 12
    assert trials.search.command[-3:] == ("--config_id", "CartPole-v1:ppo", "--wandb_sweep")


def test_more_runs_than_the_quick_grid_has_are_warned_of(tmp_path: Path) -> None:
    sweep, _ = quick_grid(tmp_path)
    assert [rule for _, rule in found(tmp_path, sweep, "count: 20")] == ["sweep-count-beyond-grid"]


@pytest.mark.parametrize(
    ("lines", "workers"),
    [
        (["sweep_id: abc123xyz", "count: 20"], 20),
        (["sweep_id: me/CartPole-v1/abc123xyz", "count: 30"], 30),
        (["sweep_id: abc123xyz", "count: 50", "runs_per_worker: 1"], 50),
        (["sweep_id: abc123xyz", "count: 50", "runs_per_worker: 5"], 10),
    ],
)
def test_a_sweep_that_exists_gets_as_many_workers_as_its_runs_need(
    lines: list[str], workers: int, tmp_path: Path
) -> None:
    assert len(stages(tmp_path, "", *lines, KEY)["agents"].tasks) == workers


def test_bayes_with_twenty_runs_at_once_is_warned_of_and_tries_four_at_once_by_itself(tmp_path: Path) -> None:
    bayes = example("bayes").replace("log_uniform", "log_uniform_values")
    assert [rule for _, rule in found(tmp_path, bayes, "count: 20", KEY)] == ["sweep-bayes-parallel"]
    assert len(stages(tmp_path, bayes, "count: 20", KEY)["agents"].tasks) == 20
    trials = stages(tmp_path, bayes, "count: 20")["trials"]
    assert (len(trials.tasks), trials.max_parallel) == (20, 4)


@pytest.mark.parametrize(
    ("project", "timeout", "rule"),
    [
        ("CartPole-v1", "600s", ""),
        ("CartPole-v1", "599s", "sweep-timeout-short"),
        ("CartPole-v1", "3600s", ""),
        ("CartPole-v1", "2h", "sweep-timeout-long"),
        ("MountainCar-v0", "1800s", ""),
        ("MountainCar-v0", "600s", "sweep-timeout-short"),
        ("Atari", "7200s", ""),
        ("Atari", "1800s", "sweep-timeout-short"),
        ("Atari", "13h", "sweep-timeout-long"),
    ],
)
def test_timeouts_are_held_against_the_table(project: str, timeout: str, rule: str, tmp_path: Path) -> None:
    lines = (f"project: {project}", f"resources: {{cpu: 2, memory: 4GiB, timeout: {timeout}}}")
    assert {rule for _, rule in found(tmp_path, example("grid"), *lines)} == ({rule} if rule else set())
