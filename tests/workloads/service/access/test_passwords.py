"""Whose a password is, and what it costs to find out."""

import asyncio

import pytest

from tests.workloads.service.access.conftest import Clock
from tests.workloads.service.leaks import Recorder
from workloads.service.access.entries import PasswordsError, Principal, entries
from workloads.service.access.passwords import Passwords
from workloads.service.errors import ApiError


def known(recorded: Recorder, *names: str) -> tuple[Passwords, dict[str, str]]:
    made = {name: recorded.password(name) for name in names}
    text = " ".join(password.entry for password in made.values())
    return Passwords.parse(text), {name: password.text for name, password in made.items()}


def test_an_attempt_by_name_verifies_one_hash_and_one_without_verifies_all(recorded: Recorder) -> None:
    passwords, texts = known(recorded, "ada", "bob", "eve")
    attempts: list[tuple[str | None, str, str | None, int]] = [
        ("ada", "wrong", None, 1),
        ("nobody", texts["ada"], None, 1),
        ("ada", texts["bob"], None, 1),
        (None, "wrong", None, 3),
        (None, "x" * 5000, None, 3),
        (None, texts["ada"], "ada", 3),
        ("bob", texts["bob"], "bob", 1),
    ]
    for name, text, whose, cost in attempts:
        before = passwords.verifications
        found = asyncio.run(passwords.authenticate(name, text))
        assert (found and found.name, passwords.verifications - before) == (whose, cost)


def test_what_was_right_is_remembered_for_an_hour_and_what_was_wrong_is_not(recorded: Recorder) -> None:
    password, clock = recorded.password("ada"), Clock()
    passwords = Passwords(entries(password.entry), clock)
    for at, text, cost in ((0, password.text, 1), (1, password.text, 0), (3000, password.text, 0)):
        clock.now, before = at, passwords.verifications
        assert asyncio.run(passwords.authenticate("ada", text)) == Principal("ada", "all")
        assert passwords.verifications - before == cost
    clock.now = 7000
    assert passwords.remembered(passwords.fingerprint("ada", password.text)) is None
    for _ in range(2):
        before = passwords.verifications
        assert asyncio.run(passwords.authenticate("ada", "wrong")) is None
        assert passwords.verifications - before == 1


def test_a_name_and_a_password_are_not_the_same_as_their_letters(recorded: Recorder) -> None:
    passwords, _ = known(recorded, "ada")
    prints = {
        passwords.fingerprint(name, text) for name, text in ((None, "ab"), ("", "ab"), ("a", "b"), ("ab", ""))
    }
    assert len(prints) == 4
    assert Passwords.parse(recorded.password().entry).fingerprint(None, "ab") not in prints


def test_more_attempts_than_can_wait_are_told_to_come_back(recorded: Recorder) -> None:
    passwords, _ = known(recorded, "ada")

    async def crowd() -> list[object]:
        attempts = [passwords.authenticate("ada", f"wrong {number}") for number in range(40)]
        return await asyncio.gather(*attempts, return_exceptions=True)

    answers = asyncio.run(crowd())
    refused = [answer for answer in answers if isinstance(answer, ApiError)]
    assert answers.count(None) == 16
    assert {(error.status, error.headers()["retry-after"]) for error in refused} == {(503, "1")}
    assert not passwords.busy


def test_the_hashes_leave_the_environment(recorded: Recorder) -> None:
    environment = {"SERVICE_PASSWORDS": recorded.password("ada").entry}
    assert Passwords.take("SERVICE_PASSWORDS", environment)
    assert environment == {}
    with pytest.raises(PasswordsError, match="SERVICE_PASSWORDS is not set"):
        Passwords.take("SERVICE_PASSWORDS", environment)
