"""The play phase of a turn, in thousands of games at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from workloads.skirmish import card_tables as cards
from workloads.skirmish.batch_state import Indices, Side, columns, first_empty
from workloads.skirmish.card_tables import Flags, Integers
from workloads.skirmish.choice import best_option
from workloads.skirmish.features import Feature as F
from workloads.skirmish.randomness import Keys, noise_many
from workloads.skirmish.rules import (
    BOARD_SLOTS,
    FINISHING_HEALTH,
    HAND_SLOTS,
    HERO_HEALTH,
    PLAYS_PER_TURN,
    UNIT_LIMIT,
)

_CARDS: Final = len(cards.COST)
_LAST_SLOT: Final = BOARD_SLOTS - 1
_SLOT_RANKS: Final = np.arange(_LAST_SLOT, -1, -1, dtype=np.int32)[:, None]


@dataclass(slots=True)
class Duel:
    """The side to move, the other side, and what both share during one turn."""

    own: Side
    foe: Side
    keys: Keys
    turn: int
    printed_scores: Integers
    """Score of the features that depend on the card alone, shape (players * cards,)."""
    any_random: bool
    """Whether a random player moves in any of the games."""

    def undecided(self, games: Indices) -> Indices:
        """Return those of the games in which both heroes live."""
        undecided = (self.own.hero > 0) & (self.foe.hero > 0)
        return games[columns(undecided, games)]


def play_cards(duel: Duel, games: Indices) -> None:
    """Let the side to move play up to PLAYS_PER_TURN cards in each of the games."""
    for play in range(PLAYS_PER_TURN):
        games = duel.undecided(games)
        hand = columns(duel.own.hand, games)
        legal = _legal_plays(duel.own, hand, games)
        able = np.flatnonzero(legal.any(axis=0))
        if not able.size:
            return
        if 4 * able.size < 3 * games.size:
            games = games.take(able)
            hand, legal = hand.take(able, axis=1), legal.take(able, axis=1)
        choice = _choose(duel, play, hand, legal, games)
        playing = np.flatnonzero(choice < HAND_SLOTS)
        games = games.take(playing)
        place = choice.take(playing) * duel.own.hero.size + games
        own_hand = duel.own.hand.reshape(-1)
        card = own_hand.take(place)
        own_hand[place] = 0
        _resolve(duel, card, games)


def _legal_plays(own: Side, hand: Indices, games: Indices) -> Flags:
    """Tell which places of the hand hold a playable card, shape (HAND_SLOTS, games)."""
    room = columns((own.health == 0).any(axis=0), games)
    cost = cards.COST_BY_ROOM.take(hand + room * _CARDS)
    legal: Flags = cost <= columns(own.mana, games)
    return legal


def _choose(duel: Duel, play: int, hand: Indices, legal: Flags, games: Indices) -> Indices:
    """Return the chosen place of the hand, or HAND_SLOTS to stop, in each game."""
    own = duel.own
    scores = np.empty((HAND_SLOTS + 1, games.size), dtype=np.int32)
    player = own.player.take(games)
    scores[:HAND_SLOTS] = duel.printed_scores.take(hand + player * _CARDS)
    entries = np.flatnonzero(cards.HAS_SITUATION.take(hand) & legal)
    if entries.size:
        card, game = hand.reshape(-1).take(entries), np.tile(games, HAND_SLOTS).take(entries)
        scores.reshape(-1)[entries] += _situation_score(duel, card, game)
    scores[HAND_SLOTS] = own.weight(F.stop_playing, player)
    if duel.any_random:
        chance = noise_many(duel.keys.take(games), duel.turn, play, HAND_SLOTS + 1)
        np.copyto(scores, chance, where=own.random.take(games))
    return best_option(scores, legal)


def _situation_score(duel: Duel, card: Indices, games: Indices) -> Integers:
    """Score what playing a card does in the present state; one card and game per entry."""
    own, foe = duel.own, duel.foe
    player = own.player.take(games)
    foe_hero = foe.hero.take(games)
    burn = cards.BURN.take(card)
    score = own.weight(F.weak_hero_damage, player) * (burn * (foe_hero <= FINISHING_HEALTH))
    score += own.weight(F.winning_blow, player) * (burn >= foe_hero)
    units = (own.health > 0).sum(axis=0, dtype=np.int32).take(games)
    score += own.weight(F.rally_attack, player) * (cards.RALLY.take(card) * units)
    threat = foe.total_attack().take(games)
    score += own.weight(F.guard_when_threatened, player) * (threat * cards.GUARD.take(card))
    missing = HERO_HEALTH - own.hero.take(games)
    score += own.weight(F.hero_healing, player) * np.minimum(cards.MEND.take(card), missing)
    strike = cards.STRIKE.take(card)
    target = _strike_target(foe, games)
    target_health = foe.health.reshape(-1).take(target)
    score += own.weight(F.enemy_unit_damage, player) * np.minimum(strike, target_health)
    removed = own.weight(F.enemy_attack_removed, player) * foe.attack.reshape(-1).take(target)
    removed += own.weight(F.enemy_guard_removed, player) * foe.guard.reshape(-1).take(target)
    removed += own.weight(F.enemy_unit_killed, player)
    score += removed * ((target_health > 0) & (strike >= target_health))
    return score


def _strike_target(foe: Side, games: Indices) -> Indices:
    """Return the place of the living unit with the highest attack, the lowest among equals.

    Places are flat indices into (slots, games); without living units it is an empty slot.
    """
    rank = foe.attack * BOARD_SLOTS + _SLOT_RANKS
    rank *= foe.health > 0
    highest: Integers = rank.max(axis=0).take(games)
    slot = (_LAST_SLOT - (highest & _LAST_SLOT)).astype(np.intp)
    return slot * foe.hero.size + games


def _resolve(duel: Duel, card: Indices, games: Indices) -> None:
    """Pay for and carry out one card per game, in the order that the rules give."""
    own, foe = duel.own, duel.foe
    own.mana[games] -= cards.COST.take(card)
    rally = cards.RALLY.take(card)
    chosen = np.flatnonzero(rally)
    if chosen.size:
        _rally(own, rally.take(chosen), games.take(chosen))
    _place_units(own, card, games)
    foe.hero[games] -= cards.BURN.take(card)
    strike = cards.STRIKE.take(card)
    chosen = np.flatnonzero(strike)
    if chosen.size:
        _strike(foe, strike.take(chosen), games.take(chosen))
    mended = own.hero.take(games) + cards.MEND.take(card)
    own.hero[games] = np.minimum(mended, HERO_HEALTH)
    draws = cards.DRAW.take(card)
    for drawn in range(int(draws.max(initial=0))):
        own.draw(games[draws > drawn])


def _rally(own: Side, amount: Integers, games: Indices) -> None:
    """Raise the attack of all living units."""
    living = own.health.take(games, axis=1) > 0
    raised = own.attack.take(games, axis=1) + amount * living
    own.attack[:, games] = np.minimum(raised, UNIT_LIMIT)


def _place_units(own: Side, card: Indices, games: Indices) -> None:
    """Put the cards that are units into the first free slots."""
    chosen = np.flatnonzero(cards.IS_UNIT.take(card))
    card, games = card.take(chosen), games.take(chosen)
    place = first_empty(own.health.take(games, axis=1)) * own.hero.size + games
    own.attack.reshape(-1)[place] = cards.ATTACK.take(card)
    own.health.reshape(-1)[place] = cards.HEALTH.take(card)
    own.guard.reshape(-1)[place] = cards.GUARD.take(card)
    own.drain.reshape(-1)[place] = cards.DRAIN.take(card)
    own.grow.reshape(-1)[place] = cards.GROW.take(card)
    own.ready.reshape(-1)[place] = cards.RUSH.take(card)


def _strike(foe: Side, damage: Integers, games: Indices) -> None:
    """Damage the enemy unit with the highest attack, if there is one."""
    target = _strike_target(foe, games)
    left = foe.health.reshape(-1).take(target) - damage
    foe.health.reshape(-1)[target] = left
    foe.bury(target[left <= 0])
