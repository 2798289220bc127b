"""The git repository that holds the jobs: what is in it, and what is pinned of it."""
