from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.workflows.output import MOST_BYTES, append_summary, error_annotation, notice, set_output


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


def test_summaries_follow_each_other(files: Path) -> None:
    append_summary("one\n\n")
    append_summary("two")
    assert (files / "GITHUB_STEP_SUMMARY").read_text() == "one\ntwo\n"


def test_a_summary_is_cut_at_a_line_before_github_drops_it(files: Path) -> None:
    for _ in range(3):
        append_summary("schön lang\n" * 60_000)
    text = (files / "GITHUB_STEP_SUMMARY").read_text()
    assert len(text.encode()) <= MOST_BYTES
    assert text.endswith("schön lang\n\n\n_The rest is left out for length._\n")


def test_a_value_cannot_end_itself_or_set_another_output(files: Path) -> None:
    value = 'a\nEOF\nother=forged\n["b"]'
    set_output("waiting", value)
    name, _, rest = (files / "GITHUB_OUTPUT").read_text().partition("<<")
    end, _, body = rest.partition("\n")
    assert (name, body) == ("waiting", f"{value}\n{end}\n")
    assert end not in value


@given(st.text())
def test_an_annotation_is_one_line_whatever_it_says(text: str) -> None:
    from runner.lint.formats.github import annotation

    line = annotation("error", text, {"file": text, "title": text})
    assert "\n" not in line and "\r" not in line
    about, _, message = line.removeprefix("::error ").partition("::")
    assert [part.partition("=")[0] for part in about.split(",")] == ["file", "title"]
    assert message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") == text


def test_annotations_name_their_place(capsys: pytest.CaptureFixture[str]) -> None:
    error_annotation("wrong", title="code", file="jobs/a.yaml", line=3)
    notice("all is well")
    assert (
        capsys.readouterr().out
        == "::error file=jobs/a.yaml,line=3,title=code::wrong\n::notice::all is well\n"
    )


def test_outside_of_a_workflow_nothing_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    append_summary("text")
    set_output("name", "value")
    assert list(tmp_path.iterdir()) == []
