"""What `runner explain` shows: the pages of the rules, and of the refusals of the loader."""

from __future__ import annotations

from msgspec import Struct

from runner.errors import InputError
from runner.lint.rules import RULES, rule
from runner.manifest.codes import CODES
from runner.manifest.finding import Severity
from runner.wording import nearest


class Explanation(Struct, frozen=True):
    """The page of one code. `bad` and `good` are samples, where there are any."""

    id: str
    severity: Severity
    summary: str
    page: str
    bad: str = ""
    good: str = ""


def explanation(name: str) -> Explanation:
    """The page of a rule or of a refusal.

    Raises InputError for a name that is neither.
    """
    if name in RULES:
        found = rule(name)
        return Explanation(
            name,
            found.severity,
            found.summary,
            (found.page or "").strip(),
            found.bad.strip("\n"),
            found.good.strip("\n"),
        )
    if name in CODES:
        summary, page = CODES[name]
        return Explanation(name, "error", summary, page)
    near = nearest(name, [*RULES, *CODES])
    fix = f"did you mean {near}?" if near else "runner explain lists all of them"
    raise InputError("unknown-rule", f"there is no rule {name}", fix=fix)


def all_explanations() -> list[Explanation]:
    """Every page: first the rules, then the refusals."""
    return [explanation(name) for name in (*RULES, *CODES)]
