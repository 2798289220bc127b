"""Every lint rule, written out by hand in the order in which `runner explain` lists them."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from runner.lint.rule import Rule

LANGUAGE = ("kind.GRPO", "kind.Evaluate")

# What wakes a rule: parts that the manifest has, or parts of the policy that are set. A rule that
# nothing wakes is neither imported nor run; one that waits for nothing always is.
RULES: dict[str, tuple[str, ...]] = {
    "secret-in-manifest": (),
    "secret-shadowed": ("secrets",),
    "secret-name-mismatch": ("shell",),
    "path-outside": ("variants", "deploy", "requirements", "dockerfile", "validation", "weights", "script"),
    "deploy-protected-path": ("variants", "deploy", "weights"),
    "deploy-unknown-task": ("deploy",),
    "duplicate-weights": ("variants", "deploy"),
    "policy-kind": ("policy.kinds",),
    "policy-gpu": ("policy.gpus",),
    "policy-secret": ("policy.secrets",),
    "policy-source": ("policy.sources",),
    "plain-http-source": ("source",),
    "image-one-base": ("image",),
    "image-python-version": ("python",),
    "floating-registry-tag": ("registry",),
    "unpinned-pip": ("pip",),
    "unknown-gpu": ("gpu",),
    "gpu-count": ("gpu",),
    "budget-missing-with-gpu": ("gpu",),
    "timeout-over-provider-limit": ("timeout",),
    "volume-name": ("volumes",),
    "volume-path": ("volumes",),
    "volume-mounted-twice": ("volumes",),
    "zero-duration": ("timeout", "stall_timeout", "ready_timeout"),
    "stall-timeout-over-timeout": ("stall_timeout",),
    "retry-on-without-retries": ("retry_on",),
    "schedule-cron": ("schedule",),
    "schedule-timezone": ("schedule",),
    "schedule-too-fine": ("schedule",),
    "unknown-placeholder": (),
    "placeholder-in-shell": ("shell",),
    "command-not-split": (),
    "absolute-path-in-command": (),
    "env-shadows-runner": ("env", "secrets"),
    "matrix-too-large": ("matrix",),
    "matrix-unused": ("matrix",),
    "matrix-duplicate-value": ("matrix",),
    "gate-without-comparison": ("gates",),
    "gate-contradiction": ("gates",),
    "gate-needs-delta": ("gates",),
    "gate-champion-without-deploy": ("against",),
    "gate-unknown-task": ("task",),
    "duplicate-variant": ("variants",),
    "missing-weights-file": ("variants",),
    "matchup-duplicate": ("validation",),
    "validation-without-matchup-placeholder": ("validation",),
    "nothing-to-validate": ("mode",),
    "thresholds-reversed": ("thresholds",),
    "sweep-source": ("kind.Sweep",),
    "sweep-program": ("kind.Sweep",),
    "sweep-program-missing": ("program",),
    "sweep-macro": ("kind.Sweep",),
    "sweep-parameter": ("kind.Sweep",),
    "sweep-parameter-names": ("kind.Sweep",),
    "sweep-log-uniform-limits": ("kind.Sweep",),
    "sweep-text-number": ("kind.Sweep",),
    "sweep-whole-number-range": ("kind.Sweep",),
    "sweep-grid-range": ("method.grid",),
    "sweep-grid-too-large": ("method.grid",),
    "sweep-count-beyond-grid": ("method.grid",),
    "sweep-count-over-run-cap": ("run_cap",),
    "sweep-without-metric": ("kind.Sweep",),
    "sweep-early-terminate": ("early_terminate",),
    "sweep-bayes-parallel": ("method.bayes",),
    "sweep-bayes-probabilities": ("method.bayes",),
    "sweep-worker-timeout": ("kind.Sweep",),
    "sweep-timeout-short": ("kind.Sweep",),
    "sweep-timeout-long": ("kind.Sweep",),
    "language-environment": LANGUAGE,
    "language-history": ("history",),
    "language-script-missing": LANGUAGE,
    "language-max-tokens": LANGUAGE,
    "language-idle-gpu": ("gpu",),
    "language-flash-attention": ("attn_implementation",),
    "vllm-without-gpu": LANGUAGE,
    "vllm-memory": ("gpu_memory_utilization",),
    "vllm-parallel": ("tensor_parallel_size",),
    "vllm-tool-parser": ("enable_auto_tool_choice",),
    "grpo-group-size": ("training",),
    "grpo-temperature": ("sampling",),
    "grpo-learning-rate": ("learning_rate",),
    "grpo-rounded-updates": ("dtype",),
    "grpo-output-size": ("kind.GRPO",),
    "grpo-publish-secret": ("publish",),
    "grpo-one-episode": ("episodes",),
    "wandb-offline": ("wandb",),
    "evaluate-endpoint-key": ("endpoint",),
    "evaluate-endpoint-adapter": ("endpoint",),
    "evaluate-endpoint-tools": ("endpoint",),
    "name-matches-file": (),
    "duplicate-job-name": (),
}


@cache
def rule(name: str) -> Rule:
    """The rule of that id, which is the name of its file."""
    found: Rule = import_module(f"runner.lint.rules.{name.replace('-', '_')}").RULE
    return found
