#!/bin/sh
# What `make demo` does, once everything is installed: one job, the whole way to a pull request.
set -eu

echo "== A manifest is checked =="
runner validate jobs/skirmish-demo.yaml
echo
echo "== planned and priced =="
runner plan jobs/skirmish-demo.yaml
echo
echo "== and run: train four bots, validate them, judge them, propose them =="
runner run jobs/skirmish-demo.yaml

echo
echo "For the commands above: source .venv/bin/activate"
