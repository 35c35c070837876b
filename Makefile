# Everything a newcomer needs: `make build` builds the warehouse, `make test` proves the project.
# Needs Python 3.11, 3.12 or 3.13 with venv, and a package registry; the rest is installed in .venv.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

WORKSPACE ?= $(if $(ITFM_WORKSPACE),$(ITFM_WORKSPACE),workspaces/demo)
export ITFM_WORKSPACE := $(abspath $(WORKSPACE))
OPTIONS ?=
PORT ?= 8080
SIZE ?= small

BIN := .venv/bin
ITFM := $(BIN)/itfm
DBT := $(BIN)/dbt

.PHONY: help setup build test bench lint format demo check summary trace docs serve clean

help: ## List the commands
	@echo "make <command> [WORKSPACE=folder of a company, default workspaces/demo]"
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) \
		| awk -F ':.*## ' '{ printf "  %-10s %s\n", $$1, $$2 }'
	@echo
	@echo "After set-up, .venv/bin/itfm --help lists every command, and dbt works as usual."

setup: ## Install the locked versions into .venv (the other commands do this by themselves)
	@scripts/setup.sh

build: setup ## Build, test and publish the warehouse; OPTIONS="--force --full --no-publish"
	@$(ITFM) build $(OPTIONS)

test: setup ## Prove the project: lint, structure, dbt tests, Great Expectations, pytest
	@$(ITFM) prove

bench: setup ## Measure the engine beside other tools; SIZE=small, medium or large
	@UV_PROJECT_ENVIRONMENT=.venv $(BIN)/uv --system-certs sync --frozen --inexact --quiet --group bench
	@$(ITFM) bench --size $(SIZE) $(OPTIONS)

lint: setup ## Check the style of SQL and Python
	@$(ITFM) prove --only lint

format: setup ## Repair the style of SQL and Python as far as a program can
	@$(BIN)/ruff format scripts tests/python
	@$(BIN)/ruff check --fix scripts tests/python
	@$(BIN)/sqlfluff fix models tests analyses

demo: setup ## Write the inputs of the demo company again
	@$(ITFM) demo

check: setup ## Check the files of a workspace before a build
	@$(ITFM) check

summary: setup ## Show the summary of the published warehouse
	@$(ITFM) summary

docs: setup ## Generate the documentation site with the lineage of every model
	@$(DBT) docs generate --static
	@echo "Open target/static_index.html in a browser."

serve: docs ## Show the documentation site on this machine; PORT=8080
	@$(DBT) docs serve --host 127.0.0.1 --port $(PORT) --no-browser

clean: ## Remove what builds leave behind; inputs, published warehouses and .venv stay
	@rm -rf target logs .pytest_cache .ruff_cache workspaces/.test workspaces/*/build
	@find scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +
