"""The part of a summary that sets the old weights against the new ones."""

from __future__ import annotations

from collections.abc import Sequence

from runner.manifest.units import size_text
from runner.results.fetching import from_lfs, from_run, verification
from runner.results.links import Links
from runner.results.markdown import code, details, fence, link, table
from runner.results.model import Place, Report, WeightChange, WeightFile
from runner.results.numbers import compact, signed
from runner.results.pointer import landing_path

MOST_WEIGHT_FILES = 20
SHOWN_CHANGES = 8
FOLDED_CHANGES = 60
MOST_PLACES = 4
_AT = {"wandb-artifact": "W&B", "huggingface": "the Hugging Face hub"}
_ORDER = "most changed first, relative to the old value and the file's typical size"


def weights_block(report: Report, links: Links) -> str:
    """For every weight file: what it was, what it is, and which numbers changed most."""
    if not report.weights:
        return ""
    files = [_weight_file(file, report, links) for file in report.weights[:MOST_WEIGHT_FILES]]
    left = links.more(len(report.weights) - MOST_WEIGHT_FILES, "files")
    return "### Weights\n\n" + "\n\n".join(files) + left


def _weight_file(file: WeightFile, report: Report, links: Links) -> str:
    """What it was and is, where else it is kept, and how to get and verify what is not in the commit."""
    text = _content(file, report.run, links)
    if file.places:
        text += f" It is kept as {' and as '.join(map(_place, file.places[:MOST_PLACES]))}, too."
    commands = _commands(file, report)
    return f"{text}\n\n{fence(commands, 'sh')}" if commands else text


def _place(place: Place) -> str:
    """Where a file is kept, by a name whose content never changes."""
    if place.kind == "wandb-artifact":
        return f"the W&B artifact {link(code(f'{place.name}:{place.version}'), place.url)}"
    return f"{code(place.name)} on the Hugging Face hub at {link(code(place.version), place.url)}"


def _commands(file: WeightFile, report: Report) -> str:
    """The commands for a shell at the root of the repository, the last of which verifies the file."""
    lines = []
    if file.pointer:
        lines += ["# from the run, where it was made", *from_run(file, report.job, report.run)]
    elif file.lfs:
        lines += ["# from Git LFS, once this branch is checked out", from_lfs(file)]
    for place in file.places[:MOST_PLACES]:
        lines += [f"# from {_AT[place.kind]}", place.get]
    return "\n".join([*lines, "# is it the right one?", verification(file)]) if lines else ""


def _content(file: WeightFile, run: str, links: Links) -> str:
    before = code(file.previous_sha256[:12]) if file.previous_sha256 else "a new file"
    after = f"{code(file.sha256[:12])}, {size_text(file.bytes)}"
    origin = f" from {code(file.task)}" if file.task else ""
    head = f"{code(file.path)}{origin}: {before} → {after}"
    if file.pointer:
        return (
            f"{head}. Too large for the repository: {code(landing_path(file))} lands in its place, and the "
            f"file itself stays with the run. Its SHA-256 is {code(file.sha256)}, its size {file.bytes:,} "
            f"bytes. Get it, where the run was made, with {code(f'runner results download {run}')}."
        )
    if file.sha256 == file.previous_sha256:
        return f"{head}. Unchanged."
    if file.lfs:
        return (
            f"{head}. It goes through Git LFS, as it is large: its SHA-256 is {code(file.sha256)}, its size "
            f"{file.bytes:,} bytes. Once this branch is checked out, get it with {code(from_lfs(file))}."
        )
    if not file.changes:
        return f"{head}."
    numbers = f"{len(file.changes)} number" + ("s" if len(file.changes) > 1 else "")
    parts = [f"{head}. {numbers} changed, {_ORDER}:", _changes(file.changes[:SHOWN_CHANGES])]
    if rest := file.changes[SHOWN_CHANGES : SHOWN_CHANGES + FOLDED_CHANGES]:
        left = len(file.changes) - SHOWN_CHANGES - len(rest)
        body = _changes(rest) + links.more(left, "numbers")
        parts.append(details(f"{len(file.changes) - SHOWN_CHANGES} more", body))
    return "\n\n".join(parts)


def _changes(changes: Sequence[WeightChange]) -> str:
    rows = [(code(change.name, 100), *change_cells(change)) for change in changes]
    return table(("Name", "Old:", "New:", "Change:"), rows)


def change_cells(change: WeightChange) -> tuple[str, str, str]:
    """Old, new and change of a number, with as many digits as the change needs."""
    if change.old is None or change.new is None:
        old, new = ("" if value is None else compact(value) for value in (change.old, change.new))
        return old, new, "added" if change.old is None else "removed"
    old, new = compact(change.old), compact(change.new)
    if old == new:
        old, new = f"{change.old:.12g}", f"{change.new:.12g}"
    text = signed(change.new - change.old)
    if change.old:
        share = 100 * (change.new - change.old) / abs(change.old)
        text += f" ({share:+.1f} %)" if abs(share) < 1_000 else ""
    return old, new, text
