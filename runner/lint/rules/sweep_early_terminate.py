"""Hyperband stops trials at brackets, and it needs either the first of them or the last to know where
they lie.

With `min_iter: 3` the brackets are after 3, 9, 27 … reports of the metric; `eta`, 3 unless told
otherwise, is the factor between them. With `max_iter: 27` and `s: 2` they are counted back from 27: 9
and 3.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject

ETA, MOST_ETA = 3, 1_000


def check(subject: Subject) -> Problems:
    """Neither `min_iter` nor `max_iter` with `s`; brackets that do not lie apart; no bracket at all."""
    early = None if subject.sweep is None else subject.sweep.early_terminate
    if early is None:
        return
    path = ("spec", "sweep", "early_terminate")
    eta = ETA if early.eta is None else early.eta
    if not 1 < eta <= MOST_ETA:
        message = f"brackets do not lie apart with an eta of {eta:g}"
        fix = f"write a number above 1 and up to {MOST_ETA:,}, such as {ETA}"
        yield Problem((*path, "eta"), message, fix)
    elif early.max_iter is not None and early.s is None:
        message = "max_iter needs s, how many brackets there are"
        yield Problem((*path, "max_iter"), message, "add s: 2, or write min_iter in place of max_iter")
    elif early.max_iter is not None and early.max_iter < eta:
        message = f"with an eta of {eta:g} there is no bracket before report {early.max_iter}"
        yield Problem((*path, "max_iter"), message, "raise max_iter, or lower eta")
    elif early.max_iter is None and early.min_iter is None:
        message = "hyperband needs min_iter, or max_iter and s"
        yield Problem(path, message, "add min_iter: with the number of reports before the first bracket")


RULE = Rule(
    severity="error",
    summary="Early termination that does not say when",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep:
  method: random
  metric: {name: loss}
  parameters: {clip_range: {min: 0.1, max: 0.4}}
  program: train.py
  early_terminate: {type: hyperband, max_iter: 27}
""",
    good="""
sweep:
  method: random
  metric: {name: loss}
  parameters: {clip_range: {min: 0.1, max: 0.4}}
  program: train.py
  early_terminate: {type: hyperband, min_iter: 3}
""",
)
