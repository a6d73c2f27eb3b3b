# make demo    install into .venv and run the main job on the embedded demo study
# make test    install into .venv and run all checks and tests, but for the slowest two
# make test-all            with them (an hour on 2 cores)
# make real DATA=FOLDER   run the main job on the real subset (studies/hct116_subset.yaml)
# make bench-binding DATA=FOLDER   compare binding networks with published ones
# make bench-scan [DATA=FOLDER]    compare the scan with other ways to scan
# make bench-interpretation [DATA=FOLDER]   check attributions on test positives
# make bench-repression DATA=FOLDER   compare models of repression on the real subset
# make bench-coverage DATA=FOLDER   measure prediction intervals in other cells
# make bench-transfer DATA=FOLDER   compare models on new miRNAs and new cells
# make bench-predict DATA=FOLDER    what predictions without training cost
# make bench-passenger DATA=FOLDER   compare rules for the passenger strand
# make bench-gpu           scan and training on a GPU, if there is one (with KERAS_BACKEND=jax
#              by JAX, where that is installed)
# make bench-reliability   faults on purpose: kills, a full disk, damage, faulty input
# make models DATA=FOLDER   make the model that comes along anew (mirsignal/ready/human)
# make docs    write docs/configuration.md and docs/tables.md from schemas, docs/files.md
#              from the finished demo
# make site    build the documentation into site/
# make lock    resolve requirements.in anew (needs uv)

PYTHON ?= python3
CORES ?= all
DATA ?= ../shared/data
TESTS ?= tests

BIN := .venv/bin
INSTALLED := .venv/installed
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES) --quiet rules host
SHELL := /bin/bash
show = grep -v '^\#' $(1) | cut -f 1,2,6-10 | tr '\t' '|' | sed 's/|/  /g'

.SILENT:
.PHONY: demo test test-all real bench-binding bench-scan bench-repression bench-interpretation \
    bench-coverage bench-transfer bench-predict bench-passenger bench-gpu \
    bench-reliability models docs site lock

demo: $(INSTALLED)
	echo "== Targets of let-7a and miR-155 among 59 human 3' UTRs, with the model at hand"
	$(BIN)/python -m mirsignal.ready.command predict --mirna let-7a miR-155 \
	    --utrs resources/utrs_human_excerpt.fa.gz --out results/targets
	echo "== mirsignal: main job on the demo study (some minutes on 2 cores)"
	$(SNAKEMAKE)
	echo "== Writing the report"
	$(SNAKEMAKE) --report results/demo/report.html 2> results/demo/logs/report.log \
	    || { cat results/demo/logs/report.log; exit 1; }
	echo
	$(call show,results/demo/comparison/main/metrics.tsv)
	echo
	echo "== Done. Open results/demo/report.html; every step lies under results/demo/."

test: CHOSEN = -m "not slow"
test test-all: $(INSTALLED)
	echo "== Lint, format, types"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/mypy
	$(BIN)/snakemake --lint
	echo "== Tests (the workflow tests run Snakemake on a small study: some minutes)"
	$(BIN)/python -m pytest -n 2 --dist loadfile --durations 60 \
	    --durations-min 5 $(CHOSEN) $(TESTS)
	echo "== All checks and tests passed."

real: $(INSTALLED)
	[ -d "$(DATA)" ] || { echo "make: no folder $(DATA); give one as DATA=FOLDER"; exit 1; }
	echo "== mirsignal: main job on the HCT116 subset"
	$(SNAKEMAKE) --configfile studies/hct116_subset.yaml --config data="$(DATA)"
	echo
	$(call show,results/hct116_subset/comparison/main/metrics.tsv)
	echo
	echo "== Done. Results lie under results/hct116_subset/."

bench-binding: $(INSTALLED)
	[ -d "$(DATA)" ] || { echo "make: no folder $(DATA); give one as DATA=FOLDER"; exit 1; }
	echo "== Binding networks on published sets (about an hour on 2 cores)"
	for study in clash2013 hejret2023; do \
	    $(SNAKEMAKE) --configfile studies/$$study.yaml --config data="$(DATA)" \
	        --set-threads train_binding=1 -- binding \
	        || exit 1; \
	done
	$(BIN)/python -m benchmarks.measure_binding "$(DATA)"
	echo "== Done. results/benchmarks/binding.json and binding.md."

bench-scan bench-interpretation: STUDY = $(if $(wildcard $(DATA)),hct116_subset,demo)
bench-scan bench-interpretation: CONFIGURED = $(if $(wildcard $(DATA)),--configfile studies/hct116_subset.yaml --config data="$(DATA)")
bench-scan: $(INSTALLED)
	echo "== The scan against other ways (about 15 minutes on 2 cores)"
	$(SNAKEMAKE)
	$(SNAKEMAKE) $(CONFIGURED) -- results/$(STUDY)/inputs/shards.parquet \
	    results/$(STUDY)/scan/balanced.cnn.attribution/thresholds.json \
	    results/$(STUDY)/scan/balanced.cnn.prediction/thresholds.json
	$(BIN)/python -m benchmarks.measure_scan $(STUDY) $(wildcard $(DATA))
	echo "== Done. results/benchmarks/scan.json."

bench-interpretation: $(INSTALLED)
	echo "== Attributions of the binding network on test positives (about 5 minutes on 2 cores)"
	$(SNAKEMAKE) $(CONFIGURED) -- results/$(STUDY)/binding/balanced.cnn/model.keras
	$(BIN)/python -m benchmarks.measure_interpretation $(STUDY)
	echo "== Done. results/benchmarks/interpretation.json."

bench-repression: $(INSTALLED)
	[ -d "$(DATA)" ] || { echo "make: no folder $(DATA); give one as DATA=FOLDER"; exit 1; }
	echo "== Models of repression on the HCT116 subset (about 40 minutes on 2 cores)"
	$(SNAKEMAKE) --configfile studies/hct116_subset.yaml --config data="$(DATA)" -- \
	    results/hct116_subset/comparison/{main,fine_tuned,unseen}/metrics.json
	$(BIN)/python -m benchmarks.measure_repression hct116_subset
	echo "== Done. results/benchmarks/repression.json."

bench-coverage: $(INSTALLED)
	[ -d "$(DATA)" ] || { echo "make: no folder $(DATA); give one as DATA=FOLDER"; exit 1; }
	echo "== Prediction intervals from HCT116 in HEK293FT and HeLa (about 20 minutes on 2 cores)"
	$(BIN)/python -m benchmarks.measure_coverage prepare "$(DATA)"
	for cells in hek hela; do \
	    $(SNAKEMAKE) --config data="$(DATA)" --configfile studies/hct116_subset.yaml \
	        results/benchmarks/coverage/$$cells.yaml -- predict || exit 1; \
	done
	$(BIN)/python -m benchmarks.measure_coverage measure "$(DATA)"
	echo "== Done. results/benchmarks/coverage.json."

bench-transfer: $(INSTALLED)
	[ -d "$(DATA)" ] || { echo "make: no folder $(DATA); give one as DATA=FOLDER"; exit 1; }
	echo "== Models of several experiments on new genes, miRNAs and cells (some hours)"
	$(SNAKEMAKE) --configfile studies/human_repression.yaml --config data="$(DATA)" -- transfer \
	    results/human_repression/binding/all_but_validation.taught/metrics.json
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.measure_transfer "$(DATA)"
	echo "== Done. results/benchmarks/transfer.json."

bench-predict: $(INSTALLED)
	[ -d "$(DATA)" ] || { echo "make: no folder $(DATA); give one as DATA=FOLDER"; exit 1; }
	echo "== What predictions without training cost (about 25 minutes on 2 cores)"
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.measure_predict "$(DATA)"
	echo "== Done. results/benchmarks/predict.json."

bench-passenger: $(INSTALLED)
	[ -d "$(DATA)" ] || { echo "make: no folder $(DATA); give one as DATA=FOLDER"; exit 1; }
	echo "== The passenger strand in three experiments (about 10 minutes on 2 cores)"
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.measure_passenger "$(DATA)"
	echo "== Done. results/benchmarks/passenger.json."

bench-gpu: $(INSTALLED)
	echo "== Scan, matrix products and training on the backend's device (some minutes)"
	$(BIN)/python -m benchmarks.measure_backend
	echo "== Done. results/benchmarks/backend.json."

bench-reliability: $(INSTALLED)
	echo "== Faults on purpose in runs of the small study (about two hours on 2 cores)"
	$(BIN)/python -m benchmarks.measure_reliability
	echo "== Done. results/benchmarks/reliability.json."

models: $(INSTALLED)
	[ -d "$(DATA)" ] || { echo "make: no folder $(DATA); give one as DATA=FOLDER"; exit 1; }
	echo "== The model that predicts without training (several hours on 2 cores)"
	$(SNAKEMAKE) --configfile studies/human_repression.yaml --config data="$(DATA)" -- \
	    results/human_repression/transfer/joint_without_network/model.npz \
	    results/human_repression/transfer/network/model.npz \
	    results/human_repression/transfer/seed_and_network/intervals.tsv \
	    results/human_repression/binding/all_but_validation.student/metrics.json
	$(BIN)/python -m mirsignal.ready.build results/human_repression "$(DATA)" \
	    mirsignal/ready/human
	echo "== Done. mirsignal/ready/human; its card.yaml says what it reaches."

docs: $(INSTALLED)
	$(BIN)/python -m mirsignal.workflow.config > docs/configuration.new
	mv docs/configuration.new docs/configuration.md
	$(BIN)/python -m mirsignal.files.schemas > docs/tables.new
	mv docs/tables.new docs/tables.md
	[ -e results/demo/comparison/main/metrics.json ] || { \
	    echo "make: docs/files.md is made from a finished demo; run make demo first"; exit 1; }
	$(BIN)/python -m docs.describe_files results/demo > docs/files.new
	mv docs/files.new docs/files.md

site: $(INSTALLED)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	echo "== Done. Open site/index.html."

lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url \
	    --python-version 3.11 requirements.in -o requirements.txt

$(INSTALLED): requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	    echo "make: $(PYTHON) is not Python 3.11, 3.12 or 3.13, which TensorFlow needs;"; \
	    echo "make: name one that is, such as: make $(MAKECMDGOALS) PYTHON=python3.12"; \
	    exit 1; }
	echo "== Installing $$(grep -c == requirements.txt) packages into .venv (2.5 GB, some minutes)"
	$(PYTHON) -m venv .venv || { \
	    echo "make: no virtual environment could be made; on Debian: apt install python3-venv"; \
	    exit 1; }
	set -o pipefail; $(BIN)/python -m pip install --disable-pip-version-check --no-input \
	    --require-hashes -r requirements.txt 2> .venv/pip-errors.log | awk ' \
	    /^Collecting/ { if (++n % 20 == 0) { print "   " n " packages fetched"; fflush() } } \
	    /^Installing collected/ { print "   unpacking"; fflush() }' \
	    || { cat .venv/pip-errors.log; exit 1; }
	touch $(INSTALLED)
