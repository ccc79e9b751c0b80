# Everything a person does with Mahjar. ARGS passes words on: make test ARGS="tests/unit -q"
PYTHON := .venv/bin/python
ARGS ?=

.PHONY: run demo test check bench transaction reset setup
.DEFAULT_GOAL := run

run: ## start everything; MAHJAR_PORT (8080) and MAHJAR_DATA (.data) choose where
	@deploy/setup.sh run
	@$(PYTHON) -m deploy.run $(ARGS)

test: ## all tests, against real servers
	@deploy/setup.sh test
	@$(PYTHON) -m pytest $(ARGS)

check: ## style, types, imports, budgets, translations, generated pages
	@deploy/setup.sh test
	@$(PYTHON) -m deploy.check $(ARGS)

bench: ## measures the workloads of docs/performance.md
	@deploy/setup.sh test
	@$(PYTHON) -m tests.benchmarks $(ARGS)

transaction: ## writes a new transaction: ARGS="residence-letter --shape mission-document"
	@deploy/setup.sh test
	@$(PYTHON) -m deploy.scaffold $(ARGS)

demo: ## plays every transaction from beginning to end; ARGS=individual-extract plays one
	@deploy/setup.sh run
	@$(PYTHON) -m deploy.demo $(ARGS)

reset: ## forgets the data folder
	@deploy/setup.sh run
	@$(PYTHON) -m deploy.reset

setup: ## only what the other targets do first
	@deploy/setup.sh test
