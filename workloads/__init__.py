"""Example workloads: programs that a Tune job can run; none of them imports the runner."""
