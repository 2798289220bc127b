"""Random numbers that depend on nothing but a game's own key.

Each game has a 64-bit key. Its shuffles, and the choices of a random player in it, are values
of a counter-based generator (the finaliser of SplitMix64 applied to key + counter), so that a
game is the same whichever batch, process or implementation plays it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from workloads.skirmish.rules import BOARD_SLOTS, DECK_SIZE, HAND_SLOTS, PLAYS_PER_TURN

Keys = NDArray[np.uint64]

_MASK: Final = (1 << 64) - 1
_STEP: Final = 0x9E3779B97F4A7C15
_FIRST_FACTOR: Final = 0xBF58476D1CE4E5B9
_SECOND_FACTOR: Final = 0x94D049BB133111EB
_POSITION_MASK: Final = 31
"""The low bits of a shuffle draw hold the position that it belongs to."""
_NOISE_SHIFT: Final = 40
_SHUFFLE_COUNTERS: Final = 2 * DECK_SIZE
_DECISIONS: Final = PLAYS_PER_TURN + BOARD_SLOTS
_OPTIONS: Final = HAND_SLOTS + 1


def mix(key: int, counter: int) -> int:
    """Return 64 random bits for one key and counter."""
    value = (key + (counter + 1) * _STEP) & _MASK
    value = ((value ^ (value >> 30)) * _FIRST_FACTOR) & _MASK
    value = ((value ^ (value >> 27)) * _SECOND_FACTOR) & _MASK
    return value ^ (value >> 31)


def mix_many(keys: Keys, counters: Keys) -> Keys:
    """Do what `mix` does for whole arrays; the two arguments are broadcast together."""
    value: Keys = keys + (counters + np.uint64(1)) * np.uint64(_STEP)
    value ^= value >> np.uint64(30)
    value *= np.uint64(_FIRST_FACTOR)
    value ^= value >> np.uint64(27)
    value *= np.uint64(_SECOND_FACTOR)
    value ^= value >> np.uint64(31)
    return value


def game_keys(seed: int, stream: int, count: int) -> Keys:
    """Return the keys of games 0 .. count-1 of one stream, shape (count,).

    `stream` separates uses of one seed, for example generations or deck pairs.
    """
    base = np.array([mix(mix(0, seed), stream)], dtype=np.uint64)
    return mix_many(base, np.arange(count, dtype=np.uint64))


def shuffled_positions(key: int, seat: int) -> list[int]:
    """Return the order in which a seat (0 or 1) draws the positions of its deck list."""
    draws = [
        mix(key, seat * DECK_SIZE + position) & ~_POSITION_MASK | position for position in range(DECK_SIZE)
    ]
    return [draw & _POSITION_MASK for draw in sorted(draws)]


def shuffled_positions_many(keys: Keys, seat: int) -> NDArray[np.intp]:
    """Do what `shuffled_positions` does for many games; shape (games, DECK_SIZE)."""
    counters = np.arange(DECK_SIZE, dtype=np.uint64) + np.uint64(seat * DECK_SIZE)
    draws = mix_many(keys[:, None], counters) & np.uint64(_MASK & ~_POSITION_MASK)
    draws |= np.arange(DECK_SIZE, dtype=np.uint64)
    draws.sort(axis=1)
    return (draws & np.uint64(_POSITION_MASK)).astype(np.intp)


def noise_counter(turn: int, decision: int, option: int) -> int:
    """Return the counter of one option of one decision.

    Decisions 0-2 of a turn are card plays, decision 3 + slot is the attack of that slot.
    """
    return _SHUFFLE_COUNTERS + (turn * _DECISIONS + decision) * _OPTIONS + option


def noise(key: int, turn: int, decision: int, option: int) -> int:
    """Return the score, 24 bits, that a random player gives one option."""
    return mix(key, noise_counter(turn, decision, option)) >> _NOISE_SHIFT


def noise_many(keys: Keys, turn: int, decision: int, options: int) -> NDArray[np.int32]:
    """Do what `noise` does for options 0 .. options-1 of many games; shape (options, games)."""
    start = noise_counter(turn, decision, 0)
    counters = np.arange(start, start + options, dtype=np.uint64)
    return (mix_many(keys, counters[:, None]) >> np.uint64(_NOISE_SHIFT)).astype(np.int32)
