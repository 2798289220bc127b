"""`against: champion` compares the new metric with the old one, and needs to know by how much.

`min_delta: 0` asks that it is not worse, `min_delta: 0.02` that it is better by so much,
`max_delta: 0.1` that it does not grow by more. The margins mean nothing without `against`.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """`against` without a margin, and margins without `against`."""
    for index, gate in enumerate(subject.spec.gates):
        path = ("spec", "gates", index)
        margin = gate.min_delta is not None or gate.max_delta is not None
        if gate.against is not None and not margin:
            yield Problem(path, "against says with what, but not by how much", "add min_delta: 0")
        if gate.against is None and margin:
            yield Problem(path, "min_delta and max_delta need against", "add against: champion")


RULE = Rule(
    severity="error",
    summary="A comparison with the champion that lacks its margin",
    page=__doc__,
    check=check,
    bad="""
gates: [{metric: score, against: champion}]
deploy: {files: [{from: m.toml, to: data/m.toml}]}
""",
    good="""
gates: [{metric: score, against: champion, min_delta: 0}]
deploy: {files: [{from: m.toml, to: data/m.toml}]}
""",
)
