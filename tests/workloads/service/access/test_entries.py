"""What stands in the variable with the passwords."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workloads.service.access.entries import PasswordsError, Principal, entries

SALT = "MDEyMzQ1Njc4OWFiY2RlZg"
DIGEST = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"


def hashed(memory: int = 65536, rounds: int = 3, lanes: int = 4, kind: str = "argon2id") -> str:
    return f"${kind}$v=19$m={memory},t={rounds},p={lanes}${SALT}${DIGEST}"


def test_entries_have_names_and_scopes_and_a_bare_hash_is_that_of_the_team() -> None:
    text = f"ada:all:{hashed()}\n  bob:inference:{hashed()} {hashed()}\n"
    assert [entry.principal for entry in entries(text)] == [
        Principal("ada", "all"),
        Principal("bob", "inference"),
        Principal("team", "all"),
    ]
    assert "argon2id" not in repr(entries(text))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("hunter2-in-the-clear", "is not NAME:SCOPE:HASH"),
        ("ada:all:hunter2-in-the-clear", "has no argon2id hash"),
        (f"a/b:all:{hashed()}", "has a name that is not"),
        (f":all:{hashed()}", "has a name that is not"),
        (f"ada:admin:{hashed()}", "has a scope that is neither"),
        (f"ada:{hashed()}", "is not NAME:SCOPE:HASH"),
        (f"one:all:{hashed()}", "has the name of an earlier one"),
        (hashed(kind="argon2i"), "has no argon2id hash"),
        (hashed().replace("v=19", "v=16"), "has no argon2id hash"),
        (hashed()[:-1] + "Z", "has no argon2id hash"),
        (hashed(memory=8192), "has a weak hash"),
        (hashed(rounds=1), "has a weak hash"),
        (hashed(memory=1048576), "too expensive"),
        (hashed(rounds=99), "too expensive"),
        (hashed(lanes=64), "too expensive"),
    ],
)
def test_a_bad_entry_is_refused_by_its_number_and_not_by_what_it_says(entry: str, said: str) -> None:
    with pytest.raises(PasswordsError) as refused:
        entries(f"one:all:{hashed()} {entry}", "PASSWORDS")
    message = str(refused.value)
    assert message.startswith("entry 2 of PASSWORDS ")
    assert said in message
    assert not any(part in message for part in ("hunter2", SALT, DIGEST))


def test_none_and_too_many_are_refused() -> None:
    for text in ("", " \n "):
        with pytest.raises(PasswordsError, match="is empty"):
            entries(text)
    with pytest.raises(PasswordsError, match="has 33 entries"):
        entries(" ".join(f"n{number}:all:{hashed()}" for number in range(33)))
    with pytest.raises(PasswordsError, match="is over 64 KiB"):
        entries("x" * 70_000)


PARTS = st.sampled_from([*"ab:$,= \n1mtpv", "argon2id", hashed(), "all", "inference"])


@settings(deadline=None)
@given(st.lists(PARTS))
def test_whatever_it_says_it_is_read_or_refused(parts: list[str]) -> None:
    try:
        found = entries("".join(parts))
    except PasswordsError:
        return
    assert len({entry.principal.name for entry in found}) == len(found) > 0
