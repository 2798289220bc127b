"""From plain data back to a manifest's text."""

from __future__ import annotations

from typing import Any

_FOLDED = frozenset("\x85\u2028\u2029")
"""Ends of lines that PyYAML does not write back as they were, unless it escapes them."""


def dump(data: Any) -> str:
    """YAML that `document.parse` reads back as the same data, in the same order.

    Text that YAML 1.2 would take for a number, a boolean or nothing is quoted.
    """
    import yaml

    from runner.manifest.scalars import resolve

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        plain = resolve(value) is None and not _FOLDED.intersection(value)
        style = None if plain else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style)

    Dumper.add_representer(str, text)
    dumped: str = yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
    return dumped
