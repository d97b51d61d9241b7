# Most targets run one `tunedrop` command. This file also creates the environment of that command, .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
TUNEDROP := .venv/bin/tunedrop

.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-all check bench soak clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: .venv/.ready ## Install everything, once: the app, Azurite, the training environment, the base model
	@$(TUNEDROP) setup

demo: .venv/.ready ## Drop a JSONL file and watch it become a live endpoint (use your own: make demo DATA=mine.jsonl)
	@$(TUNEDROP) demo $(if $(DATA),--data "$(DATA)")

up: .venv/.ready ## Start the local stack and keep it running until Ctrl-C
	@$(TUNEDROP) up

test: .venv/.ready ## Run tests of every suite: unit, simulation, training, contract, end to end
	@$(TUNEDROP) test

test-all: .venv/.ready ## Run the thorough tests, which `make test` leaves out
	@$(TUNEDROP) test --thorough

check: .venv/.ready ## Run the linter, the type checker and the import contracts
	@$(TUNEDROP) lint

bench: .venv/.ready ## Measure ratios against named peers, and write benchmarks/results.json
	@$(TUNEDROP) bench

soak: .venv/.ready ## Run the tests that take hours (run less: make soak MINUTES=1 for each part)
	@$(TUNEDROP) soak $(if $(MINUTES),--minutes $(MINUTES))

clean: ## Remove everything that set-up and runs created
	rm -rf .venv .venv-ml .tunedrop build local/azurite/node_modules *.egg-info

.venv/.ready: requirements.txt requirements-cli.txt requirements-laptop.txt requirements-dev.txt constraints.txt pyproject.toml
	@$(PYTHON) scripts/check_tools.py
	@echo "Creating .venv for the app, the command and the tests. This takes about a minute, once."
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install -qq --disable-pip-version-check -c constraints.txt -r requirements-dev.txt
	@.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
