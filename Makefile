# Verbs only: each calls a script of scripts/, and does its own set-up.
# Variables of `make run`: SCALE=0.1 (size of the simulated shop), DATA=DIR (a real log instead),
# SEED=42, THREADS=0 (one a processor), SHOP=NAME (which shop's registered model it is; default:
# the name of DATA's folder, else `simulated`). `make bench`: SCALE=1, DATA, SEED, REPEATS=5.
# Of `make experiments`, `tune` and `real-logs`: LOGS=DIR, the folder of the real logs
# (experiments/logs/development.yaml names them); else a simulated shop. What `experiments` and `tune`
# find goes to out/; with RECORD=1 also into docs/, where the documents and the slides read it.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev build run serve test check check-fast lint docs format coverage kill mutants fuzz bench bench-live growth mlflow notebook track-resume dag keep fetch kill-live stop-live swap-live half-open soak fuzz-api promote experiments tune tune-apply real-logs bytes slides fresh-model clean
LIVE = .venv/bin/python scripts/live_long.py
LIVE_WORDS = $(if $(COUNT),--count $(COUNT)) $(if $(RECORD),--record)
export BUNDLE STORE PORT ADMIN_PORT SECONDS_EACH SCALE DATA SEED SEEDS SHOP THREADS REPEATS LOGS ONLY TRIALS CUTS UNSEEN COUNT

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## system packages, .venv, headers: what build and run need
	@scripts/setup.sh

setup-dev: ## the same and what test and check need
	@scripts/setup.sh --dev

build: setup ## the program, at build/vitrina, and the Python package, in build/python
	@scripts/build.sh release vitrina _vitrina

serve: build ## answer a shop's site on 127.0.0.1 by the shop's champion (SHOP=), else models/bundle (BUNDLE=, DATA=, STORE=data/store, PORT=8000)
	@scripts/serve.sh

run: build ## the whole pipeline on a simulated shop (SCALE=) or a real log (DATA=)
	@scripts/run.sh

test: setup-dev ## release build, all fast tests, layer check
	@scripts/test.sh

check: test lint ## everything: test, lint, both sanitizers, kill tests, damaged files
	@scripts/sanitize.sh asan
	@scripts/sanitize.sh tsan
	@scripts/kill.sh
	@scripts/mutants.sh

check-fast: setup-dev ## lint without clang-tidy, and the address sanitizer (installs clang-16)
	@scripts/lint.sh --fast
	@scripts/sanitize.sh asan

lint: setup-dev ## clang-format, ruff, mypy, locks, layers, clang-tidy
	@scripts/lint.sh

docs: build setup-dev ## docs/cli.md, docs/features.md, params.yaml, tables of speed, the example answer, the notebook
	@.venv/bin/python scripts/cli_docs.py
	@.venv/bin/python scripts/feature_docs.py
	@.venv/bin/python scripts/measured_docs.py
	@build/vitrina params > params.yaml
	@scripts/example_answer.sh
	@.venv/bin/python scripts/run_notebooks.py

kill-live: build setup-dev ## 3,100 kills of the server under eight writers (COUNT=, RECORD=1 into docs/measured)
	@$(LIVE) kill $(LIVE_WORDS)

stop-live: build setup-dev ## 200 stops of the server under load; resumable, as all of these (COUNT=, RECORD=1)
	@$(LIVE) stop $(LIVE_WORDS)

swap-live: build setup-dev ## 500 bundles swapped while others ask (COUNT=, RECORD=1)
	@$(LIVE) swap $(LIVE_WORDS)

half-open: build setup-dev ## ten times a thousand peers that send half a request (COUNT=, RECORD=1)
	@$(LIVE) half-open $(LIVE_WORDS)

soak: build setup-dev ## an hour of mixed load: memory and descriptors stay flat (COUNT=seconds, RECORD=1)
	@$(LIVE) soak $(LIVE_WORDS)

fuzz-api: build setup-dev ## 10,000 requests that openapi.json allows or forbids (COUNT=, RECORD=1)
	@$(LIVE) fuzz $(LIVE_WORDS)

format: setup-dev ## rewrite the sources in the project's format
	@scripts/format.sh

coverage: setup-dev ## line coverage of the C++ tests, in build/coverage/html
	@scripts/coverage.sh

kill: build setup-dev ## stages killed at several points leave nothing half-written
	@scripts/kill.sh

mutants: build setup-dev ## 14,000 damaged files of a tiny shop, each refused in one line or read (COUNT=2000 of a file)
	@scripts/mutants.sh

fuzz: setup-dev ## libFuzzer on all that strangers send, SECONDS_EACH=20 a target; goes on where it was (installs clang-16)
	@scripts/fuzz.sh

bench: setup ## Vitrina and its peers timed side by side, answers checked: out/bench
	@scripts/measure/bench.sh

growth: setup ## time and memory of the whole run from scale 0.25 to 10: out/growth
	@scripts/measure/growth.sh

bench-live: setup ## a server under load, answers checked, beside what the machine could do: out/bench-live
	@scripts/measure/bench_live.sh

mlflow: setup ## the MLflow UI on 127.0.0.1
	@scripts/mlflow.sh

notebook: build ## the case in five minutes in JupyterLab on 127.0.0.1 (installs it)
	@scripts/setup.sh --notebook
	@scripts/notebook.sh

track-resume: setup ## send the runs that were kept while the MLflow server was down
	@.venv/bin/python -m vitrina_ops.track --resume

dag: setup ## the pipeline's stages as a graph
	@.venv/bin/dvc dag

keep: ## commit this run, for DVC to compare others with
	@scripts/keep.sh

fetch: setup ## a shop's registered bundle: SHOP= ALIAS=champion TO=bundle
	@.venv/bin/python -m vitrina_ops.fetch --shop "$(SHOP)" --alias "$(or $(ALIAS),champion)" --to "$(or $(TO),bundle)"

promote: setup ## make VERSION= of a shop's model its champion by hand (SHOP=)
	@.venv/bin/python -m vitrina_ops.promote --shop "$(SHOP)" --version "$(VERSION)"

experiments: build ## every hypothesis of experiments/ that is not known yet: out/experiments (LOGS=DIR, ONLY=PATTERN, SEEDS=42,43, RECORD=1 into docs)
	@scripts/experiments.sh $(if $(RECORD),--record)

tune: build setup-dev ## search parameters on LOGS=DIR or DATA=DIR CUTS= UNSEEN=, else a simulated shop: out/tuning (TRIALS=30, RECORD=1 into docs/measured)
	@.venv/bin/python -m vitrina_ops.tune search $(if $(RECORD),--record)

tune-apply: setup-dev ## write what was found into params.yaml and show the difference
	@.venv/bin/python -m vitrina_ops.tune apply

real-logs: build ## the README's figures, into docs/measured/real_logs.json (LOGS=DIR)
	@scripts/measure/real_logs.sh "$(LOGS)"

bytes: build ## is what `vitrina run` writes as recorded, byte for byte (LOGS=DIR)
	@scripts/bytes.sh "$(LOGS)"

slides: build setup-dev ## reports/presentation.ru.pdf and .en.pdf, from docs/measured/*.json alone
	@.venv/bin/python -m vitrina_slides.deck

fresh-model: build ## a registered model answers as the program where only MLflow and the wheel are
	@.venv/bin/python scripts/measure/fresh_model.py

clean: ## remove build/; .venv, .cache and data stay
	@rm -rf build
