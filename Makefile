# Two commands are all a newcomer needs: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/sh
PORT ?= 8888
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

FRONTEND := labextension/package.json labextension/package-lock.json labextension/tsconfig.json \
	$(shell find labextension/src labextension/style labextension/schema labextension/tools -type f -not -path '*/__tests__/*' 2>/dev/null)
PACKAGING := pyproject.toml hatch_build.py mlcost_ext/_version.py $(wildcard jupyter-config/*/* kernel-startup/*)

.DEFAULT_GOAL := help
.PHONY: help demo test test-python test-frontend test-browser check format types bench docs wheel clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

demo: .venv/.demo ## Start JupyterLab against the practice account; no AWS account needed (PORT=8888)
	@exec $(BIN)/mlcost demo --port $(PORT)

test: .venv/.dev ## Run every test: Python, TypeScript, real browser
	@$(BIN)/python tools/browser.py >/dev/null
	@$(MAKE) --no-print-directory test-frontend test-python test-browser

test-python: .venv/.dev
	$(BIN)/python -m pytest tests

test-frontend: .venv/.dev labextension/node_modules/.ready
	cd labextension && npm test

test-browser: .venv-wheel/.ready .venv-lab44/.ready
	.venv-wheel/bin/python -m pytest -c ui-tests/pytest.ini ui-tests

check: .venv/.dev labextension/node_modules/.ready ## Formatters, linters, types, contracts, fast tests: under 3 minutes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_auth.py
	$(BIN)/python tools/make_openapi.py --check
	cd labextension && npm run -s types:check && npm run -s lint:check && npm run -s typecheck
	cd labextension && npm test
	$(BIN)/python -m pytest tests/core tests/jobs tests/usecases tests/prices tests/hosts tests/ports tests/repo tests/test_config.py

format: .venv/.dev labextension/node_modules/.ready ## Put everything into the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd labextension && npm run lint

types: .venv/.dev labextension/node_modules/.ready ## Write openapi.json and the TypeScript types anew
	$(BIN)/python tools/make_openapi.py
	cd labextension && npm run -s types

bench: dist/.ready ## Measure start, memory, CPU and delays, side by side; results in bench/results
	$(BIN)/python -m bench

docs: .venv-wheel/.ready ## Take the screenshots in docs/ anew
	.venv-wheel/bin/python tools/make_screenshots.py

wheel: dist/.ready ## Build the wheel

clean: ## Remove what was built, but no source
	rm -rf .venv .venv-wheel .venv-lab44 .venv-bench build dist labextension/node_modules labextension/lib mlcost_ext/labextension

# -- environments ---------------------------------------------------------------------------

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit("mlcost-ext needs Python 3.10 or newer; say which with make PYTHON=...") if sys.version_info < (3, 10) else 0'
	@$(PYTHON) -m venv .venv >&2
	@touch $@

.venv/.demo: .venv/.python $(PACKAGING) $(FRONTEND)
	@echo "Installing mlcost-ext and JupyterLab into .venv; the first time takes a minute or two." >&2
	@$(BIN)/python -m pip install -q -e '.[sandbox]' >&2
	@touch $@

.venv/.dev: .venv/.python $(PACKAGING) $(FRONTEND)
	@echo "Installing mlcost-ext and what its tests need into .venv." >&2
	@$(BIN)/python tools/ensure_node.py >&2
	@$(BIN)/python -m pip install -q -e '.[dev]' >&2
	@touch $@ .venv/.demo

labextension/node_modules/.ready: labextension/package-lock.json | .venv/.dev
	cd labextension && npm ci --no-audit --no-fund
	@touch $@

dist/.ready: .venv/.dev $(shell find mlcost_ext -name '*.py' -o -name '*.json' -o -name '*.yaml' -o -name '*.ipynb' | grep -v labextension)
	@rm -rf dist
	@$(BIN)/python -m pip wheel -q --no-deps -w dist . >&2
	@touch $@

.venv-wheel/.ready: dist/.ready
	@test -d .venv-wheel || $(PYTHON) -m venv .venv-wheel
	@.venv-wheel/bin/python -m pip install -q --force-reinstall --no-deps dist/*.whl >&2
	@.venv-wheel/bin/python -m pip install -q "$$(ls dist/*.whl)[test]" >&2
	@touch $@

.venv-lab44/.ready: dist/.ready
	@test -d .venv-lab44 || $(PYTHON) -m venv .venv-lab44
	@.venv-lab44/bin/python -m pip install -q --force-reinstall --no-deps dist/*.whl >&2
	@.venv-lab44/bin/python -m pip install -q dist/*.whl 'jupyterlab>=4.4,<4.5' 'boto3>=1.37,<1.38' >&2
	@touch $@
