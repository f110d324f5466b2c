# Two commands: `make demo` shows a market on this machine, `make test` checks everything.
# Each sets up .venv first; that needs Python 3.11 or newer and a C compiler.

# python3 where it is new enough, else the newest that is found.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; exit; }; \
	done; echo python3)
# The newest further Python, for `make test-newer`.
NEWER ?= $(shell for p in python3.13 python3.12 "$$HOME"/.pyenv/versions/3.13*/bin/python \
	"$$HOME"/.pyenv/versions/3.12*/bin/python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && { echo $$p; exit; }; \
	done)
# How many tests run at a time: three for two processors, since those with processes mostly wait.
WORKERS ?= $(shell echo $$((($$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) * 3 + 1) / 2)))
# Bytecode is kept, also where the environment asks for none: else each worker of the tests compiles
# the whole project.
export PYTHONDONTWRITEBYTECODE :=
BIN := .venv/bin
CODE := vrmnode protocol tools tests $(wildcard examples benchmarks)

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint-fix vectors lock test-newer fuzz clean \
	bench-ingest bench-gossip bench-sync bench-swarm bench-attacks soak

help:
	@echo "make demo        a market of separate processes on this machine"
	@echo "make test        all checks and all tests"
	@echo "make check       format, lint, types, import contracts, quotes of the specs"
	@echo "make lint-fix    format, and repair what the linter can"
	@echo "make vectors     write the conformance vectors again"
	@echo "make test-newer  the protocol's tests on a newer Python, where there is one"
	@echo "make lock        resolve the dependencies again"
	@echo "make bench-ingest, bench-gossip, bench-sync   measure beside others; needs npm, cc"
	@echo "make bench-swarm gossip of thirty nodes, simulated and real, beside what no protocol could beat"
	@echo "make bench-attacks  do honest peers, memory and limits hold? ONLY='http \"valid flood\"'"
	@echo "make soak        90 messages a second for ten minutes: what a node costs"
	@echo "make fuzz        feed every decoder and handler for long; FUZZ='--inputs 100000 --seed 7'"
	@echo "make clean       remove environments and caches"

setup:
	@$(PYTHON) tools/set_up.py .venv

demo: setup
	@$(BIN)/python -m examples.market

test: check
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

check: setup
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/python -m tools.check_spec_quotes
	$(BIN)/python -m tools.check_house

lint-fix: setup
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

vectors: setup
	cd protocol/vectors && ../../$(BIN)/python -m generate

lock: setup
	$(BIN)/python -m tools.lock

test-newer:
	@test -n "$(NEWER)" || echo "test-newer: no Python newer than 3.11 found; nothing to do"
	@test -z "$(NEWER)" || $(NEWER) tools/set_up.py .venv-newer
	@test -z "$(NEWER)" || .venv-newer/bin/pytest -q -n $(WORKERS) --dist worksteal tests/protocol tests/tools

bench-ingest bench-gossip bench-sync bench-swarm: bench-%: setup
	@$(BIN)/python -m benchmarks.$*

bench-attacks: setup
	@$(BIN)/python -m benchmarks.attacks $(if $(ONLY),--only $(ONLY))

soak: setup
	@$(BIN)/python -m benchmarks.soak

fuzz: setup
	@$(BIN)/python -m tests.fuzz $(FUZZ)

clean:
	rm -rf .venv .venv-newer .hypothesis .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
