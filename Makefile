# Every target is one line of the `tunedrop` command in .venv; this file only makes that environment.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
TUNEDROP := .venv/bin/tunedrop

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check bench soak clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: .venv/.ready ## Install everything (once): light environment, Azurite, training environment, base model
	@$(TUNEDROP) setup

demo: .venv/.ready ## Drop a JSONL, watch it become a live endpoint (your own file: make demo DATA=mine.jsonl)
	@$(TUNEDROP) demo $(if $(DATA),--data "$(DATA)")

up: .venv/.ready ## Start the same stack and keep it up
	@$(TUNEDROP) up

test: .venv/.ready ## Run every test: unit, contract, end to end
	@$(TUNEDROP) test

check: .venv/.ready ## Lint, types, and who may import whom
	@$(TUNEDROP) lint

bench: .venv/.ready ## Measure ratios against named peers, into benchmarks/results.json
	@$(TUNEDROP) bench

soak: .venv/.ready ## Look for hours for what tests have no time for (bounded: make soak MINUTES=1)
	@$(TUNEDROP) soak $(if $(MINUTES),--minutes $(MINUTES))

clean: ## Remove everything that set-up and runs have made
	rm -rf .venv .venv-ml .tunedrop build local/azurite/node_modules *.egg-info

.venv/.ready: requirements.txt requirements-cli.txt requirements-laptop.txt requirements-dev.txt constraints.txt pyproject.toml
	@$(PYTHON) scripts/check_tools.py
	@echo "Making .venv: the app, the command and the tests (once, about a minute) ..."
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install -qq --disable-pip-version-check -c constraints.txt -r requirements-dev.txt
	@.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
