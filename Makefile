# Two commands are all a newcomer needs: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/sh
PORT ?= 8888
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

FRONTEND := labextension/package.json labextension/package-lock.json labextension/tsconfig.json \
	labextension/core-4.4.json labextension/.npmrc labextension/install.json \
	$(shell find labextension/src labextension/style labextension/schema labextension/tools -type f -not -path '*/__tests__/*' 2>/dev/null)
PACKAGE := $(shell find mlcost_ext -type f -not -path 'mlcost_ext/labextension/*' -not -path '*/__pycache__/*')
NODE_MODULES := labextension/node_modules/.package-lock.json
SDKS := sdk3 sdk2 awscli
PACKAGING := pyproject.toml hatch_build.py mlcost_ext/_version.py $(wildcard jupyter-config/*/* kernel-startup/*)

# A file of tests at a time; three on two cores, since many of them wait, and in the order of conftest.py.
SIDE_BY_SIDE := -n 3 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help demo environments test test-python test-frontend test-sdk test-browser check-generated check format types bench bench-large soak sim test-focus docs wheel clean

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-16s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.demo ## Start JupyterLab against the practice account; no AWS account needed (PORT=8888)
	@exec $(BIN)/mlcost demo --port $(PORT)

test: .venv/.dev ## Run every test: Python, TypeScript, real browser
	@$(BIN)/python tools/browser.py >/dev/null
	@$(MAKE) --no-print-directory dist/.ready
	@$(MAKE) --no-print-directory -j3 environments test-frontend
	@$(MAKE) --no-print-directory test-python test-sdk test-browser

environments: .venv-lab44/.ready .venv-wheel/.ready $(SDKS:%=.venv-%/.ready) # side by side, since they wait for downloads

test-python: .venv/.dev
	$(BIN)/python -m pytest tests --ignore=tests/sdk $(SIDE_BY_SIDE)

test-frontend: check-generated
	cd labextension && npm test

test-sdk: .venv/.dev ## Run SageMaker's two SDKs and the AWS command line against the practice account
	@$(MAKE) --no-print-directory -j2 $(SDKS:%=.venv-%/.ready)
	$(BIN)/python -m pytest tests/sdk $(SIDE_BY_SIDE)

check-generated: .venv/.dev $(NODE_MODULES)
	$(BIN)/python tools/make_openapi.py --check
	$(BIN)/python tools/make_price_snapshot.py --check
	$(BIN)/python tools/make_rules.py --check
	cd labextension && npm run -s types:check

test-focus: .venv/.dev ## Let the FinOps Foundation's validator judge the ledger's export
	$(BIN)/python tools/focus_env.py
	$(BIN)/python -m pytest tests/ledger/focus/test_validator.py

test-browser: .venv-wheel/.ready .venv-lab44/.ready
	.venv-wheel/bin/python -m pytest -c ui-tests/pytest.ini ui-tests $(SIDE_BY_SIDE)

check: check-generated ## Formatters, linters, types, contracts, fast tests: under 3 minutes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_auth.py
	cd labextension && npm run -s lint:check && npm run -s typecheck && npm run -s typecheck:4.4
	cd labextension && npm test
	$(BIN)/python -m pytest tests/core tests/jobs tests/usecases tests/prices tests/hosts tests/ports tests/repo tests/test_config.py tests/test_wiring_host.py

format: .venv/.dev $(NODE_MODULES) ## Put everything into the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd labextension && npm run lint

types: .venv/.dev $(NODE_MODULES) ## Write openapi.json and the TypeScript types anew
	$(BIN)/python tools/make_openapi.py
	cd labextension && npm run -s types

bench: dist/.ready ## Measure start, memory, CPU and delays, side by side; results in bench/results
	$(BIN)/python -m bench

bench-large: dist/.ready ## Measure a ledger of ten million charges, half an hour and 2 GB of disk
	$(BIN)/python -m bench ledger_large

soak: .venv/.dev ## Let every bad day of AWS pass, in turn and in any mix, each figure held against the truth: over an hour
	$(BIN)/python -m tests.soak

sim: .venv/.dev ## Hold the idle verdict of 100,000 random days against a simple model: some minutes
	$(BIN)/python -m tests.sim --days 100000

docs: .venv-wheel/.ready ## Take the screenshots in docs/ anew
	.venv-wheel/bin/python tools/make_screenshots.py

wheel: dist/.ready ## Build the wheel

clean: ## Remove what was built, but no source
	rm -rf .venv .venv-wheel .venv-lab44 $(SDKS:%=.venv-%) .venv-bench build dist labextension/node_modules labextension/lib mlcost_ext/labextension

# -- environments ---------------------------------------------------------------------------

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit("mlcost-ext needs Python 3.10 or newer; say which with make PYTHON=...") if sys.version_info < (3, 10) else 0'
	@$(PYTHON) -m venv .venv >&2
	@touch $@

.venv/.demo: .venv/.python $(PACKAGING) $(FRONTEND)
	@echo "Installing mlcost-ext and JupyterLab into .venv; the first time takes a minute or two." >&2
	@$(BIN)/python -m pip install -qq -e '.[sandbox]' >&2
	@touch $@

.venv/.dev: .venv/.python $(PACKAGING) $(FRONTEND)
	@echo "Installing mlcost-ext and what its tests need into .venv." >&2
	@$(BIN)/python tools/ensure_node.py >&2
	@$(BIN)/python -m pip install -qq -e '.[dev]' >&2
	@touch $@ .venv/.demo

# npm notes here, last of all, what it has installed; the build hook may have been first.
$(NODE_MODULES): labextension/package-lock.json | .venv/.dev
	@cd labextension && { test node_modules/.package-lock.json -nt package-lock.json || npm ci --no-audit --no-fund; }

dist/.ready: .venv/.dev $(PACKAGE)
	@rm -rf dist
	@$(BIN)/python -m pip wheel -qq --no-deps -w dist . >&2
	@touch $@

.venv-wheel/.ready: dist/.ready
	@test -d .venv-wheel || $(PYTHON) -m venv .venv-wheel
	@.venv-wheel/bin/python -m pip install -qq --force-reinstall --no-deps dist/*.whl >&2
	@.venv-wheel/bin/python -m pip install -qq "$$(ls dist/*.whl)[test]" >&2
	@touch $@

.venv-lab44/.ready: dist/.ready
	@test -d .venv-lab44 || $(PYTHON) -m venv .venv-lab44
	@.venv-lab44/bin/python -m pip install -qq --force-reinstall --no-deps dist/*.whl >&2
	@.venv-lab44/bin/python -m pip install -qq dist/*.whl 'jupyterlab>=4.4,<4.5' 'boto3>=1.37,<1.38' >&2
	@touch $@

# Programs of others, as people install them; left uncompiled, since tests touch a small part of them.
$(SDKS:%=.venv-%/.ready): .venv-%/.ready: tests/sdk/versions.txt
	@echo "Installing $* for its tests into .venv-$*." >&2
	@test -d .venv-$* || $(PYTHON) -m venv .venv-$*
	@.venv-$*/bin/python -m pip install -qq --no-compile $$(sed -n 's/^$*: //p' $<) >&2
	@touch $@
