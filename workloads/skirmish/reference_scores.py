"""The bot's linear evaluation, one action at a time.

Each function returns the sum of weight times feature for one action, as a scaled integer.
"""

from workloads.skirmish.cards import Card
from workloads.skirmish.features import Feature as F
from workloads.skirmish.reference_state import Side, Unit
from workloads.skirmish.rules import FINISHING_HEALTH, HERO_HEALTH

Weights = tuple[int, ...]


def score_play(weights: Weights, card: Card, own: Side, foe: Side) -> int:
    """Score playing a card from the hand."""
    score = (
        weights[F.card_cost] * card.cost
        + weights[F.card_attack] * card.attack
        + weights[F.card_health] * card.health
        + weights[F.card_grow] * card.grow
        + weights[F.card_draw] * card.draw
    )
    if card.rush:
        score += weights[F.card_rush] * card.attack
    if card.drain:
        score += weights[F.card_drain] * card.attack
    if card.guard:
        score += weights[F.card_guard] * card.health
        score += weights[F.guard_when_threatened] * foe.total_attack()
    if card.rally:
        score += weights[F.rally_attack] * card.rally * len(own.units())
    if card.burn:
        score += score_hero_damage(weights, card.burn, foe)
    if card.mend:
        score += weights[F.hero_healing] * min(card.mend, HERO_HEALTH - own.hero)
    if card.strike:
        target = foe.strike_target()
        if target is not None:
            score += score_unit_damage(weights, card.strike, target)
    return score


def score_unit_attack(weights: Weights, attacker: Unit, target: Unit, own: Side) -> int:
    """Score an attack on an enemy unit."""
    score = score_unit_damage(weights, attacker.attack, target)
    score += weights[F.own_health_lost] * min(attacker.health, target.attack)
    if target.attack >= attacker.health:
        score += weights[F.own_unit_lost] + weights[F.own_attack_lost] * attacker.attack
    if attacker.card.drain:
        damage = min(attacker.attack, target.health)
        score += weights[F.hero_healing] * min(damage, HERO_HEALTH - own.hero)
    return score


def score_hero_attack(weights: Weights, attacker: Unit, own: Side, foe: Side) -> int:
    """Score an attack on the enemy hero."""
    score = score_hero_damage(weights, attacker.attack, foe)
    if own.total_attack() >= foe.total_attack():
        score += weights[F.hero_attack_when_ahead] * attacker.attack
    if attacker.card.drain:
        score += weights[F.hero_healing] * min(attacker.attack, HERO_HEALTH - own.hero)
    return score


def score_hero_damage(weights: Weights, damage: int, foe: Side) -> int:
    """Score damage to the enemy hero from any source."""
    score = weights[F.enemy_hero_damage] * damage
    if foe.hero <= FINISHING_HEALTH:
        score += weights[F.weak_hero_damage] * damage
    if damage >= foe.hero:
        score += weights[F.winning_blow]
    return score


def score_unit_damage(weights: Weights, damage: int, target: Unit) -> int:
    """Score damage to an enemy unit from any source."""
    score = weights[F.enemy_unit_damage] * min(damage, target.health)
    if damage >= target.health:
        score += weights[F.enemy_unit_killed]
        score += weights[F.enemy_attack_removed] * target.attack
        score += weights[F.enemy_guard_removed] * target.card.guard
    return score
