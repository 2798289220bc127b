"""What the Modal stand-in refuses, as the SDK tells it."""

from collections.abc import Callable

import modal
import pytest

from tests.standins.modal.client import Plane

Deploy = Callable[..., modal.Function]


def test_a_wrong_token_is_refused(plane: Plane) -> None:
    wrong = modal.Client.from_credentials("ak-standin", "as-wrong")
    with wrong, pytest.raises(modal.exception.AuthError):
        modal.Volume.from_name("v", create_if_missing=True, client=wrong).hydrate()


def test_an_unknown_environment_is_refused(plane: Plane) -> None:
    with pytest.raises(modal.exception.NotFoundError, match="Environment 'elsewhere' not found"):
        modal.App.lookup("a", environment_name="elsewhere", create_if_missing=True)


@pytest.mark.parametrize("name", ["has space", "has/slash", "x" * 65])
def test_names_are_checked(plane: Plane, name: str) -> None:
    with pytest.raises(modal.exception.InvalidError):
        modal.App.lookup(name, create_if_missing=True)
    with pytest.raises(modal.exception.InvalidError):
        modal.Volume.from_name(name, create_if_missing=True).hydrate()


def test_names_of_64_characters_are_taken(deploy: Deploy) -> None:
    assert deploy(name="x" * 64).remote(["add", 1, 2]) == [3]


@pytest.mark.parametrize("tags", [{"repository": "owner/name"}, {"x" * 64: "1"}, {"a": "x" * 64}])
def test_tags_are_checked(deploy: Deploy, tags: dict[str, str]) -> None:
    with pytest.raises(modal.exception.InvalidError):
        deploy(tags=tags)


def test_an_unknown_gpu_is_refused_by_its_name(deploy: Deploy) -> None:
    for gpu in ("H1000", ["H100", "H1000"]):
        with pytest.raises(modal.exception.InvalidError, match="'H1000'"):
            deploy(gpu=gpu)
    with pytest.raises(modal.exception.InvalidError, match="'H1000'"):
        deploy().with_options(gpu="H1000").remote()


def test_gpus_are_kept_in_their_order(plane: Plane, deploy: Deploy) -> None:
    deploy(gpu=["H100:2", "A100-80GB", "L40S"], cpu=2, memory=4096, max_containers=7)
    [function] = [function for function in plane.functions() if function["gpus"]]
    assert function["gpus"] == ["H100:2", "A100-80GB", "L40S"]
    assert (function["cpu"], function["memory"], function["max_containers"]) == (2.0, 4096, 7)


def test_a_timeout_of_more_than_a_day_is_refused(deploy: Deploy) -> None:
    deploy(timeout=24 * 3600)
    with pytest.raises(modal.exception.InvalidError, match="24 hours"):
        deploy(timeout=24 * 3600 + 1)


def test_a_missing_secret_and_a_missing_key_are_said(plane: Plane, deploy: Deploy) -> None:
    with pytest.raises(modal.exception.NotFoundError, match="Secret 'nowhere' not found"):
        deploy(secrets=[modal.Secret.from_name("nowhere")])
    plane.secret("some", {"A": "1"})
    modal.Secret.from_name("some", required_keys=["A"]).hydrate()
    with pytest.raises(modal.exception.NotFoundError, match=r"missing key.*B"):
        modal.Secret.from_name("some", required_keys=["A", "B"]).hydrate()
    assert [secret.name for secret in modal.Secret.objects.list()] == ["some"]


def test_an_app_or_a_function_that_is_not_there_is_not_found(deploy: Deploy) -> None:
    job = deploy()
    with pytest.raises(modal.exception.NotFoundError, match="App 'nowhere' not found"):
        modal.Function.from_name("nowhere", "run").hydrate()
    app = job.hydrate()
    assert app is job
    with pytest.raises(modal.exception.NotFoundError, match="no function 'other'"):
        modal.Function.from_name(
            "test_an_app_or_a_function_that_is_not_there_is_not_found", "other"
        ).hydrate()


def test_an_image_that_cannot_be_built_fails_with_the_command(
    plane: Plane, deploy: Deploy, capsys: pytest.CaptureFixture[str]
) -> None:
    image = modal.Image.debian_slim().pip_install("does-not-exist==1.0")
    with pytest.raises(modal.exception.ImageBuildError, match=r"does-not-exist==1\.0"), modal.enable_output():
        deploy(image=image)
    assert "ERROR: " in capsys.readouterr().out
    plane.image_fails("flawed")
    with pytest.raises(modal.exception.ImageBuildError, match="flawed"):
        deploy(image=modal.Image.debian_slim().run_commands("make flawed"))


def test_the_commands_of_an_image_are_known(plane: Plane, deploy: Deploy) -> None:
    deploy(image=modal.Image.debian_slim().apt_install("git").pip_install("numpy==2.0").env({"A": "b c"}))
    commands = "\n".join(plane.functions()[-1]["image"])
    for text in ("git", "numpy==2.0", "ENV A="):
        assert text in commands
