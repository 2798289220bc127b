"""Program: print one game turn by turn, to see the rules at work.

Run `python -m workloads.skirmish.play --help`.
"""

import argparse
from pathlib import Path
from typing import Final

from workloads.skirmish import command_line
from workloads.skirmish.decks import DECKS
from workloads.skirmish.randomness import game_keys
from workloads.skirmish.reference import play_game
from workloads.skirmish.reference_state import Side, Unit
from workloads.skirmish.rules import DRAWN_GAME
from workloads.skirmish.weights_file import WeightsError, load_player

PROGRAM: Final = "python -m workloads.skirmish.play"

_EXAMPLES: Final = """examples:
  python -m workloads.skirmish.play --seed 4
  python -m workloads.skirmish.play --seed 4 --first wildfire --second bulwark"""

_SEATS: Final = ("first", "second")


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        player = load_player(options.weights)
    except WeightsError as error:
        command_line.fail(PROGRAM, str(error))
    names = [deck.name for deck in DECKS]
    first, second = names.index(options.first), names.index(options.second)
    key = int(game_keys(options.seed, 0, 1)[0])
    print(f"first seat: {options.first} ({DECKS[first].faction})")
    print(f"second seat: {options.second} ({DECKS[second].faction})")
    result = play_game(player, player, first, second, key, watch=_tell)
    outcome = "a draw"
    if result.winner != DRAWN_GAME:
        outcome = f"the {_SEATS[result.winner - 1]} seat wins"
    health = f"{result.health[0]} and {result.health[1]} health"
    print(f"\n{outcome} after {result.turns} turns, with {health}")
    return 0


def _tell(line: str, own: Side, foe: Side) -> None:
    """Print an event; at the start of a turn also the whole position."""
    if not line.startswith("turn"):
        print(f"  {line}; heroes {own.hero} : {foe.hero}")
        return
    hand = ", ".join(card.name for card in own.hand if card is not None)
    print(f"\n{line}: {_SEATS[own.seat]} seat, {own.mana} mana")
    print(f"  hand: {hand or 'empty'}")
    print(f"  own hero {own.hero}, board: {_board(own)}")
    print(f"  enemy hero {foe.hero}, board: {_board(foe)}")


def _board(side: Side) -> str:
    """Return the units of a side as text, with attack/health."""
    return ", ".join(_unit(unit) for unit in side.units()) or "empty"


def _unit(unit: Unit) -> str:
    guard = " guard" if unit.card.guard else ""
    return f"{unit.card.name} {unit.attack}/{unit.health}{guard}"


def _parser() -> argparse.ArgumentParser:
    parser = command_line.Parser(
        prog=PROGRAM,
        description="Print one game between two decks, both played by the same weights.",
        epilog=_EXAMPLES,
    )
    names = [deck.name for deck in DECKS]
    default = Path("data/weights/generalist.toml")
    parser.add_argument("--seed", type=command_line.seed, default=0, help="default 0")
    parser.add_argument("--first", choices=names, default="wildfire", help="deck of the first seat")
    parser.add_argument("--second", choices=names, default="reef", help="deck of the second seat")
    parser.add_argument("--weights", type=Path, default=default, help=f"default {default}")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
