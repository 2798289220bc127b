"""Which manifests a range of commits changes."""

from collections.abc import Callable

import pytest

from runner.errors import InputError
from runner.pipeline.changes import changed_manifests
from tests.conftest import Checkout

Make = Callable[..., Checkout]


def test_manifests_that_were_added_or_altered_are_changed_and_others_are_not(checkout: Make) -> None:
    made = checkout(files={"jobs/a.yaml": "a", "jobs/gone.yaml": "b", "jobs/same.yaml": "c"})
    made.git("tag", "begin")
    (made.root / "jobs/gone.yaml").unlink()
    made.commit({"jobs/a.yaml": "A", "jobs/deep/ü b.yml": "d", "jobs/notes.md": "e", "other/x.yaml": "f"})
    assert changed_manifests(made.repository(), "begin..HEAD") == ["jobs/a.yaml", "jobs/deep/ü b.yml"]
    assert changed_manifests(made.repository(), "begin..") == ["jobs/a.yaml", "jobs/deep/ü b.yml"]
    assert changed_manifests(made.repository(), "HEAD..HEAD") == []


@pytest.mark.parametrize("commits", ["HEAD", "", "..", "nowhere..HEAD", "HEAD..nowhere", "--output=x..HEAD"])
def test_ends_that_are_no_commits_known_here_are_refused(checkout: Make, commits: str) -> None:
    made = checkout()
    with pytest.raises(InputError) as refused:
        changed_manifests(made.repository(), commits)
    assert refused.value.code == "unknown-commits"
    assert "BASE..HEAD" in refused.value.fix
