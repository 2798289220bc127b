"""What the kinds that train and evaluate language models share."""
