"""The study as Markdown: the best configuration, the best trials, what mattered, what did not finish."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from runner.kinds.sweep.importance import LEAST_TRIALS, Importance, is_number
from runner.kinds.sweep.names import BEST_FILE
from runner.kinds.sweep.study import Study, Trial
from runner.manifest.dump import dump
from runner.manifest.units import duration_text
from runner.plan.distributions import Dimension
from runner.results.markdown import code, escape, fence, link, table
from runner.results.numbers import compact

MOST_TRIALS: Final = 10
MOST_PARAMETERS: Final = 6
MOST_IMPORTANCES: Final = 15
MOST_LINES: Final = 60
_LONGEST_LINE: Final = 150
_LONGEST_TEXT: Final = 40

_COMPUTED: Final = (
    "Importance is the share of the variance of the trials' ranks that a parameter explains alone: epsilon "
    "squared over its values, a range cut into up to four groups of equal size, and 0 where chance explains "
    "as much in more than 5 % of sweeps. What parameters do only together is not in it."
)


def sections(study: Study, found: Sequence[Importance], *, waits: bool) -> tuple[str, ...]:
    """The parts of the summary that a sweep has, each with its heading; `waits`: for agents to come."""
    if not study.trials:
        return tuple(filter(None, (_opened(study, waits=waits),)))
    shown = shown_parameters(study, found, MOST_PARAMETERS)
    parts = (_best(study), _trials(study, shown), _importance(study, found), _unfinished(study))
    return tuple(filter(None, parts))


def shown_parameters(study: Study, found: Sequence[Importance], most: int) -> list[Dimension]:
    """The parameters that vary, in the order of the space; of too many those that matter most."""
    names = [one.name for one in found] or [one.name for one in study.varying]
    chosen = set(names[:most])
    return [one for one in study.varying if one.name in chosen]


def counted(study: Study) -> str:
    """`Of 30 trials 27 finished, 1 was stopped early and 2 failed.`"""
    words = {
        "finished": "{} finished", "stopped": "{} stopped early", "failed": "{} failed",
        "cancelled": "{} cancelled", "unfinished": "{} still going at W&B",
    }  # fmt: skip
    parts = [text.format(f"{study.counts[state]:,}") for state, text in words.items() if study.counts[state]]
    if left := study.asked - len(study.trials):
        parts += [f"{left:,} not begun"] if left > 0 and not _is_scheduled(study) else []
    total = max(study.asked, len(study.trials)) if not _is_scheduled(study) else len(study.trials)
    noun = "trial" if total == 1 else "trials"
    return f"Of {total:,} {noun}: {', '.join(parts)}."


def _is_scheduled(study: Study) -> bool:
    return study.page is not None and study.page.scheduled


def _best(study: Study) -> str:
    best, page = study.best, _page(study)
    if best is None or best.value is None:
        return f"### Best configuration\n\nThere is none: {_why_none(study)}. {counted(study)}{page}"
    side = "highest" if study.goal == "maximize" else "lowest"
    words = [
        f"{_name(best)} came to {escape(study.metric)} **{compact(best.value)}**, the {side}{_ties(study)}.",
        f"{counted(study)}{page}",
    ]
    if study.repeated:
        words.append(f"{study.repeated:,} of them tried a point that another one had.")
    lines = [_cut(line) for line in dump(best.values).splitlines()]
    more = f"\n\n…and {len(lines) - MOST_LINES:,} more lines." if len(lines) > MOST_LINES else ""
    body = fence("\n".join(lines[:MOST_LINES]), "yaml") if best.values else "It has no parameters."
    return (
        f"### Best configuration\n\n{' '.join(words)}\n\n{body}{more}\n\n"
        f"As a file: {code(f'data/{BEST_FILE}')} of the results."
    )


def _why_none(study: Study) -> str:
    if not study.metric:
        return "the sweep names no metric"
    return f"no trial {f'reported {escape(study.metric)}' if study.counts['finished'] else 'finished'}"


def _ties(study: Study) -> str:
    """How many others came to the same as the best."""
    same = sum(trial.value == study.ranked[0].value for trial in study.ranked) - 1
    return f", as did {same:,} that came after it" if same else ""


def _page(study: Study) -> str:
    page = study.page
    return "" if page is None else f" {link('The sweep', page.url)} is {code(page.path)} at W&B."


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"


def _trials(study: Study, shown: Sequence[Dimension]) -> str:
    if not study.ranked:
        return ""
    names = [_header(one.name, study) for one in shown]
    rows = [
        (
            _name(trial) + (" (stopped)" if trial.state == "stopped" else ""),
            compact(trial.value or 0.0),
            *(_value(trial.values.get(one.name)) for one in shown),
            "" if trial.seconds is None else duration_text(max(0.0, trial.seconds)),
        )
        for trial in study.ranked[:MOST_TRIALS]
    ]
    left = len(study.varying) - len(shown)
    more = f"\n\n{left} more parameters vary: see `data/study.json` of the results." if left else ""
    head = ["Trial", f"{escape(study.metric, 60)}:", *names, "Time:"]
    return f"### Best trials\n\n{table(head, rows)}{more}"


def _header(name: str, study: Study) -> str:
    """A parameter's name, aligned right over numbers."""
    given = [trial.values[name] for trial in study.ranked[:MOST_TRIALS] if name in trial.values]
    return escape(name, _LONGEST_TEXT) + (":" if given and all(map(is_number, given)) else "")


def _name(trial: Trial) -> str:
    return link(code(trial.name), trial.url)


def _value(value: Any) -> str:
    if isinstance(value, float | int) and is_number(value):
        return compact(value)
    return "" if value is None else escape(value_text(value), _LONGEST_TEXT)


def value_text(value: Any) -> str:
    """A parameter's value as a person writes it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _importance(study: Study, found: Sequence[Importance]) -> str:
    head = "### Parameter importance\n\n"
    if not study.varying or not study.ranked:
        return ""
    if not found:
        return (
            f"{head}Not shown: it takes at least {LEAST_TRIALS} trials that reported the metric to tell what "
            f"matters from chance, and {len(study.ranked)} did."
        )
    rows = [(escape(one.name, 80), f"{one.share:.2f}", _better(one)) for one in found[:MOST_IMPORTANCES]]
    more = f"\n\n…and {len(found) - MOST_IMPORTANCES} more." if len(found) > MOST_IMPORTANCES else ""
    return f"{head}{table(('Parameter', 'Importance:', 'Better'), rows)}{more}\n\n{_COMPUTED}"


def _better(one: Importance) -> str:
    return one.better or code(one.best, _LONGEST_TEXT)


def _unfinished(study: Study) -> str:
    """The runs at W&B that came to nothing; of the run's own trials, the page says so elsewhere."""
    lost = [trial for trial in study.trials if trial.state in ("failed", "unfinished")]
    if not _is_scheduled(study) or not lost:
        return ""
    lines = [f"- {_name(trial)}: {trial.state}{_at(study, trial)}" for trial in lost[:MOST_TRIALS]]
    more = f"\n\n…and {len(lost) - MOST_TRIALS:,} more." if len(lost) > MOST_TRIALS else ""
    return "### Runs that did not finish\n\n" + "\n".join(lines) + more


def _at(study: Study, trial: Trial) -> str:
    """Where in the space a trial was."""
    given = [one.name for one in study.varying if one.name in trial.values][:MOST_PARAMETERS]
    text = ", ".join(f"{name}={value_text(trial.values[name])}" for name in given)
    return f", {escape(text, 200)}" if text else ""


def _opened(study: Study, *, waits: bool) -> str:
    """A sweep at W&B of which there is nothing else to say."""
    page = study.page
    if page is None:
        return ""
    start = f"\n\nIt waits for agents:\n\n{fence(f'wandb agent {page.path}', 'sh')}" if waits else ""
    return f"### Sweep at W&B\n\n{link('The sweep', page.url)} is {code(page.path)} at W&B.{start}"
