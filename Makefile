# make demo    install into .venv and run the main job on the embedded demo study
# make test    install into .venv and run all checks and tests
# make real DATA=FOLDER   run the main job on the real subset (studies/hct116_subset.yaml)
# make docs    write docs/configuration.md from the schema
# make lock    resolve requirements.in anew (needs uv)

PYTHON ?= python3
CORES ?= all
DATA ?= ../shared/data

BIN := .venv/bin
INSTALLED := .venv/installed
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES) --quiet rules host
TESTS ?= tests

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.SILENT:
.PHONY: demo test real docs lock

demo: $(INSTALLED)
	echo "== mirsignal: main job on the demo study (about 4 minutes on 2 cores)"
	$(SNAKEMAKE)
	echo "== Writing the report"
	$(SNAKEMAKE) --report results/demo/report.html 2> results/demo/logs/report.log \
	    || { cat results/demo/logs/report.log; exit 1; }
	echo
	grep -v '^#' results/demo/comparison/main/metrics.tsv | cut -f 1-7 | sed 's/\t/  /g'
	echo
	echo "== Done. Open results/demo/report.html; every step lies under results/demo/."

test: $(INSTALLED)
	echo "== Lint, format, types"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/mypy
	$(BIN)/snakemake --lint
	echo "== Tests (the workflow tests run Snakemake on a small study: some minutes)"
	$(BIN)/python -m pytest $(TESTS)
	echo "== All checks and tests passed."

real: $(INSTALLED)
	[ -d "$(DATA)" ] || { echo "make real: no folder $(DATA); give it as DATA=FOLDER"; exit 1; }
	echo "== mirsignal: main job on the HCT116 subset (about 45 minutes on 2 cores)"
	$(SNAKEMAKE) --configfile studies/hct116_subset.yaml --config data="$(DATA)"
	echo
	grep -v '^#' results/hct116_subset/comparison/main/metrics.tsv | cut -f 1-7 | sed 's/\t/  /g'
	echo
	echo "== Done. Results lie under results/hct116_subset/."

docs: $(INSTALLED)
	$(BIN)/python -m mirsignal.config > docs/configuration.md.new
	mv docs/configuration.md.new docs/configuration.md

lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url \
	    --python-version 3.11 requirements.in -o requirements.txt

$(INSTALLED): requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || {
	    echo "make: $(PYTHON) is not Python 3.11 to 3.13 (TensorFlow has no other wheels);"
	    echo "make: name one that is, such as: make $(MAKECMDGOALS) PYTHON=python3.12"
	    exit 1
	}
	n=$$(grep -c '==' requirements.txt)
	echo "== Installing $$n packages into .venv (2.5 GB, about 2 minutes)"
	$(PYTHON) -m venv .venv || {
	    echo "make: no virtual environment could be made; on Debian: apt install python3-venv"
	    exit 1
	}
	$(BIN)/python -m pip install --disable-pip-version-check --no-input \
	    --require-hashes -r requirements.txt 2> .venv/pip-errors.log \
	    | awk -v n="$$n" '/^Collecting/ { k++; if (k % 20 == 0) print "   package " k " of at most " n; fflush() }
	                      /^Installing collected/ { print "   unpacking"; fflush() }' || {
	    cat .venv/pip-errors.log
	    exit 1
	}
	touch $(INSTALLED)
