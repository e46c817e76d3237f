# make demo    try the bot in a browser page, on a simulated Discord
# make test    run every check
# make bench   measure, and write benchmarks/README.md; takes some minutes
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock" --group build

.PHONY: demo test bench format lock screenshot clean
.DEFAULT_GOAL := test

demo: .venv/demo.stamp
	@$(BIN)/paperclub demo

test: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/basedpyright
	$(BIN)/pytest -n auto --dist worksteal

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks

# The picture in the README, taken from the demo.
screenshot: .venv/dev.stamp
	$(BIN)/python -m tests.browser docs/demo.png

lock: .venv/dev.stamp
	$(COMPILE) --extra demo pyproject.toml -o requirements.lock
	$(COMPILE) --all-extras pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv

.venv/bin/python:
	@echo "Making the virtual environment ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Paperclub needs Python 3.11 or newer: make PYTHON=python3.11")'
	@$(PYTHON) -m venv .venv || { echo "Is python3-venv installed? On Debian: apt-get install python3-venv"; rm -rf .venv; exit 1; }

.venv/demo.stamp: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing what the demo needs (150 MB on disk, once) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "Installing what the checks need (800 MB on disk, once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@ .venv/demo.stamp
