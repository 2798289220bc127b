"""Weights files: TOML with an `[about]` table and one named number per feature."""

import os
import tempfile
import tomllib
from pathlib import Path
from typing import Final

from workloads.skirmish.cards import FACTIONS
from workloads.skirmish.features import FEATURE_NAMES, SCALE, WEIGHT_LIMIT
from workloads.skirmish.players import Player

GENERALIST: Final = "generalist"
SPECIALTIES: Final = (GENERALIST, *FACTIONS)
"""What weights can be made for: all decks, or those of one faction."""

_DECIMALS: Final = 4


class WeightsError(Exception):
    """A weights file cannot be used; the message names the file and says what to do."""


def load_player(path: Path) -> Player:
    """Read a weights file and return the player with these weights."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"{path} does not exist; name an existing weights file"
        raise WeightsError(message) from None
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror}); name a readable weights file"
        raise WeightsError(message) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path} is not valid TOML ({error}); correct it or restore an earlier version"
        raise WeightsError(message) from None
    table = document.get("weights")
    if not isinstance(table, dict):
        raise WeightsError(f"{path} has no [weights] table; add one with a number per feature")
    return Player(tuple(_scaled(path, table, name) for name in _checked_names(path, table)))


def _checked_names(path: Path, table: dict[str, object]) -> tuple[str, ...]:
    """Return the feature names in order if the table has exactly these."""
    missing = [name for name in FEATURE_NAMES if name not in table]
    if missing:
        raise WeightsError(f"{path} has no weight {missing[0]}; add a number under [weights]")
    unknown = sorted(set(table) - set(FEATURE_NAMES))
    if unknown:
        raise WeightsError(f"{path} has an unknown weight {unknown[0]}; remove that line")
    return FEATURE_NAMES


def _scaled(path: Path, table: dict[str, object], name: str) -> int:
    """Return one weight as a scaled integer."""
    value = table[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WeightsError(f"{path}: the weight {name} is not a number; write one like 0.5")
    if not abs(value) <= WEIGHT_LIMIT:
        limit = f"between -{WEIGHT_LIMIT:g} and {WEIGHT_LIMIT:g}"
        raise WeightsError(f"{path}: the weight {name} is out of range; choose one {limit}")
    return round(value * SCALE)


def render(player: Player, specialty: str) -> str:
    """Return the text of a weights file."""
    decks = "all decks" if specialty == GENERALIST else f"the {specialty} decks"
    lines = [
        f"# Weights of the skirmish bot for {decks}.",
        "# workloads/skirmish/README.md explains the names.",
        "",
        "[about]",
        f'faction = "{specialty}"',
        "",
        "[weights]",
    ]
    for name, weight in zip(FEATURE_NAMES, player.weights, strict=True):
        lines.append(f"{name} = {weight / SCALE:.{_DECIMALS}f}")
    return "\n".join(lines) + "\n"


def save_player(path: Path, player: Player, specialty: str) -> None:
    """Write a weights file in one step, so that no reader sees half of it."""
    write_in_one_step(path, render(player, specialty))


def write_in_one_step(path: Path, text: str) -> None:
    """Write a text file under a temporary name and rename it; parents are created."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
