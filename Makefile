# Every target works on a machine that has Python 3.11 (with pip) and make: it makes its own .venv on first use.

PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help install quickstart test lint verify analysis docs constraints clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

install: $(STAMP) ## the package and its tools into .venv, in the versions of constraints.txt

# One install for all targets; it is repeated only after the requirements have changed.
$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing into .venv (some minutes the first time)"
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '.[test,lint]'
	@touch $@

quickstart: export GANSEARCH_HOME ?= $(CURDIR)/.gansearch
quickstart: $(STAMP) ## the main job: a search over GANs on real digits, to a report
	$(BIN)/gansearch launch quickstart --name quickstart-$$(date -u +%Y%m%d-%H%M%S)

# One thread a process: the two test processes would otherwise fight for the cores.
test verify: export OMP_NUM_THREADS := 1

test: $(STAMP) ## the tests, within 12 minutes
	$(BIN)/pytest -m "not verify" -n 2

# A cluster of many processes each, which Ray gives seconds to come up.
CROWDED := tests/cluster tests/executors/test_gpu_placement.py

# Half of their time they wait for other processes: three at a time fill two cores, the longest files first.
verify: $(STAMP) ## slower checks of the whole program, within 20 minutes
	$(BIN)/pytest -m verify -n 3 --dist loadfile --no-loadscope-reorder --durations 30 --timeout 900 $(CROWDED:%=--ignore %)
	$(BIN)/pytest -m verify --durations 5 --timeout 1800 $(CROWDED)

lint: $(STAMP) ## style, types, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The longest first; each reads stored runs alone, so that two are written at a time.
PAGES := null/analyse seed-003/analyse tricks/analyse searches/replay

analysis: export OMP_NUM_THREADS := 1
analysis: $(STAMP) ## the published pages anew from their stored runs, within 2 minutes
	@$(MAKE) --no-print-directory --jobs 2 $(PAGES:%=analysis/%.page)

analysis/%.page:
	@$(BIN)/python analysis/$*.py

docs: $(STAMP) ## write docs/reference/ anew from what the code declares
	$(BIN)/python tools/generate_reference.py

# Keeps the versions that constraints.txt has where they still satisfy pyproject.toml; `UPGRADE=--upgrade` takes the newest.
constraints: $(STAMP) ## write constraints.txt anew from the ranges in pyproject.toml
	echo uv | $(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--extra test --extra lint $(UPGRADE) --output-file constraints.txt pyproject.toml -

clean: ## remove the environment and the tools' caches; studies stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
