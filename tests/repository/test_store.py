from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from runner.repository.store import leads_outside

PART = st.sampled_from(["a", "b", "c", "..", "."])
NAME = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3).map("/".join)
TARGET = st.lists(PART, min_size=1, max_size=5).map("/".join)


def test_a_link_through_another_can_climb_out() -> None:
    links = {"a/d": "..", "l": "a/d/../x"}
    assert leads_outside("l", links)
    assert not leads_outside("a/d", links)


def test_a_loop_counts_as_outside() -> None:
    assert leads_outside("a", {"a": "b", "b": "a"})


def without_nesting(links: dict[str, str]) -> dict[str, str]:
    """Git never has both a link and something below it."""
    return {
        name: target
        for name, target in links.items()
        if not any(str(above) in links for above in Path(name).parents)
    }


@given(st.dictionaries(NAME, TARGET, max_size=5).map(without_nesting))
def test_no_link_that_stays_resolves_outside(links: dict[str, str]) -> None:
    kept = {name: target for name, target in links.items() if not leads_outside(name, links)}
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "deep" / "root"
        root.mkdir(parents=True)
        for name, target in kept.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).symlink_to(target)
        for name in kept:
            assert Path(os.path.realpath(root / name)).is_relative_to(root)
