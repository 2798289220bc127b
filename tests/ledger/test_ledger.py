from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from runner.errors import InputError, ProviderError
from runner.ledger import Entry, Ledger
from runner.ledger.claims import launch
from tests.conftest import ROOT, Checkout
from tests.ledger.conftest import NOW, Remote, entry

Change = Callable[[Mapping[str, Entry]], list[Entry]]

LAUNCH = """
import sys
from pathlib import Path
from runner.ledger import Ledger
from runner.ledger.claims import launch
from runner.repository.git import Repository
from tests.ledger.conftest import NOW, entry

wanted = entry(int(sys.argv[1]), key="the same")
verdicts = []
def change(entries):
    claim = launch(entries, wanted, "refuse", NOW)
    verdicts.append(claim)
    return claim.writes
Ledger(Repository.find(Path.cwd())).update(change, f"launch {wanted.run}")
print(verdicts[-1].verdict, verdicts[-1].entry.run)
"""


def put(*entries: Entry) -> Change:
    return lambda standing: list(entries)


def kept(remote: Remote) -> list[str]:
    return remote.git("ls-tree", "--name-only", "runner-ledger", "runs/").splitlines()


def test_a_repository_without_a_ledger_has_no_runs(remote: Remote) -> None:
    assert remote.ledger().read() == {}
    assert "runner-ledger" not in remote.git("for-each-ref")


def test_what_one_clone_writes_another_reads_oldest_first(remote: Remote) -> None:
    ledger = remote.ledger()
    assert list(ledger.update(put(entry(2)), "launch b")) == [entry(2).run]
    after = ledger.update(put(entry(1)), "launch a")
    assert list(after.values()) == [entry(1), entry(2)]
    assert list(remote.ledger("other").read().items()) == list(after.items())


def test_the_branch_tells_a_person_what_happened(remote: Remote) -> None:
    ledger = remote.ledger()
    ledger.update(put(entry(1)), f"launch {entry(1).run} of skirmish-weights")
    ledger.update(put(entry(1, state="running", driver="fc-1")), "start\nwith two lines")
    assert remote.subjects() == [f"launch {entry(1).run} of skirmish-weights", "start\ufffdwith two lines"]
    assert remote.git("log", "-1", "--format=%an %ae %cn", "runner-ledger") == (
        "runner[bot] runner@users.noreply.github.com runner[bot]"
    )
    assert '\n  "driver": "fc-1"\n' in remote.git("show", f"runner-ledger:runs/{entry(1).run}.json")
    assert "never merged" in remote.git("show", "runner-ledger:README.md")


def test_nothing_new_is_not_pushed(remote: Remote) -> None:
    ledger = remote.ledger()
    assert ledger.update(put(), "nothing") == {}
    assert "runner-ledger" not in remote.git("for-each-ref")
    ledger.update(put(entry()), "launch")
    assert ledger.update(put(entry()), "the same again") == {entry().run: entry()}
    assert remote.subjects() == ["launch"]


def test_a_change_that_refuses_leaves_nothing(remote: Remote) -> None:
    def refuse(entries: Mapping[str, Entry]) -> list[Entry]:
        raise InputError("job-running", "no")

    with pytest.raises(InputError, match="no"):
        remote.ledger().update(refuse, "launch")
    assert "runner-ledger" not in remote.git("for-each-ref")


def test_a_clone_is_left_exactly_as_it_was(remote: Remote) -> None:
    checkout = remote.clone()
    checkout.write({"README.md": "changed\n", "new": "x"})
    checkout.git("add", "new")
    hook = checkout.root / ".git" / "hooks" / "pre-push"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    before = checkout.traces()
    ledger = Ledger(checkout.repository())
    ledger.update(put(entry()), "launch")
    ledger.read()
    assert checkout.traces() == before
    assert checkout.git("rev-parse", "--is-shallow-repository") == "false"
    assert not (checkout.root / ".git" / "FETCH_HEAD").exists()


@pytest.mark.parametrize(
    "options", [("--depth=1",), ("--depth=1", "--single-branch"), ("--filter=blob:none",)]
)
def test_a_shallow_or_partial_clone_reads_and_writes(remote: Remote, options: tuple[str, ...]) -> None:
    full = remote.ledger("full")
    for number in range(3):
        full.update(put(entry(number)), f"launch {number}")
    part = remote.ledger("part", *options)
    assert len(part.read()) == 3
    part.update(put(entry(3)), "launch 3")
    full.update(put(entry(4)), "launch 4")
    assert len(part.update(put(entry(5)), "launch 5")) == 6
    assert remote.subjects() == [f"launch {number}" for number in range(6)]
    assert full.read() == part.read()
    remote.git("fsck", "--strict")


def test_a_remote_that_checks_what_it_gets_takes_it(remote: Remote) -> None:
    remote.git("config", "transfer.fsckObjects", "true")
    remote.git("config", "receive.denyNonFastForwards", "true")
    ledger = remote.ledger()
    ledger.update(put(entry(1)), "one")
    assert len(ledger.update(put(entry(2)), "two")) == 2


def test_a_person_without_a_name_can_launch(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = remote.clone()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    assert len(Ledger(checkout.repository()).update(put(entry()), "launch")) == 1


def test_eight_processes_that_launch_the_same_make_one_run(remote: Remote) -> None:
    clones = [remote.clone(f"clone-{number}", "--depth=1") for number in range(8)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(number)],
            cwd=clone.root,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for number, clone in enumerate(clones)
    ]
    answers = [process.communicate(timeout=60)[0].split() for process in processes]
    assert sorted(verdict for verdict, _ in answers) == ["existing"] * 7 + ["new"]
    assert len({run for _, run in answers}) == 1
    assert kept(remote) == [f"runs/{answers[0][1]}.json"]
    assert len(remote.subjects()) == 1


def test_twenty_launches_at_once_from_as_many_clones_are_all_kept(remote: Remote) -> None:
    ledgers = [remote.ledger(f"clone-{number}") for number in range(20)]

    def go(number: int) -> Mapping[str, Entry]:
        return ledgers[number].update(put(entry(number)), f"launch {number}")

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(go, range(20)))
    assert all(entry(number).run in answer for number, answer in enumerate(answers))
    assert len(kept(remote)) == 20
    assert sorted(remote.subjects()) == sorted(f"launch {number}" for number in range(20))


def test_launches_at_once_in_one_clone_take_turns(remote: Remote) -> None:
    clone = remote.clone()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: Ledger(clone.repository()).update(put(entry(n)), f"launch {n}"), range(6)))
    assert len(kept(remote)) == 6


def test_two_processes_that_write_the_very_same_are_both_content(remote: Remote) -> None:
    ledgers = [remote.ledger(f"clone-{number}") for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda ledger: ledger.update(put(entry()), "launch"), ledgers))
    assert answers == [{entry().run: entry()}] * 6
    assert remote.subjects() == ["launch"]


def test_a_lost_race_asks_again_with_what_the_other_wrote(remote: Remote) -> None:
    other = remote.ledger("other")
    seen = []

    def change(entries: Mapping[str, Entry]) -> list[Entry]:
        seen.append(list(entries))
        if len(seen) == 1:
            other.update(put(entry(1)), "the other")
        return [entry(2)]

    assert len(remote.ledger().update(change, "mine")) == 2
    assert seen == [[], [entry(1).run]]
    assert remote.subjects() == ["the other", "mine"]


def test_who_loses_the_race_for_a_job_is_refused(remote: Remote) -> None:
    other = remote.ledger("other")
    asked = []

    def change(entries: Mapping[str, Entry]) -> tuple[Entry, ...]:
        asked.append(entries)
        if len(asked) == 1:
            other.update(put(entry(1)), "the other")
        return launch(entries, entry(2), "refuse", NOW).writes

    with pytest.raises(InputError, match="still goes on"):
        remote.ledger().update(change, "mine")
    assert remote.subjects() == ["the other"]


@pytest.mark.parametrize("first", [True, False])
def test_a_push_whose_answer_is_lost_is_written_once(remote: Remote, first: bool) -> None:
    if not first:
        remote.ledger("other").update(put(entry(1)), "before")
    lose = "test -e lost || { touch lost; kill -9 $PPID; }"
    remote.hook("reference-transaction", f'[ "$1" = committed ] && {{ {lose}; }}; exit 0')
    verdicts = []

    def change(entries: Mapping[str, Entry]) -> tuple[Entry, ...]:
        claim = launch(entries, entry(2), "replace", NOW + 7200)
        verdicts.append(claim.verdict)
        return claim.writes

    after = remote.ledger().update(change, "mine")
    assert after[entry(2).run] == entry(2)
    assert verdicts == ["new", "new"]
    assert (remote.path / "lost").exists()
    assert remote.subjects().count("mine") == 1


def test_the_last_try_counts_even_if_its_answer_is_lost(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.ledger.ledger._TRIES", 1)
    remote.hook("reference-transaction", '[ "$1" = committed ] && kill -9 $PPID; exit 0')
    assert len(remote.ledger().update(put(entry()), "launch")) == 1


def test_a_push_that_dies_before_its_effect_is_repeated(remote: Remote) -> None:
    remote.hook("pre-receive", "test -e died || { touch died; kill -9 $PPID; }; exit 0")
    assert len(remote.ledger().update(put(entry()), "launch")) == 1
    assert (remote.path / "died").exists()
    assert remote.subjects() == ["launch"]


def test_every_answer_lost_is_no_failure_where_the_write_took_place(remote: Remote) -> None:
    remote.hook("reference-transaction", '[ "$1" = committed ] && kill -9 $PPID; exit 0')
    ledger = remote.ledger()
    for number in range(3):
        ledger.update(put(entry(number)), f"launch {number}")
    assert remote.subjects() == ["launch 0", "launch 1", "launch 2"]


def test_faults_that_pass_do_not_add_up_while_the_branch_moves(remote: Remote) -> None:
    remote.hook("pre-receive", "test -e calm || { echo busy >&2; exit 1; }; exit 0")
    other = remote.ledger("other")
    calls = []

    def change(entries: Mapping[str, Entry]) -> list[Entry]:
        calls.append(entries)
        if len(calls) < 5:
            (remote.path / "calm").touch()
            other.update(put(entry(10 + len(calls))), "another")
            (remote.path / "calm").unlink()
        else:
            (remote.path / "calm").touch()
        return [entry(1)]

    assert len(remote.ledger().update(change, "mine")) == 5


def test_a_push_that_the_remote_refuses_says_why_and_what_to_do(remote: Remote) -> None:
    remote.hook("pre-receive", "echo only people may push >&2; exit 1")
    with pytest.raises(ProviderError) as caught:
        remote.ledger().update(put(entry()), "launch")
    error = caught.value
    assert error.code == "ledger-push"
    assert "only people may push" in error.message
    assert "hook declined" in error.message
    assert "contents: write" in error.fix
    assert "runner-ledger" in error.fix


def test_a_branch_that_never_stands_still_is_given_up_with_the_reason(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.ledger.ledger._TRIES", 3)
    other = remote.ledger("other")
    numbers = iter(range(10, 100))

    def change(entries: Mapping[str, Entry]) -> list[Entry]:
        other.update(put(entry(next(numbers))), "another")
        return [entry(1)]

    with pytest.raises(ProviderError, match="3 tries") as caught:
        remote.ledger().update(change, "mine")
    assert caught.value.code == "ledger-busy"
    assert "mine" not in remote.subjects()


def test_files_that_are_no_entries_are_named_and_survive(remote: Remote) -> None:
    ledger = remote.ledger()
    ledger.update(put(entry(1)), "launch 1")
    person = remote.clone("person", "--branch", "runner-ledger")
    person.commit(
        {
            "runs/20270115-080000-0000aa.json": "<<<<<<< HEAD\n",
            "runs/20270115-080000-0000bb.json": (person.root / f"runs/{entry(1).run}.json").read_bytes(),
            "runs/notes\n.txt": "by hand",
            "runs/old/x.json": "{}",
            "runs/large.json": " " * 300_000,
            "README.md": "our own words\n",
            "more/file": "x",
        }
    )
    person.git("push", "--quiet")
    assert list(ledger.read()) == [entry(1).run]
    assert ledger.unreadable == (
        "runs/20270115-080000-0000aa.json",
        "runs/20270115-080000-0000bb.json",
        "runs/large.json",
        "runs/notes\\n.txt",
        "runs/old",
    )
    ledger.update(put(entry(2)), "launch 2")
    changed = remote.git("diff", "--name-only", "runner-ledger^", "runner-ledger").splitlines()
    assert changed == [f"runs/{entry(2).run}.json"]


class TestWithoutARemote:
    def test_the_branch_is_in_the_repository(self, checkout: Callable[..., Checkout]) -> None:
        alone = checkout()
        alone.write({"README.md": "changed\n"})
        before = alone.traces()
        ledger = Ledger(alone.repository())
        assert ledger.read() == {}
        ledger.update(put(entry(1)), "launch 1")
        assert len(ledger.update(put(entry(2)), "launch 2")) == 2
        assert Ledger(alone.repository()).read() == ledger.read()
        assert alone.git("log", "--format=%s", "runner-ledger") == "launch 2\nlaunch 1"
        after = alone.traces()
        assert (after["index"], after["status"]) == (before["index"], before["status"])
        assert alone.git("rev-parse", "--abbrev-ref", "HEAD") == "main"

    def test_launches_at_once_are_all_kept(self, checkout: Callable[..., Checkout]) -> None:
        alone = checkout()

        def go(number: int) -> None:
            Ledger(alone.repository()).update(put(entry(number)), f"launch {number}")

        with ThreadPoolExecutor(10) as pool:
            list(pool.map(go, range(10)))
        assert len(Ledger(alone.repository()).read()) == 10
        assert len(alone.git("log", "--format=%s", "runner-ledger").splitlines()) == 10

    def test_a_branch_that_cannot_be_made_says_so(self, checkout: Callable[..., Checkout]) -> None:
        alone = checkout()
        alone.git("branch", "runner-ledger/mine")
        with pytest.raises(ProviderError, match="runner-ledger/mine"):
            Ledger(alone.repository()).update(put(entry()), "launch")

    def test_a_linked_working_tree_shares_it(self, checkout: Callable[..., Checkout]) -> None:
        alone = checkout()
        Ledger(alone.repository()).update(put(entry()), "launch")
        alone.git("worktree", "add", "--quiet", "../linked")
        assert len(Ledger(Checkout(alone.root.parent / "linked").repository()).read()) == 1
