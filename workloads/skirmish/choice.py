"""Choosing the best legal option in many games at once."""

from typing import Final

import numpy as np

from workloads.skirmish.batch_state import Indices
from workloads.skirmish.card_tables import Flags, Integers

_OPTION_BITS: Final = 3
_LAST_OPTION: Final = (1 << _OPTION_BITS) - 1
_PENALTY: Final = np.int32(1 << 30)
"""More than the difference of any two packed scores that WEIGHT_LIMIT allows."""

_RANKS: Final = np.arange(_LAST_OPTION, -1, -1, dtype=np.int32)[:, None]


def best_option(scores: Integers, legal: Flags) -> Indices:
    """Return the legal option with the highest score, the lowest among equals; shape (games,).

    `scores` has shape (options, games), at most 8 options, and is overwritten; `legal` covers
    the first options, all later ones are legal. The option is packed into the low bits below
    the score, so that one maximum finds both.
    """
    scores <<= _OPTION_BITS
    scores += _RANKS[: len(scores)]
    scores[: len(legal)] -= ~legal * _PENALTY
    best: Integers = scores.max(axis=0)
    return (_LAST_OPTION - (best & _LAST_OPTION)).astype(np.intp)
