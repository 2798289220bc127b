"""A service that trains, evaluates and plays policies in text environments, for people with a password."""
