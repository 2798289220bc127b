from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.backends.modal.surroundings import MissingSecretError, secrets, surroundings


def order(*secret_names: str, **environment: str) -> dict[str, Any]:
    return {"secret_names": secret_names, "environment": environment}


def test_the_stage_is_laid_over_the_container() -> None:
    container = {"PATH": "/opt/conda/bin:/bin", "CUDA_HOME": "/cuda", "OMP_NUM_THREADS": "64"}
    assert surroundings(order(OMP_NUM_THREADS="2"), container) == {
        "PATH": "/opt/conda/bin:/bin",
        "CUDA_HOME": "/cuda",
        "OMP_NUM_THREADS": "2",
        "PYTHONUNBUFFERED": "1",
    }


@pytest.mark.parametrize(
    "name",
    ["MODAL_TASK_ID", "MODAL_IDENTITY_TOKEN", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "db_password", "ASKED"],
)
def test_what_is_the_provider_s_or_a_secret_stays_out(name: str) -> None:
    assert name not in surroundings(order("ASKED"), {name: "x"})


def test_a_variable_of_the_stage_may_have_any_name() -> None:
    assert surroundings(order(TOKEN_LIMIT="512"), {})["TOKEN_LIMIT"] == "512"


@pytest.mark.parametrize("path", ["/root", "/root:/pkg", "/pkg/", "/__modal/deps:/root", ""])
def test_the_folders_of_ours_are_not_on_python_s_path(path: str) -> None:
    assert "PYTHONPATH" not in surroundings(order(), {"PYTHONPATH": path})


def test_the_image_s_own_folders_stay_on_python_s_path() -> None:
    found = surroundings(order(), {"PYTHONPATH": "/root:/app:/pkg:/rooted"})
    assert found["PYTHONPATH"] == "/app:/rooted"


def test_only_the_secrets_that_were_asked_for_are_handed_on() -> None:
    assert secrets(order("A"), {"A": "1", "B": "2"}) == {"A": "1"}


def test_a_missing_secret_is_named() -> None:
    with pytest.raises(MissingSecretError, match="no variable WANDB, which is a secret"):
        secrets(order("WANDB", "A"), {"A": "1"})


NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True)


@given(st.dictionaries(NAMES, st.text()), st.lists(NAMES, max_size=3))
def test_nothing_is_invented_and_nothing_asked_for_is_shown_twice(
    container: dict[str, str], asked: list[str]
) -> None:
    found = surroundings(order(*asked), container)
    assert found.keys() <= container.keys() | {"PYTHONUNBUFFERED"}
    assert not found.keys() & set(asked) - {"PYTHONUNBUFFERED"}
