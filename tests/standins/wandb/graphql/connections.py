"""Lists in pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tests.standins.wandb.graphql.executing import Node

T = TypeVar("T")


def connection(
    type: str,
    things: Sequence[T],
    node: Callable[[T], Node],
    first: int | None = None,
    after: str | None = None,
    **of_edges: Callable[[T], Any],
) -> Node:
    """One page of a list; a cursor is the number of things up to and with it."""
    start = int(after or 0)
    page = things[start : start + (len(things) if first is None else first)]
    end = start + len(page)
    edges = [
        Node(
            f"{type}Edge",
            {"node": node(thing), "cursor": str(start + place)}
            | {name: read(thing) for name, read in of_edges.items()},
        )
        for place, thing in enumerate(page, 1)
    ]
    page_info = Node("PageInfo", {"endCursor": str(end), "hasNextPage": end < len(things)})
    return Node(f"{type}Connection", {"edges": edges, "pageInfo": page_info, "totalCount": len(things)})
