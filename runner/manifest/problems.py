"""JSON Schema's findings as sentences: `jsonschema` looks, and this says it in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from runner.manifest.finding import Path, path_text
from runner.manifest.schema import Schema, branches, resolved
from runner.manifest.types_in_words import kind_of, masked, retyped, types
from runner.wording import choices, did_you_mean, nearest, shown

Fault = Any
"""A `jsonschema.ValidationError`: which rule was broken (`validator`, `validator_value`), and by what."""


class Problem(Struct, frozen=True):
    """Something wrong at `path`; `on_key` when it is the field's name that is wrong."""

    path: Path
    code: str
    message: str
    fix: str
    on_key: bool = False


def problems(data: Any, schema: Schema, written: Callable[[Path], str | None]) -> Iterator[Problem]:
    """What the schema finds wrong with `data`; `written` gives a scalar's text in its file."""
    from jsonschema import Draft7Validator

    teller = _Teller(schema, written)
    for fault in Draft7Validator(schema).iter_errors(data):
        yield from teller.tell(fault)


class _Teller:
    def __init__(self, schema: Schema, written: Callable[[Path], str | None]) -> None:
        self.schema = schema
        self.written = written

    def tell(self, fault: Fault) -> Iterable[Problem]:
        path = tuple(fault.absolute_path)
        tell: Callable[[Fault, Path], Iterable[Problem]]
        tell = getattr(self, f"_{fault.validator}", self._something)
        if _of_name(fault):
            return (replace(problem, on_key=True) for problem in tell(fault, (*path, fault.instance)))
        return tell(fault, path)

    def _something(self, fault: Fault, path: Path) -> Iterator[Problem]:
        yield Problem(
            path, "wrong-value", _of(path, f"is not accepted: {masked(fault.instance)}"), "see the schema"
        )

    def _additionalProperties(self, fault: Fault, path: Path) -> Iterator[Problem]:
        known = _schema(fault).get("properties", {})
        for name in fault.instance:
            if name not in known:
                fix = self._elsewhere(name, known) or did_you_mean(name, known)
                message = f"unknown field {masked(name)} in {_name(path)}"
                yield Problem((*path, name), "unknown-field", message, fix, on_key=True)

    def _elsewhere(self, name: str, known: Mapping[str, Schema]) -> str:
        """Where a field belongs that was written one level too high."""
        if nearest(name, known):
            return ""
        for group, schema in known.items():
            if any(name in branch.get("properties", {}) for branch in branches(schema, self.schema)):
                return f"it belongs under {group}: {{{name}: …}}"
        return ""

    def _required(self, fault: Fault, path: Path) -> Iterator[Problem]:
        known = _schema(fault).get("properties", {})
        misspelt = {nearest(name, known) for name in fault.instance if name not in known}
        for name in fault.validator_value:
            if name not in fault.instance and name not in misspelt:
                about = known.get(name, {})
                hint = about.get("description", types(about)).partition(";")[0].rstrip(".")
                message = f"{_name(path)} lacks the field {name}"
                yield Problem(path, "missing-field", message, f"add `{name}:` ({_lower(hint)})")

    def _type(self, fault: Fault, path: Path) -> Iterator[Problem]:
        yield self._wrong_type(path, fault.instance, [_schema(fault)])

    def _wrong_type(self, path: Path, value: Any, schemas: list[Schema]) -> Problem:
        names = dict.fromkeys(types(schema) for schema in schemas if schema.get("type") != "null")
        expected = choices(name for name in names if name != "a whole number" or "a number" not in names)
        message = _of(path, f"must be {expected}, not {kind_of(value)}")
        patterned = not isinstance(value, str) and any("pattern" in schema for schema in schemas)
        example = next((_examples(schema) for schema in schemas if "examples" in schema), "")
        fix = example if patterned else retyped(value, schemas, self.written(path))
        return Problem(path, "wrong-type", message, fix or example or f"write {expected}")

    def _anyOf(self, fault: Fault, path: Path) -> Iterator[Problem]:
        """What the branch of the value's own type finds; what types there are where none is."""
        by_branch: dict[str | int, list[Fault]] = {}
        for inner in fault.context or ():
            by_branch.setdefault(inner.relative_schema_path[0], []).append(inner)
        fitting = [faults for faults in by_branch.values() if not any(_of_type(each) for each in faults)]
        if fitting:
            yield from (problem for each in min(fitting, key=len) for problem in self.tell(each))
            return
        branches = [resolved(branch, self.schema) for branch in fault.validator_value]
        yield self._wrong_type(path, fault.instance, branches)

    def _pattern(self, fault: Fault, path: Path) -> Iterator[Problem]:
        about = _schema(fault).get("patternErrorMessage") or _lower(_schema(fault).get("description", ""))
        what = f"the name {masked(fault.instance)} in {_name(path[:-1])} is not allowed"
        message = what if _of_name(fault) else _of(path, f"cannot be {masked(fault.instance)}")
        examples = _examples(_schema(fault))
        fix = f"{about}, {examples.removeprefix('write it ')}" if about and examples else about or examples
        yield Problem(path, "wrong-value", message, fix)

    def _enum(self, fault: Fault, path: Path) -> Iterator[Problem]:
        allowed = [str(value) for value in fault.validator_value if value is not None]
        message = _of(path, f"must be {choices(allowed)}, not {masked(fault.instance)}")
        near = nearest(fault.instance, allowed) if isinstance(fault.instance, str) else ""
        fix = f"did you mean {near}?" if near and len(allowed) > 1 else f"write {choices(allowed)}"
        yield Problem(path, "wrong-value", message, fix)

    def _limit(self, words: str, fault: Fault, path: Path) -> Problem:
        demand = f"{words} {fault.validator_value}"
        message = _of(path, f"must be {demand}, not {masked(fault.instance)}")
        return Problem(path, "wrong-value", message, f"write a number that is {demand}")

    def _minimum(self, fault: Fault, path: Path) -> Iterator[Problem]:
        yield self._limit("at least", fault, path)

    def _maximum(self, fault: Fault, path: Path) -> Iterator[Problem]:
        yield self._limit("at most", fault, path)

    def _exclusiveMinimum(self, fault: Fault, path: Path) -> Iterator[Problem]:
        yield self._limit("more than", fault, path)

    def _exclusiveMaximum(self, fault: Fault, path: Path) -> Iterator[Problem]:
        yield self._limit("less than", fault, path)

    def _size(self, fault: Fault, path: Path) -> Iterator[Problem]:
        limit, least = fault.validator_value, str(fault.validator).startswith("min")
        unit = "character" if str(fault.validator).endswith("Length") else "item"
        if least and limit == 1:
            message = _of(path, "must not be empty")
        else:
            plural = "" if limit == 1 else "s"
            bound = f"at {'least' if least else 'most'} {limit} {unit}{plural}"
            message = _of(path, f"must have {bound}, not {len(fault.instance)}")
        fix = "add to it" if least else "shorten it"
        yield Problem(path, "wrong-value", message, _examples(_schema(fault)) or fix)

    _minLength = _maxLength = _minItems = _maxItems = _minProperties = _size


def _of_type(fault: Fault) -> bool:
    """Whether it is the value's type that a branch refuses."""
    of_enum = fault.validator == "enum" and not isinstance(fault.instance, str)
    return not fault.relative_path and (fault.validator == "type" or of_enum)


def _of_name(fault: Fault) -> bool:
    """Whether it is the name of a field that is refused."""
    return "propertyNames" in fault.absolute_schema_path


def _schema(fault: Fault) -> Schema:
    return fault.schema if isinstance(fault.schema, dict) else {}


def _name(path: Path) -> str:
    """`spec.gates[0]`, or the manifest where the path is empty."""
    return shown(path_text(path))[1:-1] if path else "the manifest"


def _of(path: Path, rest: str) -> str:
    return f"{_name(path)} {rest}"


def _examples(schema: Schema) -> str:
    examples = schema.get("examples", ())
    return f"write it like {choices(shown(example) for example in examples)}" if examples else ""


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() else sentence
