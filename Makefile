# Works on a fresh machine with Python 3.11 or later and make: no compiler, no other tool.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test check services format docs protos clean

demo: $(INSTALLED) ## A made-up catalogue with songs, served on port 8080, with four things to try.
	$(BIN)/python scripts/demo.py

test: $(INSTALLED) ## Every test; pytest's own summary is the last line.
	@$(BIN)/python -m pytest $(ARGS)

check: $(INSTALLED) ## Formatting, lint, types, import direction, generated pages.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/generate.py --check

services: $(INSTALLED) ## Real servers for the tests; without one, its tests are skipped and say so.
	@$(BIN)/python -m tests.services

format: $(INSTALLED) ## Format, and repair what can be repaired.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(INSTALLED) ## Write the generated pages anew.
	$(BIN)/python scripts/generate.py

protos: $(INSTALLED) ## Write the code of proto/ anew.
	$(BIN)/python scripts/protos.py

clean: ## Remove what make made.
	rm -rf $(VENV) demo-data build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@
