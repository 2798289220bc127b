"""TRL's GRPOTrainer on the environments, with generation by transformers or vLLM, and a verified sync."""
