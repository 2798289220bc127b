"""What differs between two plans of a job, in words for a reviewer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from runner.manifest.common import Gate
from runner.plan.compare_stages import compare_stages, listed, named
from runner.plan.cost import Bound
from runner.plan.model import DeployedFile, PinnedSource, Plan
from runner.plan.render import gate_text
from runner.wording import dollars, dollars_apart

_SAME_USD: Final = 1e-9
_DEPTH: Final = 3


class PricedSide(Struct, frozen=True):
    """A plan and the most that it can cost."""

    plan: Plan
    bound: Bound


def compare(before: PricedSide, after: PricedSide) -> list[str]:
    """A sentence for everything that changed; none where both sides do the same.

    The commit of a repository's own code is not compared, as it always differs.
    """
    old, new = before.plan, after.plan
    sentences = [
        *_cost(before.bound, after.bound),
        *_moved("job", old.job, new.job),
        *_moved("kind", old.kind, new.kind),
        *_moved("source", old.source, new.source, _source),
        *compare_stages(old.stages, new.stages),
        *_gates(old.gates, new.gates),
        *_lands(old.deploy, new.deploy),
        *_moved("seed", old.seed, new.seed, _seed),
        *_terms(old.manifest, new.manifest),
    ]
    if not sentences and old.manifest != new.manifest:
        fields = named(sorted(_differing(old.manifest, new.manifest)))
        return [f"the plan is the same; fields that it does not show: {fields}"]
    return sentences


def _cost(before: Bound, after: Bound) -> Iterator[str]:
    """What the whole may cost; of services what an hour and a day cost, as they have no end."""
    old, new = before.upkeep, after.upkeep
    if old is None and new is None:
        yield from _dollars("at most", before.usd, after.usd)
    elif old is None or new is None:
        yield f"at most {dollars(before.usd)}{before.per} → {dollars(after.usd)}{after.per}"
    else:
        yield from _dollars("an hour of one container", old.hour, new.hour)
        yield from _dollars("a day without any request", old.idle_day, new.idle_day)
        yield from _dollars("a day at most", old.busy_day, new.busy_day)


def _dollars(what: str, before: float, after: float) -> Iterator[str]:
    if abs(before - after) > _SAME_USD:
        yield "{} {} → {}".format(what, *dollars_apart(before, after))


def _moved(what: str, before: Any, after: Any, text: Callable[[Any], str] = str) -> Iterator[str]:
    """`what: before → after`, where the two read differently."""
    if text(before) != text(after):
        yield f"{what}: {text(before)} → {text(after)}"


def _source(source: PinnedSource) -> str:
    return f"{source.repository} at {source.commit}" if source.repository else "this repository"


def _seed(seed: int | None) -> str:
    return "each run's own" if seed is None else str(seed)


def _gates(before: Sequence[Gate], after: Sequence[Gate]) -> Iterator[str]:
    old, new = (Counter(map(gate_text, gates)) for gates in (before, after))
    yield from (f"gate added: {text}" for text in new - old)
    yield from (f"gate removed: {text}" for text in old - new)


def _lands(before: Sequence[DeployedFile], after: Sequence[DeployedFile]) -> Iterator[str]:
    old, new = ({file.to: file for file in side} for side in (before, after))
    if added := [path for path in new if path not in old]:
        yield f"lands: {named(added)}"
    if gone := [path for path in old if path not in new]:
        yield f"lands no longer: {named(gone)}"
    if moved := [path for path in new if path in old and old[path] != new[path]]:
        yield f"comes from another task or file: {named(moved)}"


def _terms(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """What a manifest promises beside its plan."""
    old, new = (side.get("spec", {}) for side in (before, after))
    yield from _moved("budget", old.get("budget"), new.get("budget"), _budget)
    yield from _moved("schedule", old.get("schedule"), new.get("schedule"), schedule_text)
    yield from _moved("concurrency", *(spec.get("concurrency", "refuse") for spec in (old, new)))
    owners = (side.get("metadata", {}).get("owners", ()) for side in (before, after))
    yield from listed("owner", *owners)


def _budget(budget: Mapping[str, float] | None) -> str:
    return dollars(budget["usd"]) if budget else "none"


def schedule_text(schedule: Mapping[str, str] | None) -> str:
    """When a job is launched by itself, of its `schedule` in a manifest."""
    return f"{schedule['cron']} in {schedule.get('timezone', 'UTC')}" if schedule else "none"


def _differing(before: Any, after: Any, path: str = "", depth: int = _DEPTH) -> Iterator[str]:
    """The fields of a manifest that differ, such as `spec.validation.games`."""
    if not (depth and isinstance(before, dict) and isinstance(after, dict)):
        yield path
        return
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            below = f"{path}.{name}".strip(".")
            yield from _differing(before.get(name), after.get(name), below, depth - 1)
