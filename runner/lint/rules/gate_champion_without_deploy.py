"""The champion is the set of files that the job would replace, as they stand now; of an Evaluate it is the
model `against`. A job that replaces nothing has none, and the gate could never be decided.

List the files under `deploy.files`, or compare with a number: `min`, `max` or `between`.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """`against: champion` where nothing is replaced."""
    compared = getattr(subject.spec, "against", None) is not None
    if subject.kind == "GRPO" or compared or subject.targets():
        return
    for index, gate in enumerate(subject.spec.gates):
        if gate.against is not None:
            yield Problem(
                ("spec", "gates", index, "against"),
                "there is no champion: the job replaces no file",
                "list deploy.files, or compare with a number",
            )


RULE = Rule(
    severity="error",
    summary="A comparison with a champion that does not exist",
    page=__doc__,
    check=check,
    bad="gates: [{metric: score, against: champion, min_delta: 0}]",
    good="""
gates: [{metric: score, against: champion, min_delta: 0}]
deploy: {files: [{from: m.toml, to: data/m.toml}]}
""",
)
