"""The attack phase of a turn, in thousands of games at once."""

import numpy as np

from workloads.skirmish.batch_play import Duel
from workloads.skirmish.batch_state import Indices, Side
from workloads.skirmish.card_tables import Flags, Integers
from workloads.skirmish.choice import best_option
from workloads.skirmish.features import Feature as F
from workloads.skirmish.randomness import noise_many
from workloads.skirmish.rules import BOARD_SLOTS, FINISHING_HEALTH, HERO_HEALTH, PLAYS_PER_TURN

HERO_OPTION = BOARD_SLOTS
HOLD_OPTION = BOARD_SLOTS + 1


def attack(duel: Duel, games: Indices) -> None:
    """Let every ready unit of the side to move attack, in slot order, in each of the games."""
    for slot in range(BOARD_SLOTS):
        able = duel.own.ready[slot] & (duel.own.attack[slot] > 0)
        able &= (duel.own.hero > 0) & (duel.foe.hero > 0)
        acting = np.flatnonzero(able)
        if acting.size:
            _attack_with(duel, slot, acting)


def _attack_with(duel: Duel, slot: int, games: Indices) -> None:
    """Let the unit in one slot attack; it is alive and ready in each of the games."""
    own, foe = duel.own, duel.foe
    power, vigour = own.attack[slot].take(games), own.health[slot].take(games)
    drain = own.drain[slot].take(games)
    foe_guard = foe.guard.take(games, axis=1)
    guarded = foe_guard.any(axis=0)
    legal = np.empty((BOARD_SLOTS + 1, games.size), dtype=bool)
    foe_health = foe.health.take(games, axis=1)
    np.greater(foe_health, 0, out=legal[:BOARD_SLOTS])
    legal[:BOARD_SLOTS] &= foe_guard == guarded
    np.logical_not(guarded, out=legal[HERO_OPTION])
    scores = _scores(duel, power, vigour, drain, games, foe_guard, foe_health)
    if duel.any_random:
        chance = noise_many(duel.keys.take(games), duel.turn, PLAYS_PER_TURN + slot, HOLD_OPTION + 1)
        np.copyto(scores, chance, where=own.random.take(games))
    choice = best_option(scores, legal)
    _hit_heroes(own, foe, games, power * (choice == HERO_OPTION), drain)
    fighting = np.flatnonzero(choice < BOARD_SLOTS)
    fighters = games.take(fighting)
    target = choice.take(fighting) * own.hero.size + fighters
    _fight(own, foe, slot * own.hero.size + fighters, target, fighters)


def _scores(
    duel: Duel,
    power: Integers,
    vigour: Integers,
    drain: Flags,
    games: Indices,
    foe_guard: Flags,
    foe_health: Integers,
) -> Integers:
    """Score all options of one attacker, shape (HOLD_OPTION + 1, games).

    `power`, `vigour` and `drain` are its attack, its health and whether it drains.
    """
    own, foe = duel.own, duel.foe
    player = own.player.take(games)
    foe_attack, foe_hero = foe.attack.take(games, axis=1), foe.hero.take(games)
    scores = np.empty((HOLD_OPTION + 1, games.size), dtype=np.int32)
    units, hero = scores[:BOARD_SLOTS], scores[HERO_OPTION]
    damage = np.minimum(power, foe_health)
    np.multiply(own.weight(F.enemy_unit_damage, player), damage, out=units)
    removed = own.weight(F.enemy_attack_removed, player) * foe_attack
    removed += own.weight(F.enemy_guard_removed, player) * foe_guard
    removed += own.weight(F.enemy_unit_killed, player)
    units += removed * (power >= foe_health)
    units += own.weight(F.own_health_lost, player) * np.minimum(vigour, foe_attack)
    lost = own.weight(F.own_unit_lost, player) + own.weight(F.own_attack_lost, player) * power
    units += lost * (foe_attack >= vigour)
    np.multiply(own.weight(F.enemy_hero_damage, player), power, out=hero)
    hero += own.weight(F.weak_hero_damage, player) * (power * (foe_hero <= FINISHING_HEALTH))
    hero += own.weight(F.winning_blow, player) * (power >= foe_hero)
    ahead = own.total_attack().take(games) >= foe.total_attack().take(games)
    hero += own.weight(F.hero_attack_when_ahead, player) * (power * ahead)
    healing = own.weight(F.hero_healing, player) * drain
    missing = HERO_HEALTH - own.hero.take(games)
    units += healing * np.minimum(damage, missing)
    hero += healing * np.minimum(power, missing)
    scores[HOLD_OPTION] = own.weight(F.hold_back, player)
    return scores


def _hit_heroes(own: Side, foe: Side, games: Indices, damage: Integers, drain: Flags) -> None:
    """Damage enemy heroes; 0 where the attacker does something else."""
    foe.hero[games] -= damage
    own.hero[games] = np.minimum(own.hero.take(games) + damage * drain, HERO_HEALTH)


def _fight(own: Side, foe: Side, attacker: Indices, target: Indices, games: Indices) -> None:
    """Let pairs of units damage each other; both are flat indices into (slots, games)."""
    own_attack, own_health = own.attack.reshape(-1), own.health.reshape(-1)
    foe_attack, foe_health = foe.attack.reshape(-1), foe.health.reshape(-1)
    power, target_health = own_attack.take(attacker), foe_health.take(target)
    healing = np.minimum(power, target_health) * own.drain.reshape(-1).take(attacker)
    own.hero[games] = np.minimum(own.hero.take(games) + healing, HERO_HEALTH)
    attacker_left = own_health.take(attacker) - foe_attack.take(target)
    target_left = target_health - power
    own_health[attacker] = attacker_left
    foe_health[target] = target_left
    own.bury(attacker[attacker_left <= 0])
    foe.bury(target[target_left <= 0])
