import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.ledger.entry import dump, load
from tests.ledger.conftest import NOW, entry


def test_an_entry_is_read_as_it_was_written() -> None:
    one = entry(targets=("a.json", "b.json"), cost_usd=0.25, after="20270115-080000-0000ff", state="queued")
    assert load(f"{one.run}.json", dump(one)) == one


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(TEXT, TEXT, st.lists(TEXT, max_size=3), st.floats(0, 1e6))
def test_any_text_in_an_entry_comes_back(by: str, driver: str, targets: list[str], usd: float) -> None:
    one = entry(by=by, driver=driver, targets=tuple(targets), cost_usd=usd)
    assert load(f"{one.run}.json", dump(one)) == one


def test_a_file_tells_a_person_the_run_and_its_state_first() -> None:
    lines = dump(entry()).decode().splitlines()
    assert lines[:4] == [
        "{",
        '  "run": "20270115-080000-000001",',
        '  "state": "launching",',
        '  "job": "skirmish-weights",',
    ]
    assert dump(entry()).endswith(b"}\n")


@pytest.mark.parametrize(
    "change",
    [
        {"run": "../../HEAD"},
        {"run": "20270115-080000-000001\n"},
        {"run": "latest"},
        {"job": "Skirmish"},
        {"base": "--upload-pack=x"},
        {"created": "today"},
        {"created": -1},
        {"state": "paused"},
        {"key": ""},
        {"targets": "all"},
        {"after": "the other"},
        {"cost_usd": -1.0},
    ],
)
def test_a_value_that_cannot_be_is_no_entry(change: dict[str, object]) -> None:
    content = json.loads(dump(entry())) | change
    assert load(f"{content['run']}.json", json.dumps(content).encode()) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"<<<<<<< HEAD", b"[" * 100_000])
def test_a_damaged_file_is_no_entry(content: bytes) -> None:
    assert load("20270115-080000-000001.json", content) is None


def test_a_file_under_the_name_of_another_run_is_no_entry() -> None:
    assert load("20270115-080000-000002.json", dump(entry(1))) is None


def test_a_field_of_a_later_version_is_no_reason_to_refuse() -> None:
    content = json.loads(dump(entry())) | {"later": True}
    assert load(f"{entry().run}.json", json.dumps(content).encode()) == entry()


def test_what_could_not_be_read_is_not_written() -> None:
    with pytest.raises(msgspec.ValidationError):
        dump(entry(run="../x"))


def test_a_run_is_live_until_it_is_finished_or_expired() -> None:
    assert entry().live(NOW)
    assert entry(state="queued").live(NOW)
    assert not entry().live(NOW + 3600)
    assert not entry(state="finished").live(NOW)
