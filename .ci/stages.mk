# The stages of `bash .ci/run`, which sets SCRATCH: make runs those side by side that do not wait for
# each other, and shows what a stage said when it has ended. The longest ones come first.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.SILENT:
MAKEFLAGS += --no-print-directory

STAGES := grading test book pyodide site editions wheel lint
.PHONY: all machine $(STAGES) alone

define stage
SECONDS=0
ended() { printf '%4d:%02d  %s%s\n' $$((SECONDS / 60)) $$((SECONDS % 60)) "$@" "$$1" >>"$$SCRATCH/times"; }
trap 'status=$$?; [ $$status -eq 0 ] && ended "" || ended ", FAILED"; exit $$status' EXIT
echo "=== $@"
endef

# Lighthouse and JupyterLab with a kernel wait for much: they have the machine to themselves.
all alone: $(STAGES)
all: alone

$(STAGES): machine

machine:
	$(stage)
	$(MAKE) setup
	$(MAKE) --question setup || { echo "make never finds its set-up in order" >&2; exit 1; }
	# The oracles. Exactly this request: another one may fetch gigabytes for an accelerator.
	.venv/bin/pip install --quiet --progress-bar off torch==2.13.0

test:
	$(stage)
	here="not site and not grading and not editions"
	bound="--cov=dlcourse --cov-report=term:skip-covered --cov-fail-under=95"
	$(MAKE) test ARGS="-rfEs --durations=40 -m '$$here and not uncounted' $$bound" | tee "$$SCRATCH/test.log"
	$(MAKE) test ARGS="-rfEs --durations=40 -m '$$here and uncounted'" | tee -a "$$SCRATCH/test.log"
	! grep -i "could not import 'torch'" "$$SCRATCH/test.log" || { echo "the oracles were skipped" >&2; exit 1; }

book:
	$(stage)
	$(MAKE) book

lint:
	$(stage)
	$(MAKE) lint

# In a fresh environment: the package imports, and the chapters' notebooks run with a kernel alone.
wheel: book
	$(stage)
	.venv/bin/python -m build --wheel --no-isolation --outdir "$$SCRATCH/dist" . >"$$SCRATCH/build.log" 2>&1 ||
		{ tail -n 30 "$$SCRATCH/build.log"; exit 1; }
	sed -n 's/^\([a-z0-9._-]*==[^\\]*\).*/\1/p' requirements.lock >"$$SCRATCH/constraints.txt"
	python3 -m venv "$$SCRATCH/user"
	"$$SCRATCH/user/bin/pip" install --quiet --progress-bar off -c "$$SCRATCH/constraints.txt" "$$SCRATCH"/dist/*.whl
	check=$$PWD/tools/check_installed.py
	(cd "$$SCRATCH" && user/bin/dlcourse info && user/bin/python "$$check")
	"$$SCRATCH/user/bin/pip" install --quiet --progress-bar off -c "$$SCRATCH/constraints.txt" ipykernel nbclient
	"$$SCRATCH/user/bin/python" tools/run_notebooks.py _build/html/_downloads/book

# Python 3.12, NumPy 2.0, matplotlib 3.8 and integers of 32 bits: also the oldest versions we promise.
pyodide:
	$(stage)
	$(MAKE) check-browser-python

grading:
	$(stage)
	$(MAKE) check-grading ARGS="-rfEs --durations=40" | tee "$$SCRATCH/grading.log"
	! grep -i "the sandbox cannot start" "$$SCRATCH/grading.log" || { echo "the sandbox was not tried" >&2; exit 1; }

site: book
	$(stage)
	$(MAKE) check-site ARGS="-n 2 --max-worker-restart 0 -m 'site and not alone' --durations=40"

editions: book
	$(stage)
	$(MAKE) pdf
	$(MAKE) epub ARGS=-q
	$(MAKE) check-editions

alone:
	$(stage)
	$(MAKE) check-site ARGS="-m 'site and alone' --durations=10"
