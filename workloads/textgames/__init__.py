"""Language models that play text games: GRPO training with TRL, generation with vLLM, evaluation.

`train_grpo.py` trains and `evaluate.py` plays; both read one document (`settings.py`) that a manifest of
`kind: GRPO` or `kind: Evaluate` becomes, and both run by hand with such a document as well.
"""
