"""A group of commands that imports one only when it is used, so that start-up stays quick."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyCommands(click.Group):
    """Each command is `command` of a module of `package`.

    `listed` are their names and what `--help` says of them, in its order; `modules` the modules of those
    whose names cannot be those of modules.
    """

    def __init__(
        self,
        *arguments: Any,
        package: str,
        listed: Mapping[str, str],
        modules: Mapping[str, str],
        **more: Any,
    ) -> None:
        super().__init__(*arguments, **more)
        self._package = package
        self._listed = listed
        self._modules = modules

    def list_commands(self, context: click.Context) -> list[str]:
        """All commands, in the order of the help."""
        return list(self._listed)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command, or None."""
        if name not in self._listed:
            return None
        command: click.Command = import_module(f"{self._package}.{self._modules.get(name, name)}").command
        return command

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name where there is no such command."""
        import difflib

        if arguments and arguments[0] not in self._listed and not arguments[0].startswith("-"):
            near = difflib.get_close_matches(arguments[0], self._listed, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            context.fail(f"There is no command {arguments[0]!r}.{hint}")
        return super().resolve_command(context, arguments)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._listed.items()))
