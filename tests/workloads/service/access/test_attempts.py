"""Wrong passwords, one after another and at the same time; through a real server."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from tests.workloads.service.access.conftest import Clock, Service, service
from tests.workloads.service.leaks import Recorder
from workloads.service.access.passwords import Passwords
from workloads.service.settings import Access

ROLLOUT = "/generate-rollout"


@pytest.fixture
def clock() -> Clock:
    """By which clients wait."""
    return Clock()


@pytest.fixture
def guarded(recorded: Recorder, clock: Clock) -> Iterator[Service]:
    """One that takes three wrong passwords, and knows its clients by what a proxy says of them."""
    with service(recorded, Access(attempts=3), proxy=True, clock=clock) as started:
        yield started


def attempt(games: Service, password: str, client: str = "192.0.2.1") -> httpx.Response:
    headers = {"x-forwarded-for": client, "authorization": f"Bearer {password}"}
    return games.post(ROLLOUT, headers=headers, json={})


def test_too_many_wrong_ones_have_to_wait_and_so_has_the_right_one(guarded: Service, clock: Clock) -> None:
    right = guarded.everyone["ada"].text
    assert [attempt(guarded, f"wrong {number}").status_code for number in range(3)] == [401] * 3
    refused = attempt(guarded, right)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.json()["error"]["code"] == "too_many_attempts"
    assert attempt(guarded, right, client="192.0.2.2").status_code == 200
    clock.now += 1
    assert attempt(guarded, "wrong again").status_code == 401
    assert attempt(guarded, right).headers["retry-after"] == "2"
    clock.now += 1.5
    assert attempt(guarded, right).headers["retry-after"] == "1"
    clock.now += 0.5
    assert attempt(guarded, right).status_code == 200
    assert [attempt(guarded, f"wrong {number}").status_code for number in range(4)] == [401, 401, 401, 429]


def test_a_client_that_waits_in_its_own_network_waits_everywhere_in_it(guarded: Service) -> None:
    for host in (1, 2, 3):
        assert attempt(guarded, "wrong", f"2001:db8::{host}").status_code == 401
    assert attempt(guarded, "wrong", "2001:db8::4").status_code == 429
    assert attempt(guarded, "wrong", "2001:db8:0:1::4").status_code == 401


async def at_once(games: Service, passwords: list[str], clients: list[str]) -> Counter[int]:
    async with games.recorder.async_client(games.url, timeout=30) as client:
        answers = await asyncio.gather(
            *(
                client.post(
                    ROLLOUT,
                    json={},
                    headers={"authorization": f"Bearer {password}", "x-forwarded-for": address},
                )
                for password, address in zip(passwords, clients, strict=True)
            )
        )
    return Counter(answer.status_code for answer in answers)


@pytest.mark.parametrize("different", [True, False])
def test_of_64_wrong_ones_at_once_no_more_are_looked_at_than_of_so_many_in_a_row(
    guarded: Service, different: bool
) -> None:
    passwords = [f"wrong {number if different else 0}" for number in range(64)]
    assert asyncio.run(at_once(guarded, passwords, ["192.0.2.1"] * 64)) == {401: 3, 429: 61}
    assert guarded.passwords.verifications <= 3 * len(guarded.everyone)


def test_64_right_ones_at_once_are_verified_once_and_let_in(guarded: Service) -> None:
    right = guarded.everyone["ada"].text
    assert asyncio.run(at_once(guarded, [right] * 64, ["192.0.2.1"] * 64)) == {200: 64}
    assert guarded.passwords.verifications == len(guarded.everyone)


def test_a_crowd_of_clients_does_not_keep_out_who_was_in_before(guarded: Service) -> None:
    right = guarded.everyone["ada"].text
    assert attempt(guarded, right).status_code == 200
    clients = [f"198.51.100.{number}" for number in range(100)]
    crowd = asyncio.run(
        at_once(guarded, [*(f"wrong {number}" for number in range(100)), right], [*clients, "192.0.2.1"])
    )
    assert crowd[200] == 1
    assert set(crowd) <= {200, 401, 429, 503}
    assert crowd[401] <= 50
    assert attempt(guarded, right).status_code == 200


def test_names_that_are_known_and_unknown_cost_the_same(guarded: Service) -> None:
    costs = []
    for number, name in enumerate(("ada", "bob", "nobody", "admin")):
        before = guarded.passwords.verifications
        headers = {"x-forwarded-for": f"192.0.2.{number}"}
        assert guarded.post(ROLLOUT, json={}, auth=(name, "wrong"), headers=headers).status_code == 401
        costs.append(guarded.passwords.verifications - before)
    assert costs == [1, 1, 1, 1]


def test_a_password_whose_entry_was_taken_out_no_longer_opens(recorded: Recorder) -> None:
    with service(recorded) as before:
        ada, bob = before.everyone["ada"], before.everyone["bob"]
        assert before.post(ROLLOUT, headers=bob.basic, json={}).status_code == 200
    after = Passwords.parse(ada.entry)
    assert asyncio.run(after.authenticate("ada", ada.text)) is not None
    assert asyncio.run(after.authenticate("bob", bob.text)) is None
    assert asyncio.run(after.authenticate(None, bob.text)) is None
