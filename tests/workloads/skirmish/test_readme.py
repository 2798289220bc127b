"""The workload's README states the cards, decks, features and numbers that the code has."""

from collections import Counter
from pathlib import Path

import pytest

from workloads.skirmish import rules
from workloads.skirmish.cards import CARDS, Card
from workloads.skirmish.decks import DECKS, Deck
from workloads.skirmish.features import FEATURE_NAMES

README = (Path(rules.__file__).parent / "README.md").read_text(encoding="utf-8")


def abilities(card: Card) -> str:
    """Return the abilities of a card as the README writes them."""
    words = [word for word in ("rush", "guard", "drain") if getattr(card, word)]
    for word in ("grow", "burn", "strike", "mend", "rally", "draw"):
        if getattr(card, word):
            words.append(f"{word} {getattr(card, word)}")
    return ", ".join(words)


@pytest.mark.parametrize("card", CARDS[1:], ids=lambda card: card.name)
def test_every_card_has_its_row(card: Card) -> None:
    body = f"{card.attack}/{card.health}" if card.is_unit else "spell"
    cells = [card.name, card.faction, str(card.cost), body, abilities(card)]
    assert f"| {' | '.join(cells)} |" in README


@pytest.mark.parametrize("deck", DECKS, ids=lambda deck: deck.name)
def test_every_deck_has_its_row_and_its_size(deck: Deck) -> None:
    counts = Counter(deck.cards)
    contents = ", ".join(f"{count} {CARDS[number].name}" for number, count in counts.items())
    assert f"| {deck.name} | {deck.faction} | {contents} |" in README
    assert len(deck.cards) == rules.DECK_SIZE


@pytest.mark.parametrize("deck", DECKS, ids=lambda deck: deck.name)
def test_a_deck_holds_only_cards_of_its_faction_and_neutral_ones(deck: Deck) -> None:
    assert {CARDS[number].faction for number in deck.cards} <= {deck.faction, "neutral"}


@pytest.mark.parametrize("name", FEATURE_NAMES)
def test_every_feature_has_its_row(name: str) -> None:
    assert f"| `{name}` | " in README


def test_every_card_is_in_some_deck() -> None:
    assert {number for deck in DECKS for number in deck.cards} == set(range(1, len(CARDS)))
