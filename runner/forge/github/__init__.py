"""GitHub: pull requests through the Git Data API, comments and statuses."""
