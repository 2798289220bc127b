"""The repository's settings and policy: `runner.toml`, or `[tool.runner]` in `pyproject.toml`."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, Final

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import replace

from runner.errors import InputError
from runner.wording import did_you_mean, dollars_apart, printable, shown

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "runner.toml"
_SIZE: Final = r"^[0-9]{1,9}(\.[0-9]{1,6})?(KiB|MiB|GiB|TiB|KB|MB|GB|TB)$(?!\n)"

_VARIABLE: Final = r"^[A-Z_][A-Z0-9_]{0,99}$(?!\n)"
_PREFIX: Final = r"^[a-z][a-z0-9-]{0,30}$(?!\n)"
_ENVIRONMENT: Final = r"^([A-Za-z0-9][A-Za-z0-9_-]{0,63})?$(?!\n)"
_SECRET: Final = r"^[A-Za-z0-9_.-]{1,64}$(?!\n)"
_REMOTE: Final = r"^([A-Za-z0-9_][A-Za-z0-9_./-]{0,99})?$(?!\n)"
# How a pattern reads in a message.
_IN_WORDS: Final = {
    _SIZE: "a size such as 10MiB",
    _VARIABLE: "keyed by names of variables, in capitals, digits and underscores",
    _PREFIX: "at most 31 lower-case letters, digits and hyphens, a letter first",
    _ENVIRONMENT: "the name of an environment: at most 64 letters, digits, hyphens and underscores",
    _SECRET: "made of names of secrets: 1 to 64 letters, digits, hyphens, dots and underscores",
    _REMOTE: "the name of a git remote, such as origin",
}

Size = Annotated[str, Meta(pattern=_SIZE)]
Dollars = Annotated[float, Meta(ge=0)]


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """Sizes. A file over `file_size` is not committed: a pointer lands in its place."""

    file_size: Size = "10MiB"
    output_size: Size = "2GiB"


class Approval(Struct, frozen=True, forbid_unknown_fields=True):
    """What needs a person's approval: plans that could cost more than `usd`, and some GPUs."""

    usd: Dollars | None = None
    gpus: tuple[str, ...] = ()


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """What every manifest must meet; None allows everything.

    `sources` are git URLs, with `*` for any text. GPUs are named without a count.
    """

    max_usd: Dollars | None = None
    gpus: tuple[str, ...] | None = None
    secrets: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    approval: Approval = Approval()


class ModalSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How runs stand at Modal.

    `environment` is Modal's own default where it is empty; the names of apps and Volumes begin with
    `prefix`; a stage has at most `max_containers` at once; `secrets` says which Modal secret holds a
    variable, where the secret is not called as the variable is.
    """

    environment: Annotated[str, Meta(pattern=_ENVIRONMENT)] = ""
    prefix: Annotated[str, Meta(pattern=_PREFIX)] = "runner"
    max_containers: Annotated[int, Meta(ge=1)] = 100
    secrets: dict[Annotated[str, Meta(pattern=_VARIABLE)], Annotated[str, Meta(pattern=_SECRET)]] = {}

    def secret(self, variable: str) -> str:
        """The name of the Modal secret that holds a variable."""
        return self.secrets.get(variable, variable)


class LedgerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where launched runs are recorded: on a branch of the git remote `remote`.

    Empty is `origin`, or this repository itself where there is no such remote.
    """

    remote: Annotated[str, Meta(pattern=_REMOTE)] = ""


class PriceTable(Struct, frozen=True, forbid_unknown_fields=True):
    """What `prices` may hold: US dollars per second, where they differ from the published ones.

    `region_multiplier` is how many times the price a task costs that is bound to a region.
    """

    dated: str = ""
    source: str = ""
    cpu_core_second: Dollars = 0.0
    memory_gib_second: Dollars = 0.0
    gpu_second: dict[str, Any] = {}
    region_multiplier: Annotated[float, Meta(ge=1)] = 1.0


class _Priced(Struct):
    """Gives the prices their path in a message."""

    prices: PriceTable


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a repository may set. `prices` is laid over the published prices."""

    backend: str = "local"
    forge: str = "local"
    limits: Limits = Limits()
    prices: dict[str, Any] = {}
    policy: Policy = Policy()
    modal: ModalSettings = ModalSettings()
    ledger: LedgerSettings = LedgerSettings()
    file: str = FILE
    lines: dict[str, int] = {}

    def origin(self, key: str) -> str:
        """Where a setting such as `policy.gpus` stands, as `runner.toml:7`."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return f"{self.file}:{self.lines[key]}" if key else self.file

    def approvals(self, usd: float, gpus: Iterable[str]) -> tuple[str, ...]:
        """Why a plan that could cost `usd` needs a person's approval; empty where it does not."""
        approval = self.policy.approval
        reasons = []
        if approval.usd is not None and usd > approval.usd:
            origin = self.origin("policy.approval.usd")
            could, allowed = dollars_apart(usd, approval.usd)
            reasons.append(f"it could cost {could}, more than {allowed} ({origin})")
        named = sorted({gpu.partition(":")[0] for gpu in gpus} & set(approval.gpus))
        if named:
            reasons.append(f"it may use {', '.join(named)} ({self.origin('policy.approval.gpus')})")
        return tuple(reasons)


_TABLES: Final[dict[str, type[Struct]]] = {
    "": Settings,
    "limits": Limits,
    "policy": Policy,
    "policy.approval": Approval,
    "prices": PriceTable,
    "modal": ModalSettings,
    "ledger": LedgerSettings,
}
_OWN: Final = ("file", "lines")


def load_settings(root: Path | str, kinds: Collection[str] = ()) -> Settings:
    """The settings of the repository at `root`; the defaults where it has none.

    `kinds` are those that `policy.kinds` may name; any where none are given. Raises InputError for
    a file that is not TOML, an unknown name or a value that cannot be.
    """
    text = _text(os.path.join(root, FILE), FILE)  # noqa: PTH118 (quicker than Path, and always run)
    if text is not None:
        return _checked(parse_settings(text, FILE), kinds)
    text = _text(os.path.join(root, "pyproject.toml"), "pyproject.toml")  # noqa: PTH118
    if text is not None and "tool.runner" in text:
        return _checked(parse_settings(text, "pyproject.toml", "tool.runner."), kinds)
    return Settings()


def _checked(settings: Settings, kinds: Collection[str]) -> Settings:
    """The settings, where `policy.kinds` names only known kinds."""
    unknown = [name for name in settings.policy.kinds or () if kinds and name not in kinds]
    if unknown:
        text = f"policy.kinds names {shown(unknown[0])}, which is no kind of job"
        place = settings.origin("policy.kinds")
        raise InputError("bad-settings", text, place=place, fix=did_you_mean(unknown[0], kinds))
    return settings


def parse_settings(text: str, file: str = FILE, prefix: str = "") -> Settings:
    """The settings that a TOML text holds below `prefix`. Raises InputError."""
    import tomllib

    try:
        table: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line ([0-9]+)", str(error))
        place = f"{file}:{line[1]}" if line else file
        raise InputError(
            "bad-settings", f"not TOML: {error}", place=place, fix="see https://toml.io"
        ) from None
    except (RecursionError, ValueError):
        message = "values are nested too deep, or a number is too long"
        raise InputError("bad-settings", message, place=file) from None
    for name in prefix.split(".")[:-1]:
        table = table.get(name, {}) if isinstance(table, dict) else {}
    lines = _lines(text, prefix)
    try:
        own = next((name for name in _OWN if isinstance(table, dict) and name in table), None)
        if own:
            raise ValidationError(f"Object contains unknown field `{own}`")
        _require_finite(table, "$")
        settings = convert(table, Settings)
        _require_prices(settings.prices)
        return replace(settings, file=file, lines=lines)
    except ValidationError as error:
        raise _refusal(str(error), Settings(file=file, lines=lines)) from None


def _require_finite(value: Any, path: str) -> None:
    """Raises ValidationError for `inf` and `nan`, which TOML allows and no limit can be."""
    if isinstance(value, float) and not isfinite(value):
        raise ValidationError(f"Expected `a finite number` - at `{path}`")
    for name, inner in value.items() if isinstance(value, dict) else ():
        _require_finite(inner, f"{path}.{name}")


def _require_prices(table: dict[str, Any]) -> None:
    """Raises ValidationError for an unknown name and for what is no price."""
    prices = convert({"prices": table}, _Priced).prices
    for name, value in prices.gpu_second.items():
        try:
            convert(value, Dollars)
        except ValidationError as error:
            raise ValidationError(f"{error} - at `$.prices.gpu_second.{name}`") from None


def _text(path: str, name: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            return file.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise InputError(
            "bad-settings", "the file is not UTF-8 text", place=name, fix="save it as UTF-8"
        ) from None
    except OSError as error:
        raise InputError("bad-settings", f"the file cannot be read: {error.strerror}", place=name) from None


def _refusal(message: str, settings: Settings) -> InputError:
    """What msgspec says of a table, with the line and the nearest known name."""
    problem, _, path = re.sub(" - at `key` in ", " - at ", message).partition(" - at `$.")
    table = re.sub(r"\[.*", "", path.rstrip("`"))
    unknown = re.fullmatch(r"Object contains unknown field `(.+)`", problem)
    if unknown:
        name = unknown[1]
        place = settings.origin(f"{table}.{name}" if table else name)
        known = [field for field in _TABLES[table].__struct_fields__ if table or field not in _OWN]
        text = f"unknown setting {printable(name)}" + (f" in [{table}]" if table else "")
        return InputError("bad-settings", text, place=place, fix=did_you_mean(name, known))
    text = f"{table or 'the file'} must be {_wanted(problem)}"
    return InputError(
        "bad-settings", text, place=settings.origin(table), fix="correct the value, or remove the line"
    )


def _wanted(problem: str) -> str:
    """What msgspec says is expected, in words."""
    pattern = re.search(r"matching regex '(.*)'", problem)
    if pattern:
        return _IN_WORDS[pattern[1].replace("\\\\", "\\")]
    wanted = problem.removeprefix("Expected ").replace("`", "").replace(" | null", "")
    wanted = re.sub(r"float >= ([0-9]+)\.0", r"a number from \1", wanted)
    wanted = re.sub(r"int >= ([0-9]+)", r"a whole number from \1", wanted)
    return re.sub(r"\bint\b", "a whole number", wanted.replace("float", "a number"))


def _lines(text: str, prefix: str) -> dict[str, int]:
    """The line of every key and table below `prefix`, which tomllib does not tell."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
        key = None if header else re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line)
        if header:
            table = re.sub(r"[\s\"']", "", header[1])
            name = table
        elif key:
            name = ".".join(part for part in (table, re.sub(r"[\"']", "", key[1])) if part)
        else:
            continue
        if name.startswith(prefix):
            lines.setdefault(name.removeprefix(prefix), number)
    return lines
