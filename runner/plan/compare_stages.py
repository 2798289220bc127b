"""What differs between the stages of two plans, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from runner.manifest.common import Image
from runner.manifest.units import duration_text, size_text
from runner.plan.compare_endpoints import compare_endpoints
from runner.plan.model import Requirements, Stage, Task
from runner.wording import choices, printable

SHOWN_NAMES: Final = 6


def compare_stages(before: Sequence[Stage], after: Sequence[Stage]) -> Iterator[str]:
    """Stages that come and go; what changes in the others, said once where it is the same in several."""
    old, new = ({stage.name: stage for stage in side} for side in (before, after))
    for name, stage in new.items():
        if name not in old:
            yield f"stage {name} added: {_count(len(stage.tasks))}"
    for name, stage in old.items():
        if name not in new:
            yield f"stage {name} removed: {_count(len(stage.tasks))}"
    where: dict[str, list[str]] = {}
    for name in new:
        for change in _stage(old[name], new[name]) if name in old else ():
            where.setdefault(change, []).append(name)
    for change, names in where.items():
        yield f"stage{'s' if len(names) > 1 else ''} {choices(names, 'and')}: {change}"


def _stage(before: Stage, after: Stage) -> Iterator[str]:
    yield from _tasks(before.tasks, after.tasks, of_search=after.search is not None)
    yield from compare_endpoints(before.endpoint, after.endpoint)
    yield from _notes(before.notes, after.notes)
    yield from _requirements(before.requirements, after.requirements)
    if before.build != after.build:
        yield "another build command"
    yield from _image(before.image, after.image)
    yield from _keyed("variable", before.env, after.env)
    yield from listed("secret", before.secrets, after.secrets)
    yield from listed("volume", *(_volumes(stage) for stage in (before, after)))
    yield from _change("after", before.inputs, after.inputs, lambda names: _joined(names, "nothing", "and"))
    yield from _change("begins when", before.proceed, after.proceed, "{} succeeded".format)
    yield from _change("weights of its inputs", before.restore_weights, after.restore_weights, _used)
    yield from _change(
        "tasks at once", before.max_parallel, after.max_parallel, lambda most: str(most or "all")
    )


def _notes(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """What is said of a stage that was not, and the other way round."""
    yield from (f"no longer: {printable(note)}" for note in before if note not in after)
    yield from (f"now: {printable(note)}" for note in after if note not in before)


def _tasks(before: Sequence[Task], after: Sequence[Task], *, of_search: bool) -> Iterator[str]:
    """Tasks that come and go; what changes in the others, unless the notes of a search say it."""
    old, new = ({task.id: task for task in side} for side in (before, after))
    added, gone = [name for name in new if name not in old], [name for name in old if name not in new]
    names = [
        f"{word}: {named(_short(name) for name in names)}"
        for word, names in (("new", added), ("gone", gone))
        if names
    ]
    if names:
        count = f"{len(old)} → {_count(len(new))}" if len(old) != len(new) else f"other {_count(len(new))}"
        yield f"{count} ({'; '.join(names)})"
    kept = [(old[name], new[name]) for name in new if name in old and not of_search]
    for what, field in (("command", "steps"), ("parameters", "parameters"), ("weights", "weights")):
        changed = [_short(task.id) for was, task in kept if getattr(was, field) != getattr(task, field)]
        if changed:
            yield f"other {what} in {named(changed)}"


def _requirements(before: Requirements, after: Requirements) -> Iterator[str]:
    yield from _change("CPU", before.cpu, after.cpu, lambda cores: f"{cores:g}")
    yield from _change("memory", before.memory, after.memory, size_text)
    yield from _change("GPU", before.gpus, after.gpus, lambda names: _joined(names, "none"))
    yield from _change("timeout", before.timeout, after.timeout, duration_text)
    yield from _change("stall timeout", before.stall_timeout, after.stall_timeout, _duration_or_none)
    yield from _change("retries", before.retries, after.retries)
    yield from _change(
        "retries on", before.retry_on, after.retry_on, lambda names: _joined(names, "nothing", "and")
    )
    yield from _change("region", before.regions, after.regions, lambda names: _joined(names, "anywhere"))


def _change(what: str, before: Any, after: Any, text: Callable[[Any], str] = str) -> Iterator[str]:
    """`what before → after`, where the two differ."""
    if before != after:
        old, new = text(before), text(after)
        yield f"{what} {old} → {new}" if old != new else f"another {what}"


def _image(before: Image, after: Image) -> Iterator[str]:
    for field in ("registry", "dockerfile", "python", "requirements"):
        old, new = getattr(before, field), getattr(after, field)
        yield from _change(f"image's {field}", old, new, lambda value: value or "none")
    yield from listed("Debian package", before.apt, after.apt)
    yield from listed("Python package", before.pip, after.pip)
    if before.run != after.run:
        yield "other commands that build the image"
    yield from _keyed("image's variable", before.env, after.env)


def listed(what: str, before: Iterable[str], after: Iterable[str]) -> Iterator[str]:
    """What was added to a list and what was removed from it."""
    old, new = list(before), list(after)
    added, gone = Counter(new) - Counter(old), Counter(old) - Counter(new)
    if added:
        yield f"{what} added: {named(added)}"
    if gone:
        yield f"{what} removed: {named(gone)}"
    if old != new and not added and not gone:
        yield f"another order of each {what}"


def _keyed(what: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Names that came, went or have another value; never the values, which may be anything."""
    groups = {
        "added": [name for name in after if name not in before],
        "removed": [name for name in before if name not in after],
        "changed": [name for name in after if name in before and before[name] != after[name]],
    }
    for word, names in groups.items():
        if names:
            yield f"{what} {word}: {named(names)}"


def named(names: Iterable[str]) -> str:
    """`a, b, c`, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - SHOWN_NAMES} more" if len(every) > SHOWN_NAMES else ""
    return ", ".join(every[:SHOWN_NAMES]) + more


def _short(task: str) -> str:
    """A task's name without its stage."""
    return task.partition("/")[2] or task


def _volumes(stage: Stage) -> list[str]:
    return [f"{name} at {path}" for path, name in stage.volumes.items()]


def _joined(names: Sequence[str], otherwise: str, word: str = "or") -> str:
    return choices(names, word) if names else otherwise


def _duration_or_none(seconds: int | None) -> str:
    return "none" if seconds is None else duration_text(seconds)


def _used(value: bool) -> str:
    return "used" if value else "unused"


def _count(tasks: int) -> str:
    return f"{tasks:,} task" if tasks == 1 else f"{tasks:,} tasks"
