# make demo: see it work.  make test: every test.  make check: style, types, import direction.
# make recordings: record the sites of recordings/ again.  make archetypes: write docs/archetypes.md from its tests.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test check integration recordings archetypes bench clean

setup: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/toolkit install-browser
	@# For the tests only, which it makes twice as fast; they do without it.
	-@command -v chromium-headless-shell || apt-get install -y -q chromium-headless-shell
	@# For the tests of the store on a server, which are skipped without it.
	-@ls /usr/lib/postgresql/*/bin/initdb || apt-get install -y -q postgresql
	touch $@

demo: setup
	@$(BIN)/toolkit demo
	@echo '  (the command is $(BIN)/toolkit, unless $(BIN) is on your PATH)'

test: setup
	$(BIN)/pytest -n auto

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

integration: setup
	$(BIN)/pytest -m integration

recordings: setup
	$(BIN)/python -m tests.integration.record

archetypes: setup
	$(BIN)/python -m tests.sites.table

bench: setup
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv
