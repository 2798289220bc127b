"""W&B's run files: what is made by the book is read, and anything else does no harm."""

import json
import math
import struct
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.worker import wandb_log
from runner.worker.wandb_log import BLOCK, DamagedError, Logged, WandbLog

HEADER = b":W&B\xe1\xbe\0"
Values = dict[str, Any]


def record(values: Values, kind: str = "history", removed: tuple[str, ...] = ()) -> bytes:
    """A record as W&B's client writes it; names with dots become nested ones."""
    items = [field(1, item(name) + field(16, json.dumps(value).encode())) for name, value in values.items()]
    items += [field(2, item(name)) for name in removed]
    return b"\x08\x07" + field(2 if kind == "history" else 3, b"".join(items))


def item(name: str) -> bytes:
    if "." not in name:
        return field(1, name.encode())
    return b"".join(field(2, part.encode()) for part in name.split("."))


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(number: int) -> bytes:
    made = bytearray()
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    return bytes([*made, number])


def written(records: list[bytes]) -> bytes:
    """A file of these records, cut into blocks as LevelDB's log format says."""
    made = bytearray(HEADER)
    for content in records:
        begun = False
        while True:
            left = BLOCK - len(made) % BLOCK
            if left < 7:
                made += bytes(left)
                left = BLOCK
            part, content = content[: left - 7], content[left - 7 :]
            kind = {(0, 0): 1, (0, 1): 2, (1, 1): 3, (1, 0): 4}[int(begun), int(bool(content))]
            made += struct.pack("<IHB", zlib.crc32(part, zlib.crc32(bytes([kind]))), len(part), kind) + part
            begun = True
            if not content:
                break
    return bytes(made)


def read(log: WandbLog) -> list[Logged]:
    """All there is by now."""
    found: list[Logged] = []
    while True:
        before = log.place
        found += log.read()
        if log.place == before:
            return found


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="."), min_size=1, max_size=30)
NUMBERS = st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False)
ROWS = st.lists(st.dictionaries(NAMES, NUMBERS, max_size=4), max_size=6)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, filler=st.integers(0, 3 * BLOCK), cuts=st.lists(st.integers(0, 4 * BLOCK), max_size=4))
def test_a_file_that_grows_is_read_once_whatever_its_blocks_cut_apart(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Values], filler: int, cuts: list[int]
) -> None:
    path = tmp_path_factory.mktemp("run") / "run-1.wandb"
    content = written([record({"filler": "x" * filler}), *map(record, rows)])
    log, found = WandbLog(path), []
    for cut in [*sorted(cuts), len(content)]:
        path.write_bytes(content[:cut])
        found += read(log)
    assert [{name: json.loads(text) for name, text in row.values.items()} for row in found[1:]] == rows


def test_a_summary_is_changed_and_names_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "run-1.wandb"
    path.write_bytes(written([record({"a": 1, "b.c": 2.5}, "summary", removed=("old",))]))
    assert read(WandbLog(path)) == [Logged(False, {"a": "1", "b.c": "2.5"}, ["old"])]


def test_a_record_too_long_to_keep_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "run-1.wandb"
    path.write_bytes(written([record({"x": "y" * (wandb_log.LONGEST + 1)}), record({"a": 1})]))
    assert [row.values for row in read(WandbLog(path))] == [{"a": "1"}]


@settings(max_examples=150, deadline=None)
@given(
    garbage=st.binary(max_size=200),
    place=st.integers(0, 300),
    is_valid_piece=st.booleans(),
)
def test_garbage_is_damage_and_nothing_worse(
    tmp_path_factory: pytest.TempPathFactory, garbage: bytes, place: int, is_valid_piece: bool
) -> None:
    path = tmp_path_factory.mktemp("run") / "run-1.wandb"
    whole = written([garbage if is_valid_piece else record({"a": 1}), record({"b": 2})])
    path.write_bytes(whole if is_valid_piece else whole[:place] + garbage + whole[place + len(garbage) :])
    try:
        found = read(WandbLog(path))
    except DamagedError:
        return
    assert all(isinstance(text, str) for row in found for text in row.values.values())


def test_a_megabyte_is_read_in_a_fraction_of_a_second(tmp_path: Path) -> None:
    path = tmp_path / "run-1.wandb"
    row = {f"train/metric_{number}": number * math.pi for number in range(20)}
    path.write_bytes(written([record(row)] * 1200))
    began = time.perf_counter()
    assert len(read(WandbLog(path))) == 1200
    assert time.perf_counter() - began < 1.0
