"""Where a reader of a run's page finds the files of its results folder."""

from __future__ import annotations

from msgspec import Struct

from runner.results.write import RESULT


class Links(Struct, frozen=True):
    """Where a reader of the page finds the files of the results folder.

    `folder` stands before their names: empty where the page lies in the folder itself, else a
    path or address that ends in a slash. `diagrams` says that the reader's page draws Mermaid, and
    cannot show images of the folder.
    """

    folder: str = ""
    diagrams: bool = False

    def file(self, name: str) -> str:
        """A file of the folder, as Markdown: its name, and a link where the folder has an address."""
        return f"[`{name}`]({self.folder}{name})" if "://" in self.folder else f"`{name}`"

    def more(self, count: int, what: str) -> str:
        """A paragraph that says that so many more are in the result; empty for none."""
        return f"\n\n…and {count:,} more {what}: see {self.file(RESULT)}." if count > 0 else ""
