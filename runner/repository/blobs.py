"""What git keeps under the ids of its objects, many at once."""

from __future__ import annotations

from collections.abc import Iterable

from runner.repository.git import Repository


def blobs(repository: Repository, ids: Iterable[str]) -> dict[str, bytes]:
    """The contents of these objects, by their ids; git is asked once."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    answer = repository.git("cat-file", "--batch", input="".join(f"{one}\n" for one in wanted).encode())
    found: dict[str, bytes] = {}
    place = 0
    for one in wanted:
        header, _, _ = answer[place : place + 200].partition(b"\n")
        start = place + len(header) + 1
        end = start + int(header.split(b" ")[2])
        found[one] = answer[start:end]
        place = end + 1
    return found
