"""The document that a validation's command writes; published so that any tool can write it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=0)]


class Matchup(Struct, frozen=True, kw_only=True):
    """The games that two sides played against each other."""

    side_a: Annotated[str, Meta(description="The first side, such as a faction.", examples=["ember"])]
    side_b: Annotated[str, Meta(description="The second side; it may be the same.", examples=["tide"])]
    games: Annotated[Count, Meta(description="Games that were played to their end.", examples=[1000])]
    draws: Annotated[Count, Meta(description="Games without a winner.", examples=[12])]
    wins_a: Annotated[Count, Meta(description="Games that side_a won.", examples=[520])]
    wins_b: Annotated[Count, Meta(description="Games that side_b won.", examples=[468])]
    wins_first_seat: Annotated[Count, Meta(description="Games won by whoever moved first.", examples=[510])]
    wins_second_seat: Annotated[Count, Meta(description="Games won by whoever moved second.", examples=[478])]
    seconds: Annotated[float, Meta(ge=0, description="How long it took.", examples=[3.2])] | None = None


class ValidationDocument(Struct, frozen=True, kw_only=True):
    """What a round robin came to; further fields are allowed everywhere."""

    schema: Annotated[Literal["runner/validation/v1"], Meta(description="The version of this format.")]
    matchups: Annotated[list[Matchup], Meta(description="One entry per matchup that was played.")]
