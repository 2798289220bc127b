from pathlib import Path

import pytest

from runner.engine.layout import RunLayout
from runner.errors import ProviderError
from runner.results.left import Left, left_behind


def test_nothing_stays_behind_of_a_run_of_this_machine(tmp_path: Path) -> None:
    assert left_behind(RunLayout(tmp_path)) == {}


def test_what_stayed_is_known_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "left.json").write_text('[{"path": "tasks/a/b/model", "bytes": 9, "sha256": "0f"}]')
    assert left_behind(RunLayout(tmp_path)) == {"tasks/a/b/model": Left("tasks/a/b/model", 9, "0f")}


@pytest.mark.parametrize("content", ["", "{}", '[{"path": 1}]'])
def test_a_damaged_list_is_not_taken_for_an_empty_one(tmp_path: Path, content: str) -> None:
    (tmp_path / "left.json").write_text(content)
    with pytest.raises(ProviderError, match="cannot be read") as caught:
        left_behind(RunLayout(tmp_path))
    assert caught.value.fix
