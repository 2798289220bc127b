# Each target sets up what it needs: a virtual environment in .venv, made once and again when pyproject.toml changes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RUNNER_INSTALL := $(VENV)/.runner-installed
DEV_INSTALL := $(VENV)/.dev-installed

.PHONY: help demo modal test test-fast lint format schemas bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 14

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(RUNNER_INSTALL): pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --editable '.[tune]'
	@touch $@

$(DEV_INSTALL): pyproject.toml $(RUNNER_INSTALL)
	$(BIN)/pip install --quiet --editable '.[tune,dev]'
	@touch $@

demo: $(RUNNER_INSTALL) ## train, validate and propose weights on this machine, with no account
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh docs/demo.sh

modal: $(DEV_INSTALL) ## a Modal of your own on this machine, to try --backend modal with no account
	@$(BIN)/python -m tests.standins.modal --shell .runner/modal.env

test: $(DEV_INSTALL) ## all tests
	$(BIN)/python -m pytest -n 2 --dist worksteal

test-fast: $(DEV_INSTALL) ## the tests that take seconds
	$(BIN)/python -m pytest -n 2 --dist worksteal -m 'not slow'

lint: $(DEV_INSTALL) ## ruff, mypy, import-linter, our own manifests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/runner schema --check schemas
	$(BIN)/runner validate --strict

format: $(DEV_INSTALL) ## rewrite the sources in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: $(RUNNER_INSTALL) ## write schemas/ from the types
	$(BIN)/runner schema --write schemas

bench: $(DEV_INSTALL) ## measure, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks

clean: ## remove what make made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
