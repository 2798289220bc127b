import json
from pathlib import Path

from runner.kinds.outputs import progress_charts, task_findings


def report(folder: Path, rows: list[dict[str, float]]) -> Path:
    folder.mkdir()
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_each_number_becomes_a_chart_with_a_line_per_task(tmp_path: Path) -> None:
    outputs = {
        f"train/{name}": report(
            tmp_path / name, [{"generation": step, "best": step * scale} for step in range(3)]
        )
        for name, scale in (("ember", 1.0), ("tide", 2.0))
    }
    (chart,) = progress_charts(outputs)
    assert (chart.title, chart.x_label) == ("best", "generation")
    assert [(line.name, line.points) for line in chart.series] == [
        ("ember", ((0, 0), (1, 1), (2, 2))),
        ("tide", ((0, 0), (1, 2), (2, 4))),
    ]


def test_a_number_that_never_changes_is_not_drawn(tmp_path: Path) -> None:
    rows = [{"step": float(step), "games": 800.0} for step in range(3)]
    assert progress_charts({"train/ember": report(tmp_path / "a", rows)}) == ()


def test_numbers_without_a_step_are_drawn_in_order(tmp_path: Path) -> None:
    (chart,) = progress_charts({"run/command": report(tmp_path / "a", [{"loss": 3.0}, {"loss": 1.0}])})
    assert (chart.x_label, chart.series[0].points) == ("report", ((0, 3), (1, 1)))


def test_a_chart_of_only_some_tasks_says_so(tmp_path: Path) -> None:
    rows = [{"step": 1.0, "loss": 3.0}, {"step": 2.0, "loss": 1.0}]
    outputs = {f"run/{number}": report(tmp_path / str(number), rows) for number in range(10)}
    (chart,) = progress_charts(outputs)
    assert (len(chart.series), chart.title) == (8, "loss (the first 8 of 10 tasks)")


def test_what_is_wrong_with_a_tasks_metrics_is_said_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text("[]")
    metrics, warnings = task_findings({"run/command": tmp_path})
    assert metrics == {"run/command": {}}
    assert [warning.partition(":")[0] for warning in warnings] == ["run/command"]
