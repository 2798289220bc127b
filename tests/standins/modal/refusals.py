"""How the plane says no: a sentence with a gRPC status, which the SDK turns into an exception of its own."""

from __future__ import annotations

import re

from grpclib import GRPCError, Status

NAME = re.compile(r"[A-Za-z0-9-_.]{1,64}")
TAG = re.compile(r"[A-Za-z0-9-_.]{1,63}")


def refusal(status: Status, sentence: str) -> GRPCError:
    """The error to raise."""
    return GRPCError(status, sentence)


def not_found(sentence: str) -> GRPCError:
    """What was asked for does not exist."""
    return refusal(Status.NOT_FOUND, sentence)


def invalid(sentence: str) -> GRPCError:
    """The request cannot be met as it stands."""
    return refusal(Status.INVALID_ARGUMENT, sentence)


def refused_as_it_stands(sentence: str) -> GRPCError:
    """The thing exists, and is not in a state for this."""
    return refusal(Status.FAILED_PRECONDITION, sentence)


def check_name(kind: str, name: str) -> None:
    """Names of apps, functions, Volumes and Secrets."""
    if not NAME.fullmatch(name):
        raise invalid(
            f"Invalid {kind} name: '{name}'. Names may contain only alphanumeric characters, dashes, "
            "periods, and underscores, and must be at most 64 characters."
        )


def check_tags(tags: dict[str, str]) -> None:
    """Keys and values of an app's tags."""
    for text in (*tags.keys(), *tags.values()):
        if not TAG.fullmatch(text):
            raise invalid(
                f"Invalid tag: '{text}'. Tags may contain only alphanumeric characters, dashes, periods, "
                "and underscores, and must be at most 63 characters."
            )
