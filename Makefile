# Everything a developer types. `make help` lists it; a fresh machine needs Python 3.11+, make, git.

.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made
UV_VERSION := 0.13.8
T ?= tests
K ?=

.PHONY: help dev fmt lint types layers docs-coverage chart check test coverage parts controlplane bench generate verify tables demo image kind-up kind-demo e2e kind-down clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

dev: $(STAMP) ## Make .venv with everything installed

$(STAMP): pyproject.toml uv.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV= $(BIN)/python -m uv sync --quiet --locked
	@touch $@

fmt: dev ## Format the code and mend what can be mended
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

lint: dev ## Format and lint, check only
	@$(BIN)/ruff format --check --quiet . || (echo 'not formatted: make fmt' && false)
	@$(BIN)/ruff check --quiet .

types: dev ## mypy, strict
	@$(BIN)/mypy

layers: dev ## What may import what (import-linter)
	@$(BIN)/lint-imports --no-cache

docs-coverage: dev ## Every public thing has a docstring
	@$(BIN)/ruff check --quiet --select D1 --ignore D105,D107 webhook

chart: dev ## Lint and render the chart with all its example values
	@for values in charts/slimgate/ci/*.yaml; do \
	  for command in "lint --strict --quiet charts/slimgate" "template slimgate charts/slimgate"; do \
	    said=$$($(BIN)/helm $$command --values $$values 2>&1) || { echo "$$values: $$said"; exit 1; }; \
	  done; \
	done

check: lint types layers docs-coverage chart tables verify ## All static checks: what CI runs

test: dev ## Run the tests: make test [T=path] [K=pattern]
	@$(BIN)/pytest $(T) $(if $(K),-k '$(K)')

coverage: dev ## Run the tests and say which lines none of them reaches
	@$(BIN)/coverage run -m pytest $(T)
	@$(BIN)/coverage report

parts: ## Install or build the programs that some tests need
	@.ci/parts

controlplane: ## Build the control plane for tests/cluster
	@.ci/controlplane

bench: dev ## Run the benchmarks (B=name for one)
	@$(BIN)/python -m tests.benchmarks $(B)

generate: dev ## Write the generated references anew
	@$(BIN)/python -m tests.generated --write

verify: dev ## Are the generated references up to date?
	@$(BIN)/python -m tests.generated

tables: dev ## Check the data tables, and say how old they are
	@$(BIN)/python -m tests.tables

demo: dev ## The main job on an embedded registry
	@$(BIN)/slimgate demo

image: dev ## Build the container image, and say what is in it
	@.ci/image
	@folder=$$(.ci/image --where); cat $$folder/report; \
	  $(BIN)/slimgate check oci:$$folder/layout --policies restricted --fail-on never

kind-up: ## A kind cluster with a local registry and the image (needs Docker)
	@.ci/kind up

kind-demo: dev ## Install the chart there, and see a Pod denied
	@.ci/kind demo

e2e: dev ## The tests of releases on the cluster of KUBECONFIG (make kind-up's, or E2E_IMAGE, E2E_ADDRESS)
	@.ci/kind e2e

kind-down: ## Take the kind cluster and its registry away
	@.ci/kind down

clean: ## Remove everything that was made
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
