"""Chooses the points of sweeps and the runs to end early, by W&B's own library, which its server uses too."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from tests.standins.wandb.refusals import Refusal
from tests.standins.wandb.state import Run

NAMED_BY_MESSAGE = ("ValueError", "ValidationError", "ParamValidationError")
"""Errors that W&B tells without their class."""


def read_config(text: str) -> tuple[dict[str, Any], list[str]]:
    """A configuration that was sent, and what W&B warns of. Raises Refusal for what it does not take."""
    try:
        config = yaml.safe_load(text)
        with quiet():
            from sweeps.config import schema_violations_from_proposed_config

            warned = schema_violations_from_proposed_config(config)
        suggest(config, [])
        to_stop(config, [])
    except Exception as error:
        name = type(error).__name__
        told = str(getattr(error, "message", error))
        message = told if name in NAMED_BY_MESSAGE else f"{name}: {told}"
        raise Refusal(400, f"Invalid sweep config: {message}") from None
    return config, warned


@contextmanager
def quiet() -> Iterator[None]:
    """The library warns of its own age; tests take warnings for errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def suggest(config: dict[str, Any], runs: Iterable[Run]) -> dict[str, Any] | None:
    """The next point, as an agent gets it; None where the search is at its end.

    A grid takes a point as done whatever became of its run.
    """
    with quiet():
        from sweeps import next_run

        suggested = next_run(config, seen_by_the_library(config, runs))
    return None if suggested is None else plain(suggested.config)


def to_stop(config: dict[str, Any], runs: Iterable[Run]) -> list[str]:
    """Names of the runs that early termination ends."""
    if "early_terminate" not in config:
        return []
    with quiet():
        from sweeps import stop_runs

        return [str(run.name) for run in stop_runs(config, seen_by_the_library(config, runs))]


def seen_by_the_library(config: dict[str, Any], runs: Iterable[Run]) -> list[Any]:
    """Runs in the library's terms, with those parts of their configuration that the sweep is about."""
    from sweeps import SweepRun

    names = config.get("parameters", {}) if isinstance(config, dict) else {}
    learns = isinstance(config, dict) and (config.get("method") == "bayes" or "early_terminate" in config)
    return [
        SweepRun(
            name=run.name,
            state=run.state,
            config={name: value for name, value in run.config.items() if name in names},
            summary_metrics=run.summary,
            history=run.history if learns else [],
            exitcode=run.exit_code,
            should_stop=run.stopping,
        )
        for run in runs
    ]


def plain(value: Any) -> Any:
    """Without numpy's numbers."""
    return json.loads(json.dumps(value, default=lambda number: number.item()))


def expected(config: dict[str, Any]) -> int | None:
    """How many runs there will be, where that is known."""
    known = [config.get("run_cap"), size(config["parameters"]) if config.get("method") == "grid" else None]
    return min((number for number in known if number is not None), default=None)


def size(parameters: dict[str, Any]) -> int | None:
    """The points of a grid; None where a parameter is not a list or a constant."""
    total = 1
    for parameter in parameters.values():
        if "parameters" in parameter:
            count = size(parameter["parameters"])
        elif "value" in parameter:
            count = 1
        elif "values" in parameter:
            count = len(parameter["values"])
        elif isinstance(parameter.get("min"), int) and isinstance(parameter.get("max"), int):
            count = parameter["max"] - parameter["min"] + 1
        else:
            count = None
        if count is None:
            return None
        total *= count
    return total
