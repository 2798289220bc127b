"""W&B's own library `sweeps`, kept quiet, and its random numbers to itself."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from runner.errors import InputError


def library() -> ModuleType:
    """The module `sweeps`. Raises InputError where it is not installed."""
    try:
        with quiet():
            import sweeps
    except ImportError as error:
        raise InputError(
            "library-missing",
            f"this sweep needs W&B's library sweeps, and {error.name} is not installed",
            fix="pip install 'runner[sweeps]', with a Python below 3.13",
        ) from None
    module: ModuleType = sweeps
    return module


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing is warned of: the library uses old parts of pydantic, and its fits do not all converge."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Within it, both generators that the library draws from begin at `seed`; after it, all is as before."""
    import numpy

    before = random.getstate(), numpy.random.get_state()
    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    try:
        yield
    finally:
        random.setstate(before[0])
        numpy.random.set_state(before[1])


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it, linear algebra runs on one thread: more change last digits, and take cores from trials."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
