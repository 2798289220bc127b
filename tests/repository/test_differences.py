import os
from collections.abc import Callable

from runner.repository.differences import differences
from tests.conftest import Checkout

Make = Callable[..., Checkout]


def test_every_kind_of_difference_is_told_with_both_sides(checkout: Make) -> None:
    text = "".join(f"line {number}\n" for number in range(20))
    made = checkout(
        files={"jobs/a": "a", "jobs/gone": "b", "jobs/old name": text, "jobs/link": "c", "else": "d"}
    )
    made.git("rm", "--quiet", "jobs/gone", "jobs/old name", "jobs/link")
    (made.root / "jobs" / "link").symlink_to("a")
    odd = os.fsdecode(b"jobs/\xff\n")
    made.commit({"jobs/a": "changed", odd: text + "more\n", "jobs/new": "", "else": "changed"})
    repository = made.repository()

    def told(alike: int) -> set[tuple[str, str, str, bool, bool]]:
        found = differences(repository, "HEAD~1", "HEAD", "jobs", alike)
        return {(one.status, one.old_path, one.path, one.was_file, one.is_file) for one in found}

    same = {
        ("M", "jobs/a", "jobs/a", True, True),
        ("D", "jobs/gone", "jobs/gone", True, False),
        ("T", "jobs/link", "jobs/link", True, False),
        ("A", "jobs/new", "jobs/new", False, True),
    }
    assert told(50) == same | {("R", "jobs/old name", odd, True, True)}
    assert told(100) == same | {
        ("D", "jobs/old name", "jobs/old name", True, False),
        ("A", odd, odd, False, True),
    }
