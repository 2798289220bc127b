"""What is open to everybody: the health check, the interface's description and its page."""

import re

import httpx

from tests.workloads.service.playing import House


def test_health_tells_what_serves_and_needs_no_password(service: House) -> None:
    health = httpx.get(f"{service.url}/health-check").json()
    assert health.pop("uptime_seconds") >= 0
    assert health == {
        "status": "ok", "service": "textgames", "version": "v-1", "model": "perfect", "engine": "endpoint",
        "ready": True, "rollouts_running": 0, "training": False,
    }  # fmt: skip


def test_every_operation_but_the_health_check_wants_a_password(service: House) -> None:
    document = httpx.get(f"{service.url}/openapi.json").json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert bool(operation["security"]) == (path != "/health-check")
    assert set(document["components"]["securitySchemes"]) == {"password", "named_password"}


def test_every_operation_with_a_body_has_an_example_and_described_fields(service: House) -> None:
    schemas = httpx.get(f"{service.url}/openapi.json").json()["components"]["schemas"]
    for name in ("RolloutRequest", "EvaluationRequest", "StartTrainingRequest"):
        assert schemas[name]["examples"]
        fields = schemas[name]["properties"]
        assert all("description" in each or "$ref" in each for each in fields.values())
    assert schemas["EvaluationRequest"]["properties"]["eval_episodes"]["maximum"] == 50


def test_the_page_may_load_what_it_names_and_nothing_else(service: House) -> None:
    answer = httpx.get(f"{service.url}/docs")
    policy = answer.headers["content-security-policy"]
    (nonce,) = re.findall(r'<script nonce="([^"]+)"', answer.text)
    assert f"'nonce-{nonce}'" in policy
    assert "default-src 'none'" in policy
    assert "//" not in answer.text
    for part in re.findall(r'(?:href|src)="(docs/[^"]+)"', answer.text):
        assert len(httpx.get(f"{service.url}/{part}").content) > 100_000
    assert nonce not in httpx.get(f"{service.url}/docs").text
