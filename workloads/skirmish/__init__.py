"""Skirmish: a two-player card game, a bot with named weights, and the programs that tune it."""
