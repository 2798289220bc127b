from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.backends.modal.mount import Mount
from runner.backends.modal.published import Dismissed, Publication, PublishedJournal
from runner.engine.events import AttemptStarting, RetryRequested, RunFinished, RunOpened

CALL = "fc-ours"


class Folder:
    """A Volume that is a plain folder; it counts what is asked of it."""

    def __init__(self) -> None:
        self.reloads = self.commits = 0

    def reload(self) -> None:
        self.reloads += 1

    def commit(self) -> None:
        self.commits += 1


class Place:
    """A control folder, and a driver's journal beside it."""

    def __init__(self, folder: Path, call: str = CALL) -> None:
        self.control = folder / "control"
        self.control.mkdir(parents=True, exist_ok=True)
        self.volume = Folder()
        self.appoint(CALL)
        self.publication = Publication(Mount(self.volume, self.control), call)
        self.ours = folder / "journal.jsonl"
        self.ours.touch()

    @property
    def published(self) -> Path:
        return self.control / "journal.jsonl"

    def appoint(self, call: str) -> None:
        (self.control / "appointed.json").write_bytes(msgspec.json.encode({"call": call}))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


lines = st.lists(st.binary(max_size=200).map(lambda text: text.replace(b"\n", b"") + b"\n"), max_size=6)


@given(before=lines, after=lines, torn=st.integers(0, 300))
def test_whatever_an_earlier_driver_tore_the_published_journal_becomes_ours(
    tmp_path_factory: pytest.TempPathFactory, before: list[bytes], after: list[bytes], torn: int
) -> None:
    place = Place(tmp_path_factory.mktemp("place"))
    half = b"".join(after)[:torn].split(b"\n")[0]
    place.published.write_bytes(b"".join(before) + half)
    place.publication.fetch(place.ours)
    place.ours.write_bytes(b"".join(before + after))
    place.publication.publish(place.ours)
    assert place.published.read_bytes() == place.ours.read_bytes()
    assert not place.publication.behind(place.ours)


@given(rounds=st.lists(lines, min_size=1, max_size=4))
def test_each_round_adds_what_is_new(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[list[bytes]]
) -> None:
    place = Place(tmp_path_factory.mktemp("place"))
    place.publication.fetch(place.ours)
    for some in rounds:
        with place.ours.open("ab") as file:
            file.writelines(some)
        place.publication.publish(place.ours)
        assert place.published.read_bytes() == place.ours.read_bytes()


def test_lines_of_somebody_else_are_left_alone(place: Place) -> None:
    place.ours.write_bytes(b"one\ntwo\n")
    place.publication.publish(place.ours)
    theirs = b"one\nother\nmore\n"
    place.published.write_bytes(theirs)
    place.ours.write_bytes(b"one\ntwo\nthree\n")
    with pytest.raises(Dismissed):
        place.publication.publish(place.ours)
    assert place.published.read_bytes() == theirs


def test_other_lines_of_the_same_length_are_noticed(place: Place) -> None:
    place.ours.write_bytes(b"x" * 9000 + b"\ntwo\n")
    place.publication.publish(place.ours)
    theirs = b"x" * 9000 + b"\nowt\n"
    place.published.write_bytes(theirs)
    with pytest.raises(Dismissed):
        place.publication.publish(place.ours)
    assert place.published.read_bytes() == theirs


def test_a_dismissed_driver_touches_nothing(place: Place) -> None:
    place.appoint("fc-another")
    place.ours.write_bytes(b"one\n")
    with pytest.raises(Dismissed):
        place.publication.publish(place.ours)
    assert not place.published.exists()
    assert place.volume.commits == 0


def test_the_line_that_the_run_is_finished_is_held_back(place: Place) -> None:
    journal = PublishedJournal(place.ours, place.publication)
    journal.append(RunOpened(1.0, 8))
    journal.append(AttemptStarting(2.0, "work/it", 1, 60.0))
    journal.sync()
    assert place.published.read_bytes() == place.ours.read_bytes()
    journal.append(RunFinished(3.0, "succeeded"))
    journal.sync()
    assert b"run-finished" not in place.published.read_bytes()
    journal.append(RetryRequested(4.0))
    journal.sync()
    assert place.published.read_bytes() == place.ours.read_bytes()
    journal.close()


def test_one_round_is_one_reload_and_one_commit(place: Place) -> None:
    place.ours.write_bytes(b"one\n")
    place.publication.publish(place.ours)
    assert (place.volume.reloads, place.volume.commits) == (1, 1)
