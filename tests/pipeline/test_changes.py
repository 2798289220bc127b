"""Which manifests a range of commits, or a push, changes."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import InputError
from runner.kinds import KINDS
from runner.ledger import Ledger
from runner.manifest.load import load
from runner.pipeline.changes import Changes, changed_manifests, changes_between, changes_of_push
from runner.pipeline.workspace import open_workspace
from tests.conftest import Checkout
from tests.ledger.conftest import entry

Make = Callable[..., Checkout]
ZEROS = "0" * 40


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


def test_what_was_only_renamed_removed_or_linked_is_named_and_not_launched(checkout: Make) -> None:
    made = checkout(
        files={f"jobs/{name}.yaml": f"{name}\n" * 9 for name in ("stays", "moves", "goes", "turns", "back")}
    )
    (made.root / "jobs/link.yaml").symlink_to("stays.yaml")
    (made.root / "jobs/back.yaml").unlink()
    (made.root / "jobs/back.yaml").symlink_to("stays.yaml")
    made.commit({"drafts/new.yaml": "n\n" * 9})
    made.git("tag", "begin")
    for old, new in (("jobs/moves", "jobs/moved"), ("drafts/new", "jobs/new")):
        made.git("mv", f"{old}.yaml", f"{new}.yaml")
    for name in ("turns", "goes", "back"):
        (made.root / f"jobs/{name}.yaml").unlink()
    (made.root / "jobs/turns.yaml").symlink_to("stays.yaml")
    (made.root / "jobs/stays.yaml").chmod(0o755)
    made.commit({"jobs/back.yaml": "b\n", "jobs/.hidden/x.yaml": "x\n", "jobs/two\nlines.yaml": "l\n"})
    found = changes_between(made.repository(), "begin", "HEAD")
    assert found.manifests == ("jobs/back.yaml", "jobs/new.yaml")
    assert found.removed == ("jobs/goes.yaml",)
    assert found.renamed == ("jobs/moved.yaml",)
    assert found.unfit == ("jobs/turns.yaml", "jobs/two\nlines.yaml")
    assert found.notes == [
        "jobs/goes.yaml was removed, so nothing is launched for it",
        "jobs/moved.yaml has a new name and nothing else, so nothing is launched for it",
        "jobs/turns.yaml and jobs/two\ufffdlines.yaml are no plain files with plain names, so nothing is "
        "launched for it",
    ]


SWEEP = """\
apiVersion: runner/v1
kind: Sweep
metadata: {name: NAME}
spec: {sweep: config/FILE.yaml}
"""
POINTS = "method: random\nprogram: train.py\nparameters: {x: {min: 0.0, max: 1.0}}\n"


def sweeps(**files: str) -> dict[str, str | bytes]:
    """Manifests by their names, each with the file that it includes."""
    return {
        f"jobs/{name}.yaml": SWEEP.replace("NAME", name).replace("FILE", file) for name, file in files.items()
    }


def test_a_manifest_is_changed_where_a_file_is_that_it_includes(checkout: Make) -> None:
    made = checkout(files={**sweeps(one="a", two="b", three="a"), "config/a.yaml": POINTS, "other.yaml": "x"})
    made.git("tag", "begin")
    made.git("mv", "jobs/three.yaml", "jobs/new.yaml")
    made.commit({"config/a.yaml": POINTS.replace("1.0", "2.0"), "other.yaml": "y", "jobs/broken.yml": "{"})
    found = changes_between(made.repository(), "begin", "HEAD")
    assert found.manifests == ("jobs/broken.yml", "jobs/new.yaml", "jobs/one.yaml")
    assert found.renamed == ()


def test_a_manifest_is_changed_where_the_file_is_gone_that_it_includes(checkout: Make) -> None:
    made = checkout(files={**sweeps(one="a"), "config/a.yaml": POINTS})
    made.git("tag", "begin")
    made.git("mv", "config/a.yaml", "config/b.yaml")
    made.commit({})
    assert changed_manifests(made.repository(), "begin..HEAD") == ["jobs/one.yaml"]


class Pushed:
    """A repository, and what actions/checkout makes of a commit that was pushed to it."""

    def __init__(self, origin: Checkout, folder: Path) -> None:
        self.origin = origin
        self._folder = folder
        origin.git("config", "uploadpack.allowAnySHA1InWant", "true")

    def push(self, branch: str = "main", **jobs: str) -> str:
        """Somebody's commit on a branch."""
        self.origin.git("switch", "--quiet", *([] if branch in self.branches else ["-c"]), branch)
        return self.origin.commit({f"jobs/{name}.yaml": text for name, text in jobs.items()})

    @property
    def branches(self) -> list[str]:
        return self.origin.git("branch", "--format=%(refname:short)").splitlines()

    def changes(self, before: str, branch: str = "main") -> Changes:
        """What the push of the branch from a commit changed."""
        place = Checkout(self._folder / f"checkout-{len(list(self._folder.iterdir()))}")
        place.root.mkdir()
        place.git("init", "--quiet")
        place.git("remote", "add", "origin", f"file://{self.origin.root}")
        place.git("fetch", "--quiet", "--depth=1", "origin", branch)
        place.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
        return changes_of_push(open_workspace(place.root), before, branch, "main")


@pytest.fixture
def pushed(checkout: Make, tmp_path: Path) -> Pushed:
    return Pushed(checkout("origin", files={"jobs/old.yaml": "old\n"}), tmp_path)


def test_a_push_is_compared_with_what_was_there_before_it(pushed: Pushed) -> None:
    before = pushed.push(first="1\n")
    pushed.push(second="2\n")
    pushed.push(old="changed\n")
    found = pushed.changes(before)
    assert (found.manifests, found.notes) == (("jobs/old.yaml", "jobs/second.yaml"), [])


def test_a_forced_push_is_compared_with_the_commit_that_it_replaced(pushed: Pushed) -> None:
    replaced = pushed.push(first="1\n")
    pushed.origin.git("reset", "--quiet", "--hard", "HEAD~1")
    pushed.push(other="2\n")
    found = pushed.changes(replaced)
    assert (found.manifests, found.removed) == (("jobs/other.yaml",), ("jobs/first.yaml",))


def test_after_a_push_from_a_commit_that_is_gone_only_what_was_never_launched_is_new(pushed: Pushed) -> None:
    pushed.push(launched="1\n", altered="2\n")
    known = [
        entry(1, manifest_path="jobs/launched.yaml", manifest_sha256=hashlib.sha256(b"1\n").hexdigest()),
        entry(2, manifest_path="jobs/altered.yaml", manifest_sha256=hashlib.sha256(b"before\n").hexdigest()),
    ]
    Ledger(pushed.origin.repository()).update(lambda _: known, "launch")
    found = pushed.changes("1" * 40)
    assert found.manifests == ("jobs/altered.yaml", "jobs/old.yaml")
    assert found.notes == [
        "the commit 111111111111, from which the branch was moved, is gone: these are all manifests that "
        "were never launched as they stand"
    ]


def test_a_sweep_was_launched_as_it_stands_only_with_the_file_that_it_includes(pushed: Pushed) -> None:
    files = {**sweeps(same="a", other="b"), "config/a.yaml": POINTS, "config/b.yaml": POINTS}
    pushed.origin.write(files)
    kinds = {name: kind.job_type for name, kind in KINDS.items()}
    root = pushed.origin.root
    digests = [
        load(root / f"jobs/{name}.yaml", kinds, (), root).document.digest() for name in ("same", "other")
    ]
    known = (
        entry(1, manifest_path="jobs/same.yaml", manifest_sha256=digests[0]),
        entry(2, manifest_path="jobs/other.yaml", manifest_sha256=digests[1]),
    )
    Ledger(pushed.origin.repository()).update(lambda _: known, "launched")
    pushed.origin.commit({**files, "config/b.yaml": POINTS.replace("1.0", "2.0")})
    assert pushed.changes("f" * 40).manifests == ("jobs/old.yaml", "jobs/other.yaml")


def test_a_new_branch_is_compared_with_where_it_left_the_default_branch(pushed: Pushed) -> None:
    parted = pushed.push(first="1\n")
    pushed.push("topic", second="2\n")
    pushed.push("main", third="3\n")
    found = pushed.changes(ZEROS, "topic")
    assert (found.manifests, found.why) == (
        ("jobs/second.yaml",),
        f"compared with {parted[:12]}, where it left main",
    )


def test_all_manifests_of_the_first_push_are_new(pushed: Pushed) -> None:
    found = pushed.changes(ZEROS)
    assert (found.manifests, found.notes[0]) == (
        ("jobs/old.yaml",),
        "main is new: these are all manifests that were never launched as they stand",
    )


@pytest.mark.parametrize("before", ["", "HEAD", "--upload-pack=touch x", "$(id)", "0" * 39])
def test_a_push_from_what_is_no_commit_is_refused(pushed: Pushed, before: str) -> None:
    with pytest.raises(InputError, match="names no commit that came before"):
        pushed.changes(before)
