"""A model that cannot be loaded."""

from pathlib import Path

from tests.workloads.service.leaks import Recorder
from tests.workloads.service.playing import house


def test_it_is_told_by_the_health_check_and_by_every_request(recorded: Recorder, tmp_path: Path) -> None:
    endpoint = {"url": "http://127.0.0.1:9/v1", "key": "NO_SUCH_VARIABLE"}
    with house(recorded, tmp_path, endpoint=endpoint) as service:
        health = service.health()
        assert (health["status"], health["ready"]) == ("failed", False)
        assert health["reason"].startswith("the variable NO_SUCH_VARIABLE")
        for path in ("/generate-rollout", "/evaluate-policy"):
            answer = service.post(path)
            assert answer.status_code == 503
            assert answer.json()["error"]["code"] == "model_unavailable"
            assert int(answer.headers["retry-after"]) > 0


def test_a_folder_that_is_not_there_is_told_without_the_path_of_anything_else(
    recorded: Recorder, tmp_path: Path
) -> None:
    with house(recorded, tmp_path, engine="transformers", model={"name": "build/no-such-model"}) as service:
        reason = service.health()["reason"]
        assert reason == "the model build/no-such-model of the manifest cannot be had; the log says why"
        assert service.post("/generate-rollout").json()["error"]["message"] == reason
