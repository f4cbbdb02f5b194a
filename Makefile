# The developer's commands.  `make help` lists them; CONTRIBUTING.md has the plain ones for Windows and macOS.

PYTHON := .venv/bin/python
SOURCES := core gui resources packaging tests

.PHONY: help run test check package test-package bench docs format messages translations screenshots lock clean
.DEFAULT_GOAL := help

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1 \t\2/' | expand -t 22

run: ## get everything and run the main job on the embedded lab server
	@packaging/setup/system.sh run
	@packaging/setup/environment.sh run
	@$(PYTHON) packaging/catalogues.py compile
	@packaging/setup/run.sh

test: ## get everything and run all tests (PYTEST_ARGS="..." narrows)
	@packaging/setup/system.sh test
	@packaging/setup/environment.sh test
	@$(PYTHON) packaging/catalogues.py compile
	$(PYTHON) -m pytest -n 2 $(PYTEST_ARGS)

check: ## format, lint, types, import contracts, translations
	@packaging/setup/environment.sh test
	@$(PYTHON) packaging/catalogues.py compile
	@packaging/setup/check.sh

package: ## build dist/*.tar.gz and dist/*.deb: the program for those who have no Python
	@packaging/setup/system.sh package
	@packaging/setup/environment.sh package
	@build/environment/bin/python packaging/make_package.py

test-package: package ## install the .deb, use it as a person would, remove it; pipx and wheels too
	@packaging/setup/system.sh test-package
	@packaging/setup/environment.sh test
	@$(PYTHON) packaging/catalogues.py compile
	@$(PYTHON) -m tests.installed.prove
	@$(PYTHON) -m tests.installed.wheels

format: ## format the code and fix what can be fixed
	@packaging/setup/environment.sh test
	.venv/bin/ruff check --fix $(SOURCES)
	.venv/bin/ruff format $(SOURCES)

messages: ## extract all sentences and bring the .po files up to date
	@packaging/setup/environment.sh test
	$(PYTHON) packaging/catalogues.py update

translations: ## compile the .po files
	@packaging/setup/environment.sh run
	$(PYTHON) packaging/catalogues.py compile

bench: ## benchmarks side by side with smtplib, aiosmtplib and bare sockets
	@packaging/setup/system.sh test
	@packaging/setup/environment.sh test
	@$(PYTHON) packaging/catalogues.py compile
	$(PYTHON) tests/benchmarks/run.py

docs: ## write what is generated from data (the SMTP state diagram, the session file schema)
	@packaging/setup/environment.sh test
	$(PYTHON) packaging/make_docs.py

screenshots: ## pictures of the window for the README
	@packaging/setup/system.sh run
	@packaging/setup/environment.sh run
	@$(PYTHON) packaging/catalogues.py compile
	QT_QPA_PLATFORM=offscreen $(PYTHON) packaging/make_screenshots.py

lock: ## resolve the dependencies anew into uv.lock
	.tools/bin/uv lock --upgrade --default-index https://pypi.org/simple

clean: ## remove what make made, but for .venv and .tools
	rm -rf out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
