"""What a point costs, the more trials have ended: ours beside W&B's library called bare, and Optuna's TPE."""

from __future__ import annotations

import random
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Final

from benchmarks.measure import Row, alternate, row
from runner.engine.search.library import open_source
from runner.engine.search.source import Trial
from runner.engine.search.wandb_sweeps import library, quiet
from runner.plan.model import Search
from runner.plan.space import grid

SIZES: Final = (10, 100, 1_000, 10_000)
ROUNDS: Final = 9
RANGES: Final[dict[str, Any]] = {
    "lr": {"distribution": "log_uniform_values", "min": 1e-5, "max": 1e-1},
    "momentum": {"min": 0.0, "max": 1.0},
    "layers": {"min": 1, "max": 8},
    "batch": {"values": [16, 32, 64, 128]},
    "dropout": {"distribution": "q_uniform", "min": 0.0, "max": 0.5, "q": 0.125},
}
STEPS: Final[dict[str, Any]] = {name: {"values": list(range(1, 8))} for name in "abcde"}
PARAMETERS: Final = {"grid": STEPS, "random": RANGES, "bayes": RANGES}

Ask = Callable[[], object]


def search(method: Any) -> Search:
    """Five parameters: numbers, whole numbers, choices and steps; for a grid, seven choices each."""
    return Search(method=method, parameters=PARAMETERS[method], command=(), metric="loss")


def loss(point: dict[str, Any], generator: random.Random) -> float:
    """A smooth one with some noise, so that there is something to learn."""
    distance: float = sum(abs(value - 0.1) for value in point.values() if isinstance(value, float))
    return distance + 0.05 * generator.gauss(0, 1)


def points(method: str, count: int) -> list[dict[str, Any]]:
    """The points of the trials that have ended."""
    if method == "grid":
        return [point for point, _ in zip(grid(STEPS), range(count), strict=False)]
    drawing = open_source(search("random"))
    return [drawing.suggest([], number, number) or {} for number in range(count)]


def ours(method: str, ended: list[dict[str, Any]], losses: list[float]) -> Ask:
    """Our source, asked with another seed each time."""
    source = open_source(search(method))
    trials = [
        Trial(f"trials/{number}", point, "finished", value)
        for number, (point, value) in enumerate(zip(ended, losses, strict=True))
    ]
    seeds = iter(range(1_000))
    return lambda: source.suggest(trials, len(trials), next(seeds))


def bare(method: str, ended: list[dict[str, Any]], losses: list[float]) -> Ask:
    """W&B's library, with what it is to know of the trials made beforehand."""
    runs = [
        library().SweepRun(
            config={name: {"value": value} for name, value in point.items()},
            state="finished",
            summary_metrics={"loss": value},
        )
        for point, value in zip(ended, losses, strict=True)
    ]
    settings = {"method": method, "metric": {"name": "loss"}, "parameters": PARAMETERS[method]}

    def ask() -> object:
        with quiet():
            return library().next_run(settings, runs)

    return ask


def tpe(ended: list[dict[str, Any]], losses: list[float]) -> Ask:
    """Optuna's default sampler over the same ranges; a trial that was asked for is told at once."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    ranges: dict[str, Any] = {
        "lr": optuna.distributions.FloatDistribution(1e-5, 1e-1, log=True),
        "momentum": optuna.distributions.FloatDistribution(0.0, 1.0),
        "layers": optuna.distributions.IntDistribution(1, 8),
        "batch": optuna.distributions.CategoricalDistribution([16, 32, 64, 128]),
        "dropout": optuna.distributions.FloatDistribution(0.0, 0.5, step=0.125),
    }
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=7))
    study.add_trials(
        [
            optuna.trial.create_trial(params=point, distributions=ranges, value=value)
            for point, value in zip(ended, losses, strict=True)
        ]
    )
    return lambda: study.tell(study.ask(ranges), 1.0)


def times(method: str, size: int) -> dict[str, float]:
    """Milliseconds per point after so many trials: ours and each peer's, in turns."""
    generator = random.Random(7)
    ended = points(method, size)
    losses = [loss(point, generator) for point in ended]
    candidates = {"ours": ours(method, ended, losses), "bare": bare(method, ended, losses)}
    if method == "bayes" and find_spec("optuna"):
        candidates["tpe"] = tpe(ended, losses)
    return {name: 1e3 * taken for name, taken in alternate(candidates, ROUNDS).items()}


def rows() -> list[Row]:
    """Every method at every size."""
    peers = {"bare": "W&B's library, called bare", "tpe": "Optuna's TPE, ask and tell"}
    lines = []
    for method in PARAMETERS:
        for size in SIZES:
            taken = times(method, size)
            lines += [
                row(
                    f"a point of {method} after {size:,} trials",
                    f"{taken['ours']:.2f} ms",
                    peers[peer],
                    f"{taken[peer]:.2f} ms",
                    taken["ours"] / taken[peer],
                    "at most 1.5" if peer == "bare" else "",
                )
                for peer in taken
                if peer != "ours"
            ]
    if not find_spec("optuna"):
        lines.append(
            row("the same beside Optuna", "", "not measured: pip install 'runner[bench]'", "", 0.0, "")
        )
    return lines


if __name__ == "__main__":
    for measured in rows():
        print(measured)
