# Needs python3 (3.11 or newer) with pip, git and make; everything else goes into .venv.
# Another interpreter: make test PY=python3.12

PY   ?= python3
VENV := .venv
BIN  := $(VENV)/bin
ARGS ?=

PIP     := $(PY) -m pip --disable-pip-version-check --python
# The locked files are complete, so pip resolves nothing.
INSTALL := $(PIP) $(BIN)/python install -q --no-deps

LOCK := $(VENV)/lock/bin/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --build-deps-for editable \
        --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.DELETE_ON_ERROR:
.PHONY: help demo test lint format docs sim bench lock clean

help:            ## say what each target does
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' Makefile | expand -t 10

demo: $(VENV)/.run  ## rehearse the example PRD on the simulated GitHub: plan, apply, audit
	$(BIN)/penstock rehearse examples/large-prd.md

test: $(VENV)/.dev  ## run the tests; make test ARGS="tests/core -k budget"
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev  ## ruff check, ruff format --check, mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.dev  ## write what commands say and show into docs/cli.md and docs/tutorial.md
	$(BIN)/python tools/cli_reference.py
	$(BIN)/python tools/tutorial.py

sim: $(VENV)/.dev  ## seeded worlds: make sim SEED=123 replays one, make sim N=1000 runs many
	$(BIN)/python -m penstock.verify $(if $(SEED),--seed $(SEED),--seeds $(or $(N),100))

bench: $(VENV)/.dev  ## print every figure the README quotes
	@set -e; for script in bench/[a-z]*.py; do echo "== $$script"; $(BIN)/python $$script --json; done

lock:            ## resolve requirements/*.txt again; make lock ARGS=--upgrade
	$(PY) -m venv --without-pip $(VENV)/lock
	$(PIP) $(VENV)/lock/bin/python install -q 'pip-tools==7.6.2'
	$(LOCK) $(ARGS) --extra dev -o requirements/dev.txt pyproject.toml
	$(LOCK) $(ARGS) -c requirements/dev.txt -o requirements/run.txt pyproject.toml

clean:           ## remove the virtual environment and every cache
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist

# Without ensurepip on purpose: Debian ships it in a package of its own, and pip can install from outside.
$(BIN)/python:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Penstock needs Python 3.11 or newer: make PY=python3.12")'
	$(PY) -m venv --without-pip $(VENV)

$(VENV)/.run: pyproject.toml requirements/run.txt | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements/run.txt
	$(INSTALL) --no-build-isolation -e .
	touch $@

# dev.txt holds everything run.txt does, so `make demo` after `make test` installs nothing.
$(VENV)/.dev: pyproject.toml requirements/dev.txt | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements/dev.txt
	$(INSTALL) --no-build-isolation -e .
	touch $@ $(VENV)/.run
