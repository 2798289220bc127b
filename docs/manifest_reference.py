"""Prints docs/manifest.md out of schemas/. Run: `python docs/manifest_reference.py > docs/manifest.md`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).parents[1] / "schemas"

INTRODUCTION = """\
# Every field of a manifest

Written by `python docs/manifest_reference.py > docs/manifest.md` out of `schemas/`; a test holds the two \
equal. A field without a default must be given; *unset* says that there is none. Unknown fields are refused. \
`runner init` writes a manifest to start from, and an editor that reads `schemas/job.schema.json` shows all \
of this where you type.

```yaml
apiVersion: runner/v1
kind: Command                  # or Sweep, Tune, GRPO, Evaluate or Service
metadata: {name: my-job}
spec: {command: [python, train.py]}
```"""

# Which definition of the schema stands under which heading, in the order of reading.
SECTIONS = {
    "metadata": "Metadata",
    "spec, of every kind": "",
    "spec, of Command": "CommandSpec",
    "spec, of Sweep": "SweepSpec",
    "spec.sweep, of Sweep": "SweepConfig",
    "spec.sweep.parameters.NAME": "Parameter",
    "spec.sweep.metric": "MetricGoal",
    "spec.sweep.early_terminate": "EarlyTerminate",
    "spec.sweep.controller": "Controller",
    "spec.resources, of Sweep": "SweepResources",
    "spec, of Tune": "TuneSpec",
    "spec.variants[], of Tune": "Variant",
    "spec.validation, of Tune": "Validation",
    "spec.validation.fields": "Fields",
    "spec.validation.thresholds": "Thresholds",
    "spec, of GRPO": "GrpoSpec",
    "spec.model, of GRPO": "Model",
    "spec.environment": "Environment",
    "spec.training, of GRPO": "Training",
    "spec.sampling, of GRPO": "Sampling",
    "spec.vllm": "Vllm",
    "spec.lora": "Lora",
    "spec.wandb": "WandbProgress",
    "spec.evaluation": "Evaluation",
    "spec.evaluation.sampling; spec.sampling, of Evaluate and Service": "PlaySampling",
    "spec.publish": "Publish",
    "spec, of Evaluate": "EvaluateSpec",
    "spec.model and spec.against, of Evaluate": "Player",
    "spec.endpoint": "Endpoint",
    "spec.resources, of GRPO and Evaluate": "ModelResources",
    "spec, of Service": "ServiceSpec",
    "spec.model, of Service": "ServedModel",
    "spec.access": "Access",
    "spec.scaling": "Scaling",
    "spec.limits": "RequestLimits",
    "spec.training, of Service": "LaunchedTraining",
    "spec.resources, of Service": "ServiceResources",
    "spec.resources": "Resources",
    "spec.gates[]": "Gate",
    "spec.deploy": "Deploy",
    "spec.deploy.files[]": "DeployFile",
    "spec.image": "Image",
    "spec.source": "Source",
    "spec.budget": "Budget",
    "spec.schedule": "Schedule",
}

Schema = dict[str, Any]

_PLURAL = {"a mapping": "mappings", "a number": "numbers", "any value": "any values"}


def reference() -> str:
    """The whole page."""
    definitions = json.loads((SCHEMAS / "job.schema.json").read_text("utf-8"))["definitions"]
    common, sections = _split(definitions)
    jobs = {name for name in definitions if name.endswith("Job")}
    missing = set(definitions) - set(SECTIONS.values()) - jobs - {"ShellCommand"}
    if missing:
        raise SystemExit(f"give these definitions a heading in SECTIONS: {', '.join(sorted(missing))}")
    parts = [INTRODUCTION]
    for heading, name in SECTIONS.items():
        parts.append("\n".join(_section(heading, sections[name] if name else common)))
    return "\n\n".join(parts) + "\n"


def _split(definitions: dict[str, Schema]) -> tuple[Schema, dict[str, Schema]]:
    """The fields that the specs of all kinds share, and the definitions without them."""
    specs = [name for name in definitions if name.endswith("Spec")]
    first = definitions[specs[0]]["properties"]
    shared = {
        name: field
        for name, field in first.items()
        if all(definitions[spec]["properties"].get(name) == field for spec in specs)
    }
    common = {"properties": shared, "description": "The tables below say more of those that hold a mapping."}
    rest = dict(definitions)
    for spec in specs:
        own = {name: field for name, field in rest[spec]["properties"].items() if name not in shared}
        rest[spec] = {**rest[spec], "properties": own}
    return common, rest


def _section(heading: str, definition: Schema) -> Iterator[str]:
    yield f"## {heading}"
    yield ""
    yield " ".join(definition["description"].split())
    yield ""
    yield "| field | is | default | meaning |"
    yield "|---|---|---|---|"
    required = definition.get("required", [])
    for name, field in definition["properties"].items():
        default = "" if name in required else _default(field)
        meaning = " ".join(field["description"].split()) + _example(field)
        cells = (f"`{name}`", _type(field), default, meaning)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _type(field: Schema) -> str:
    if "anyOf" in field:
        choices = [_type(choice) for choice in field["anyOf"] if choice.get("type") != "null"]
        return "text, a number or a truth value" if len(choices) > 3 else " or ".join(dict.fromkeys(choices))
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in sorted(filter(None, field["enum"])))
    if "$ref" in field:
        return "a mapping `{shell: …}`" if field["$ref"].endswith("/ShellCommand") else "a mapping"
    if "allOf" in field:
        return _type(field["allOf"][0])
    if "type" not in field:
        return "any value"
    kind = field["type"] if isinstance(field["type"], str) else field["type"][0]
    if kind == "array":
        items = _type(field.get("items", {}))
        return f"a list of {_PLURAL.get(items, items)}"
    if kind == "object":
        return f"names, each with {_type(field.get('additionalProperties', {}))}"
    return {"string": "text", "boolean": "`true` or `false`"}.get(kind, _number(kind, field))


def _number(kind: str, field: Schema) -> str:
    bounds = [
        f"{words} {field[key]}"
        for key, words in (
            ("minimum", "from"),
            ("exclusiveMinimum", "over"),
            ("maximum", "to"),
            ("exclusiveMaximum", "under"),
        )
        if key in field
    ]
    return " ".join(["a whole number" if kind == "integer" else "a number", *bounds])


def _default(field: Schema) -> str:
    value = field.get("default")
    if value is None:
        return "*unset*"
    if value in ("", [], {}):
        return "that of its fields" if value == {} and "allOf" in field else "empty"
    return f"`{value}`" if isinstance(value, str) else f"`{json.dumps(value)}`"


def _example(field: Schema) -> str:
    examples = field.get("examples")
    if not examples or isinstance(field.get("default"), str):
        return ""
    shown = " or ".join(f"`{_inline(example)}`" for example in examples[:2])
    return f" Such as {shown}."


def _inline(value: object) -> str:
    """A value as YAML would show it on one line."""
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_inline(item)}" for key, item in value.items()) + "}"
    text = str(value)
    quoted = isinstance(value, str) and (re.fullmatch(r"[0-9.]+", text) or "{" in text or text[0] == "@")
    return f'"{text}"' if quoted else text


if __name__ == "__main__":
    sys.stdout.write(reference())
