"""Who may come in, how often, how long and with how much: the layers around the application."""
