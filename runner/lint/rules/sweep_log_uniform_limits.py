"""The limits of `log_uniform`, `inv_log_uniform` and `q_log_uniform` are exponents of e, and these look
like the values themselves.

With `min: 0.0001` and `max: 0.01`, W&B samples between exp(0.0001) = 1.0001 and exp(0.01) = 1.01, so
that every trial of a learning rate gets about 1.0. Write `log_uniform_values`
(`inv_log_uniform_values`, `q_log_uniform_values`), whose limits are the values. The exponents of 0.0001
and 0.01 are -9.2 and -4.6, but W&B itself advises against these distributions.
"""

from __future__ import annotations

import math

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.sweeps import parameters

DISTRIBUTIONS = ("log_uniform", "inv_log_uniform", "q_log_uniform")
LEAST, MOST = -40, 25
"""Exponents of e beyond which no parameter lies: 4e-18 and 7e10."""


def check(subject: Subject) -> Problems:
    """Limits from 0 to 1, and limits whose powers of e nobody could mean."""
    for path, _, parameter in parameters(subject):
        low, high = parameter.min, parameter.max
        if parameter.distribution not in DISTRIBUTIONS or low is None or high is None or low >= high:
            continue
        sampled = (-high, -low) if parameter.distribution.startswith("inv_") else (low, high)
        if (low >= 0 and high <= 1) or sampled[0] < LEAST or sampled[1] > MOST:
            message = (
                f"the limits of {parameter.distribution} are exponents of e: {low:g} and {high:g} give "
                f"values from {_power(sampled[0])} to {_power(sampled[1])}"
            )
            above = "" if low > 0 else ", with min above 0"
            fix = f"write {parameter.distribution}_values, whose limits are the values{above}"
            yield Problem((*path, "distribution"), message, fix)


def _power(exponent: float) -> str:
    """e to the power of an exponent, however large."""
    if abs(exponent) <= MOST:
        return f"{math.exp(exponent):.5g}"
    return f"1e{round(exponent / math.log(10)):+03d}"


RULE = Rule(
    severity="error",
    summary="log_uniform with limits that are values, not exponents",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep:
  method: random
  parameters: {learning_rate: {distribution: log_uniform, min: 0.0001, max: 0.01}}
  program: train.py
""",
    good="""
sweep:
  method: random
  parameters: {learning_rate: {distribution: log_uniform_values, min: 0.0001, max: 0.01}}
  program: train.py
""",
)
