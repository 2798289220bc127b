"""vLLM does not start with `enable_auto_tool_choice` unless `tool_call_parser` says how calls of functions
are written.

Name the parser of the model's family: `hermes` for Qwen, `xlam` for Salesforce's xLAM. Neither is needed
here: without them the environment reads the calls out of the reply's text.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """One without the other."""
    vllm = getattr(subject.spec, "vllm", None)
    if vllm is not None and vllm.enable_auto_tool_choice and vllm.tool_call_parser is None:
        message = "vLLM does not start with enable_auto_tool_choice and no tool_call_parser"
        fix = "add tool_call_parser: hermes, or leave both out"
        yield Problem(("spec", "vllm", "enable_auto_tool_choice"), message, fix)


RULE = Rule(
    severity="error",
    summary="Parsed calls of functions without a parser",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="vllm: {enable_auto_tool_choice: true}",
    good="vllm: {enable_auto_tool_choice: true, tool_call_parser: hermes}",
)
