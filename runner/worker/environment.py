"""What a program is told: its environment and its arguments."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PASSED_ON = (
    *("HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "VIRTUAL_ENV"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_HOME"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
    *("http_proxy", "https_proxy", "no_proxy", "all_proxy"),
)
"""Variables of the machine that programs need to find their way around it; all others stay outside."""

_PLACEHOLDER = re.compile(
    r"\$\$\{|\$\{(output|input|baseline|checkpoint|files|seed)\}|\$\{envvar:([A-Z0-9_]*)\}"
)


def base_environment(outside: Mapping[str, str], programs: str) -> dict[str, str]:
    """A clean environment from the one outside; the folder `programs` comes first on the path."""
    kept = {name: value for name, value in outside.items() if name in PASSED_ON or name.startswith("LC_")}
    kept["PATH"] = os.pathsep.join([programs, outside.get("PATH", os.defpath)])
    kept["PYTHONUNBUFFERED"] = "1"
    return kept


def environment(
    spec: Mapping[str, Any], folders: Mapping[str, Path], read: Mapping[str, str]
) -> dict[str, str]:
    """The whole environment of an attempt's programs; `read` are variables from the attempt's inputs.

    What the runner says of itself comes last; what it only proposes, the spec's `variables`, first.
    """
    told = {
        name: filled([text], spec["seed"], folders, {})[0] for name, text in spec.get("variables", {}).items()
    }
    told.update(spec["environment"])
    told.update(spec.get("secrets", {}))
    told.update(read)
    told.update(
        RUNNER_RUN_ID=spec["run"],
        RUNNER_TASK=spec["task"],
        RUNNER_ATTEMPT=str(spec["attempt"]),
        RUNNER_SEED=str(spec["seed"]),
        **{f"RUNNER_{name.upper()}_DIR": str(path) for name, path in folders.items()},
    )
    for name, value in spec.get("parameters", {}).items():
        told["RUNNER_PARAM_" + re.sub(r"[^A-Z0-9]+", "_", name.upper())] = value
    return told


def filled(
    arguments: list[str], seed: int, folders: Mapping[str, Path], told: Mapping[str, str]
) -> list[str]:
    """Arguments with the worker's placeholders replaced; `$${` stands for a literal `${`.

    `${envvar:NAME}` is the variable in the environment `told`; its bare name where there is none, as
    W&B's agent has it.
    """
    values = {"seed": str(seed), **{name: str(path) for name, path in folders.items()}}

    def replace(match: re.Match[str]) -> str:
        if match[2] is not None:
            return told.get(match[2], match[2])
        return "${" if match[1] is None else values.get(match[1], match[0])

    return [_PLACEHOLDER.sub(replace, argument) for argument in arguments]
