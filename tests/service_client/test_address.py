"""Where a password may go, and that it goes nowhere else."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import InputError
from runner.service_client import RolloutRequest, ServiceClient, ServiceError
from runner.service_client.address import authorization, base_address
from tests.standins.service.desk import PASSWORDS
from tests.standins.service.server import Fault, StandIn


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://acme--runner-service.modal.run/", "https://acme--runner-service.modal.run"),
        ("https://example.org:8443/play//", "https://example.org:8443/play"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_loses_its_last_slash(url: str, address: str) -> None:
    assert base_address(url) == address


@pytest.mark.parametrize(
    "url",
    ["http://example.org", "http://10.0.0.7:8000", "http://localhost.example.org", "HTTP://Example.org"],
)
def test_a_password_goes_to_another_machine_only_over_https(url: str) -> None:
    with pytest.raises(InputError, match="only over https"):
        ServiceClient(url, "secret")


@pytest.mark.parametrize("url", ["https://ada:secret@example.org", "http://secret@127.0.0.1"])
def test_an_address_with_a_password_is_refused_without_saying_it(url: str) -> None:
    with pytest.raises(InputError) as caught:
        base_address(url)
    assert "secret" not in f"{caught.value}{caught.value.fix}"


@given(st.one_of(st.text(), st.text().map(lambda text: f"http://{text}")))
def test_any_other_text_is_refused_in_one_sentence(text: str) -> None:
    try:
        assert base_address(text).startswith(("https://", "http://"))
    except InputError as error:
        assert str(error).isprintable()


@pytest.mark.parametrize("password", ["a\r\nX-Evil: 1", " hunter2", "nul\0"])
def test_a_password_that_no_header_carries_is_refused_without_saying_it(password: str) -> None:
    with pytest.raises(InputError) as caught:
        authorization(password, None)
    assert password not in f"{caught.value}{caught.value.fix}"


@pytest.mark.parametrize("name", ["", "a:b", "a\nb"])
def test_a_name_that_no_header_carries_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        authorization("secret", name)


def test_the_password_is_in_no_representation_error_or_log(
    service: StandIn, client: ServiceClient, caplog: pytest.LogCaptureFixture
) -> None:
    password = PASSWORDS["team"]
    caplog.set_level(logging.DEBUG)
    client.trainings()
    service.faults.append(Fault(drop="after"))
    with pytest.raises(ServiceError) as caught:
        client.rollout(RolloutRequest())
    said = f"{client!r}{client._connection!r}{caught.value!r}{caught.value}{caplog.text}{vars(caught.value)}"
    assert password not in said
    assert caught.value.__cause__ is None
