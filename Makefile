# The few verbs of this project. Every one sets up what it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test test-fast check bench clean

demo: $(STAMP)  ## train a model on white wines, from nothing
	$(BIN)/hornbook demo

test: check  ## every test, with linters and types first
	$(BIN)/pytest -n 2 --dist worksteal -q

test-fast: $(STAMP)  ## an answer in two minutes: no real trainings
	$(BIN)/pytest -n 2 --dist worksteal -q -m "not slow"

check: $(STAMP)
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)  ## all workloads beside their peers, in one table
	$(BIN)/python -m benchmarks

# Compiled bytecode makes the import of Keras several times as fast.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode \
		--constraint constraints.txt --editable . --group dev
	touch $(STAMP)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
