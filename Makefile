# make book, make test: nothing else to remember. Each sets up what it needs on its first run.
# `make help` lists the rest. Another Python: make test PYTHON=python3.12 (after `make clean`).

PYTHON ?= python3
PORT ?= 8000
ARGS ?=

BIN := .venv/bin
PY := $(BIN)/python
PIP_FLAGS := --disable-pip-version-check --no-input
BUNDLE := dlcourse/explorers/static
EXPLORER_SOURCES := dlcourse/palette.json $(shell find dlcourse/explorers -path $(BUNDLE) -prune \
	-o \( -name '*.js' -o -name '*.mjs' -o -name '*.ts' -o -name '*.css' \) -print)

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
say = @printf '==> %s\n'

# The nets of the course are small: more threads than one only get in each other's way.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
export MKL_NUM_THREADS ?= 1
export VECLIB_MAXIMUM_THREADS ?= 1

.PHONY: help setup book pdf epub test serve exercises check-site check-editions check-grading
.PHONY: check-browser-python lint
.PHONY: bench bench-grading mutation lock clean

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 22

book: setup  ## execute every chapter and build the site into _build/html
	$(say) "building the site (every chapter is executed)"
	@$(BIN)/jupyter-book build . -W -n --keep-going $(ARGS)
	$(say) "done: open _build/html/index.html, or run make serve"

pdf: setup _build/html/index.html  ## print the built site as one book, _build/pdf/dlcourse.pdf
	$(say) "printing the book"
	@$(PY) tools/make_pdf.py

epub: setup  ## build the book for e-readers, _build/epub/dlcourse.epub
	$(say) "building the EPUB (chapters that were executed before are not executed again)"
	@$(BIN)/jupyter-book build . -W -n --keep-going --builder custom --custom-builder epub $(ARGS)

test: setup  ## run the test suite (ARGS="-k losses" picks)
	$(say) "running the tests"
	@$(PY) -m pytest -n auto --dist loadfile --max-worker-restart 0 $(ARGS)

serve: _build/html/index.html  ## open the built site in the browser
	@$(PY) tools/serve.py --port $(PORT)

check-site: setup  ## test figures and the built site in Chromium: links, accessibility, weight, speed
	@test -f _build/html/index.html || { echo "There is no site yet: run make book first"; exit 1; }
	$(say) "checking figures and the site in Chromium"
	@$(PY) -m pytest -m site tests $(ARGS)

check-editions: setup  ## test the PDF and the EPUB: contents, links, accessibility (needs Java)
	$(say) "checking the PDF and the EPUB"
	@$(PY) -m pytest -m editions tests/editions $(ARGS)

check-grading: setup  ## grade classes in the sandbox: hostile, honest, killed half-way
	$(say) "checking the grading pipeline"
	@$(PY) -m pytest -m grading tests/grading $(ARGS)

check-browser-python: setup  ## test the package in the browser's Python (fetches 80 MB)
	@$(PY) tools/browser_python/fetch.py
	$(say) "running the tests in the browser's Python"
	@node tools/browser_python/run_tests.mjs $(ARGS)

exercises: setup  ## make the notebooks of solutions/ from their text, then the students' exercises/
	@$(PY) tools/make_solutions.py
	@export PATH="$(CURDIR)/$(BIN):$$PATH"; \
	for folder in solutions/*/; do \
		name=$$(basename "$$folder"); \
		echo "==> $$name"; \
		$(BIN)/nbgrader generate_assignment "$$name" --create --force --log-level=WARN; \
	done

lint: setup  ## style, types, layers, spelling
	$(say) "ruff"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	$(say) "mypy"
	@$(BIN)/mypy
	$(say) "import-linter"
	@$(BIN)/lint-imports
	$(say) "codespell"
	@$(BIN)/codespell
	$(say) "cspell"
	@npx --no-install cspell --no-progress --no-summary

bench: setup  ## measure speed against PyTorch, scikit-learn and the matrix-product floor
	@$(PY) -c "import torch" 2>/dev/null || { \
		echo "make bench compares with PyTorch, which is not here: $(BIN)/pip install torch==2.13.0"; exit 1; }
	@$(PY) -m benchmarks.run $(ARGS)

bench-grading: setup  ## measure how fast a class is graded, beside stock nbgrader
	@$(PY) -m benchmarks.grading $(ARGS)

mutation: setup  ## mutation run over losses, backprop, costs and optimizers
	@$(BIN)/mutmut run $(ARGS)
	@$(BIN)/mutmut results

lock:  ## renew requirements.lock after a change of pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv"; exit 1; }
	@uv pip compile --quiet --universal --all-extras --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" pyproject.toml -o requirements.lock $(ARGS)

clean:  ## undo everything that the other commands made
	@rm -rf .venv node_modules _build build dist mutants *.egg-info $(BUNDLE) .hypothesis .cache
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .coverage .coverage.*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	$(say) "clean"

# --- Set-up. A stamp lies in the folder whose state it records, and goes when the folder goes. ---

setup: .venv/.package $(BUNDLE)/.built

_build/html/index.html:
	@$(MAKE) book

.venv/.python:
	@tools/preflight.sh $(PYTHON)
	$(say) "making the virtual environment .venv ($$($(PYTHON) -V))"
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/.locked: requirements.lock .venv/.python
	$(say) "installing the locked Python packages (a minute or two; later runs skip this)"
	@$(PY) -m pip install $(PIP_FLAGS) --no-deps --require-hashes -r $< 2>.venv/pip.log \
		| awk '/^(Collecting|Processing)/ && ++n % 40 == 0 { print "    " n " fetched"; fflush() } \
		       /^Installing/ { print "    unpacking"; fflush() }' \
		|| { tail -n 20 .venv/pip.log >&2; exit 1; }
	@touch $@

.venv/.package: pyproject.toml .venv/.locked
	$(say) "installing dlcourse itself (editable)"
	@$(PY) -m pip install $(PIP_FLAGS) --quiet --no-deps --no-build-isolation -e .
	@touch $@

node_modules/.installed: package-lock.json .npmrc
	@tools/preflight.sh $(PYTHON)
	$(say) "installing the locked Node packages"
	@npm ci --no-fund --no-audit --loglevel=error
	@touch $@

$(BUNDLE)/.built: package.json $(EXPLORER_SOURCES) node_modules/.installed
	$(say) "bundling the explorers"
	@mkdir -p $(BUNDLE)
	@npm run --silent build
	@touch $@
