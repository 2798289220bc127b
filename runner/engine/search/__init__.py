"""Where the points of trials come from, and what is known of them."""
