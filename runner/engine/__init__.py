"""The engine: a pure decision, and a loop around it."""
