# Everything a person does with Mahjar. ARGS passes words on: make test ARGS="tests/unit -q"
PYTHON := .venv/bin/python
ARGS ?=

.PHONY: run demo test clock check full bench mutate transaction backup reset setup admin
.DEFAULT_GOAL := run

run: ## start everything; MAHJAR_PORT (8080) and MAHJAR_DATA (.data) choose where
	@deploy/dev/setup.sh run
	@$(PYTHON) -m deploy.dev.run $(ARGS)

test: ## all tests, against real servers, in two processes; ARGS="-n 0 --pdb" stays in one
	@deploy/dev/setup.sh test
	@$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

clock: ## dates at their worst: eight instants, the demo too; ARGS="two --tests", "leap-day --whole", "--at 2030-01-31T23:59+00:00"
	@deploy/dev/setup.sh test
	@$(PYTHON) -m tests.clock $(ARGS)

check: ## style, types, imports, budgets, translations, generated pages
	@deploy/dev/setup.sh test
	@$(PYTHON) -m deploy.dev.check $(ARGS)

full: ## the long trials, in at most 90 minutes; goes on where it was stopped; ARGS="--seed 7 --only frozen"
	@deploy/dev/setup.sh test
	@$(PYTHON) -m tests.full $(ARGS)

bench: ## measures the workloads of docs/performance.md
	@deploy/dev/setup.sh test
	@$(PYTHON) -m tests.benchmarks $(ARGS)

mutate: ## changes rules, money, access and statuses, and looks which tests notice; ARGS="--seed 8 --only payments"
	@deploy/dev/setup.sh test
	@$(PYTHON) -m tests.mutation $(ARGS)

transaction: ## writes a new transaction: ARGS="residence-letter --shape mission-document"
	@deploy/dev/setup.sh test
	@$(PYTHON) -m deploy.dev.scaffold $(ARGS)

demo: ## plays every transaction from beginning to end; ARGS=individual-extract plays one in both languages, with --language ar in one
	@deploy/dev/setup.sh run
	@$(PYTHON) -m deploy.demo $(ARGS)

admin: ## opens a staff account by a one-time link: ARGS="invite --email NAME@HOST --mission RUH"
	@deploy/dev/setup.sh run
	@$(PYTHON) -m deploy.platform.admin $(ARGS)

backup: ## copies, restores and checks: ARGS="take --to /backups", docs/how-to/back-up-and-restore.md
	@deploy/dev/setup.sh run
	@$(PYTHON) -m deploy.platform.backup $(ARGS)

reset: ## forgets the data folder
	@deploy/dev/setup.sh run
	@$(PYTHON) -m deploy.dev.reset

setup: ## only what the other targets do first
	@deploy/dev/setup.sh test
