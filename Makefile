# Everything this project can be asked to do. `make` alone lists it.
# Relative paths only: the checkout may lie in a directory with spaces in its name.

.DEFAULT_GOAL := help
.PHONY: help setup runtime demo test check bench drills mutations assets screens
MAKEFLAGS += --no-print-directory

PYTHON_BIN := .venv/bin/python

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

setup: ## build .venv with all dependencies, by the hashes in requirements/
	@tools/setup dev

runtime: # only what the product itself needs
	@tools/setup runtime

demo: runtime ## the whole product on this machine with sample data, until Ctrl-C (DEMO_EXIT=1: stop after the run)
	@exec $(PYTHON_BIN) manage.py demo --with-parent $$PPID

test: setup ## all tests, in one run of two processes: real PostgreSQL, Redis and browser
	@tools/browser
	@$(PYTHON_BIN) -m pytest -q -n 2 --dist worksteal

check: setup ## format, lint, known flaws of dependencies, types, layers, settings, migrations, generated pages
	@tools/check

bench: setup ## the workloads of bench/, each beside its hand-written baseline (python -m bench NAME --help for one)
	@$(PYTHON_BIN) -m bench all

drills: setup ## kill what must be able to die; ask every cell of the policy, for everybody, at length
	@$(PYTHON_BIN) -m pytest -v tests/drills
	@$(PYTHON_BIN) -m pytest -v -s tests/drills/drill_*.py
	@$(PYTHON_BIN) -m pytest -v -s tests/security/drill_*.py
	@$(PYTHON_BIN) -m pytest -v -s tests/browser/drill_*.py

mutations: setup ## take each permission condition away, one at a time, and see a test fail (hours)
	@$(PYTHON_BIN) tools/mutate.py

screens: setup ## pictures of the pages over the demo, into docs/screens/
	@tools/browser
	@$(PYTHON_BIN) -m tests.browser.screens

assets: setup ## rebuild the committed style sheet, scripts, icons and message catalogue (needs Node)
	@cd assets && npm ci --ignore-scripts && node build.mjs
	@$(PYTHON_BIN) tools/messages.py
