"""What the runner refuses, as an answer to a request."""

from pathlib import Path

from workloads.service.training.command import refusal


def test_where_the_repository_lies_is_not_told() -> None:
    repository = Path("/home/ada/games")
    error = {"code": "cannot-write-run", "message": f"{repository}/.runner/runs/r1: no space left", "fix": ""}
    refused = refusal(4, {"error": error}, b"", repository)
    assert (refused.status, refused.code) == (503, "cannot_write_run")
    assert refused.message == ".runner/runs/r1: no space left"
